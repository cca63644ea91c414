/** A report as one HTML file: no script, nothing from outside, light or dark as the reader's system is; it prints. */
import { answeredShare, type Counted, type Delay, type ReportModel } from './report-model.ts';
import { escapeHtml, plot } from './report-plot.ts';
import { isoTime, percentText } from './report-text.ts';
import type { TimeBins } from './time-bins.ts';

const STYLE = `
:root{color-scheme:light dark;--ground:#eef1f5;--panel:#fff;--ink:#161b22;--soft:#566170;--line:#dfe4ea;--bar:#0b62a8;--good:#007d5c;--doubt:#8a5300}
@media(prefers-color-scheme:dark){:root{--ground:#0f1318;--panel:#181e25;--ink:#e8ecf1;--soft:#a3afbc;--line:#2a323c;--bar:#6cb4ee;--good:#3fc79a;--doubt:#f0b858}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:80rem;padding:1.5rem 1.25rem 3rem;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.35rem;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1rem;margin:0 0 .4rem}
p{margin:0 0 .5rem;color:var(--soft)}
.tiles,.cards{display:grid;gap:.75rem;margin-top:1rem}
.tiles{grid-template-columns:repeat(auto-fit,minmax(8rem,1fr))}
.cards{grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));align-items:start}
section,.tiles div{background:var(--panel);border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1rem}
section{overflow-x:auto;break-inside:avoid}
section.doubt{border-color:var(--doubt);margin-top:1rem}
.doubt h2{color:var(--doubt)}
dl{margin:0}dt{color:var(--soft);font-size:.85rem}dd{margin:0;font-size:1.5rem;font-weight:650}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .6rem .25rem 0;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
thead th{color:var(--soft);font-weight:500}
tbody tr:last-child>*{border-bottom:0}
th:first-child,td:first-child{text-align:left}
tfoot td{font-weight:650}
.share{width:40%;padding-right:0}
.share svg{height:10px;vertical-align:middle}
.share .good{fill:var(--good)}
svg{display:block;width:100%;height:auto}
svg rect{fill:var(--bar)}svg text{font-size:11px;fill:var(--soft)}svg line{stroke:var(--soft)}
code{font-size:.9em;overflow-wrap:anywhere}
`;

const ANSWERED = /^2\d\d$/;

export function reportHtml(model: ReportModel): string {
  const title = `SIP report: ${model.files.join(', ')}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>
<header><h1>${escapeHtml(title)}</h1>
<p>${isoTime(model.firstUs)} to ${isoTime(model.lastUs)}; local side <code>${escapeHtml(model.localSide || 'unknown')}</code>;
sipgauge ${escapeHtml(model.version)}.</p></header>
<main>
${tiles(model)}
${doubtSection(model)}
<div class="cards">
${outcomeSection(model.outcomes)}
${binSection('Call attempts over time', model.calls)}
${model.delays.map(delaySection).join('\n')}
${binSection('Retransmissions over time', model.retransmissions)}
${peerSection(model)}
${countedSection('Requests', model.methods)}
${slowestSection(model)}
</div>
</main>
</body></html>
`;
}

function tiles({ totals, outcomes }: ReportModel): string {
  const shares = (['in', 'out'] as const)
    .map((direction) => [direction, answeredShare(outcomes, direction)] as const)
    .filter(([, share]) => !Number.isNaN(share))
    .map(([direction, share]) => [`answered, ${direction}`, percentText(share)] as const);
  const all = [...totals.map(({ name, value }) => [name, String(value)] as const), ...shares];
  const cells = all.map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${value}</dd></div>`,
  );
  return `<dl class="tiles">${cells.join('')}</dl>`;
}

function doubtSection({ doubts }: ReportModel): string {
  if (doubts.length === 0) return '';
  const rows = doubts.map(
    ({ name, value }) => `<tr><td>${escapeHtml(name)}</td><td>${value}</td></tr>`,
  );
  return `<section class="doubt"><h2>To know before trusting this</h2>\n<table><tbody>${rows.join('')}</tbody></table></section>`;
}

interface Table {
  readonly title: string;
  readonly heads: readonly string[];
  /** Rows of cells, as markup. */
  readonly rows: readonly (readonly string[])[];
}

function tableSection({ title, heads, rows }: Table): string {
  if (rows.length === 0) return '';
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((cell) => cellMarkup(cell)).join('')}</tr>`);
  return `<section><h2>${title}</h2>\n<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></section>`;
}

function cellMarkup(cell: string): string {
  return `<td${cell.startsWith('<svg') ? ' class="share"' : ''}>${cell}</td>`;
}

function outcomeSection(outcomes: readonly Counted[]): string {
  const most = Math.max(1, ...outcomes.map((row) => row.in + row.out));
  return tableSection({
    title: 'Outcomes of call attempts',
    heads: ['', 'in', 'out', ''],
    rows: outcomes.map((row) => [
      escapeHtml(row.name),
      String(row.in),
      String(row.out),
      shareBar((row.in + row.out) / most, ANSWERED.test(row.name)),
    ]),
  });
}

function shareBar(share: number, good: boolean): string {
  const kind = good ? ' class="good"' : '';
  return `<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect${kind} width="${(share * 100).toFixed(1)}" height="10"/></svg>`;
}

function countedSection(title: string, rows: readonly Counted[]): string {
  return tableSection({
    title,
    heads: ['', 'in', 'out'],
    rows: rows.map((row) => [escapeHtml(row.name), String(row.in), String(row.out)]),
  });
}

function peerSection({ peers }: ReportModel): string {
  return tableSection({
    title: 'Peers',
    heads: ['', 'attempts', 'answered', 'timeouts'],
    rows: peers.map(({ name, attempts, results, answered, timeouts }) => [
      escapeHtml(name),
      String(attempts),
      percentText(answered / results),
      String(timeouts),
    ]),
  });
}

function delaySection(delay: Delay): string {
  const bars = delay.buckets.map(({ upToSeconds, count }) => ({
    label: upToSeconds === Number.POSITIVE_INFINITY ? 'more' : `≤ ${upToSeconds} s`,
    count,
  }));
  const facts = `${delay.count} observed; mean ${delay.meanSeconds.toFixed(3)} s, median ${delay.medianSeconds.toFixed(3)} s, 95th percentile ${delay.p95Seconds.toFixed(3)} s`;
  const title = escapeHtml(delay.name.charAt(0).toUpperCase() + delay.name.slice(1));
  return `<section><h2>${title}</h2>\n<p>${facts}</p>\n${plot(`${delay.name}: ${facts}`, bars)}</section>`;
}

function binSection(title: string, bins: TimeBins): string {
  const all = bins.bins();
  if (all.length === 0) return '';
  const per = `Per ${bins.widthUs / 1e6} s, from ${isoTime(all[0]?.startUs ?? 0)}`;
  const last = all.length - 1;
  const bars = all.map(({ startUs, count }, index) => ({
    label: index === 0 || index === last ? isoTime(startUs).slice(11, 19) : '',
    count,
  }));
  return `<section><h2>${title}</h2>\n<p>${per}</p>\n${plot(`${title}. ${per}`, bars)}</section>`;
}

function slowestSection({ slowest, showCallIds }: ReportModel): string {
  return tableSection({
    title: 'Slowest calls',
    heads: ['time', 'seconds', 'delay', 'direction', ...(showCallIds ? ['Call-ID'] : [])],
    rows: slowest.map((call) => [
      isoTime(call.timestampUs),
      (call.durationUs / 1e6).toFixed(3),
      call.delay,
      call.direction,
      ...(showCallIds ? [`<code>${escapeHtml(call.callId)}</code>`] : []),
    ]),
  });
}
