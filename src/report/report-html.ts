/** A report as one HTML file: no script, nothing from outside, plots as SVG that a screen reader can name. */
import type { Counted, Delay, ReportModel } from './report-model.ts';
import { isoTime } from './report-text.ts';

const PLOT_WIDTH = 640;
const PLOT_HEIGHT = 140;
const LABEL_HEIGHT = 18;

const STYLE = `
:root { color-scheme: light dark; --bar: #2563eb; --line: #8884; }
@media (prefers-color-scheme: dark) { :root { --bar: #7aa2ff; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; } th, td { padding: .2rem .8rem .2rem 0; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
svg { width: 100%; height: auto; } svg rect { fill: var(--bar); } svg text { font-size: 10px; fill: currentColor; }
svg line { stroke: var(--line); } code { font-size: .9em; overflow-wrap: anywhere; }
`;

interface Bar {
  readonly label: string;
  readonly count: number;
}

export function reportHtml(model: ReportModel): string {
  const title = `SIP report: ${model.files.join(', ')}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
<p>${isoTime(model.firstUs)} to ${isoTime(model.lastUs)}; local side <code>${escapeHtml(model.localSide || 'unknown')}</code>;
sipgauge ${escapeHtml(model.version)}.</p>
${pairTable('Totals', model.totals)}
${countedTable('Outcomes of call attempts', model.outcomes)}
${countedTable('Requests', model.methods)}
${model.delays.map(delaySection).join('\n')}
${retransmissionSection(model)}
${slowestSection(model)}
${model.doubts.length > 0 ? pairTable('To know before trusting this', model.doubts) : ''}
</body></html>
`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function pairTable(
  title: string,
  rows: readonly { readonly name: string; readonly value: number }[],
): string {
  const cells = rows.map(
    ({ name, value }) => `<tr><td>${escapeHtml(name)}</td><td>${value}</td></tr>`,
  );
  return `<h2>${escapeHtml(title)}</h2>\n<table>${cells.join('')}</table>`;
}

function countedTable(title: string, rows: readonly Counted[]): string {
  if (rows.length === 0) return '';
  const cells = rows.map(
    (row) => `<tr><td>${escapeHtml(row.name)}</td><td>${row.in}</td><td>${row.out}</td></tr>`,
  );
  return `<h2>${escapeHtml(title)}</h2>
<table><thead><tr><th scope="col"></th><th scope="col">in</th><th scope="col">out</th></tr></thead>
<tbody>${cells.join('')}</tbody></table>`;
}

function delaySection(delay: Delay): string {
  const bars = delay.buckets.map(({ upToSeconds, count }) => ({
    label: upToSeconds === Number.POSITIVE_INFINITY ? 'more' : `≤ ${upToSeconds}`,
    count,
  }));
  const facts = `${delay.count} observed; mean ${delay.meanSeconds.toFixed(3)} s, median ${delay.medianSeconds.toFixed(3)} s, 95th percentile ${delay.p95Seconds.toFixed(3)} s`;
  return `<h2>${escapeHtml(delay.name)}</h2>\n<p>${facts}. Seconds:</p>\n${plot(`${delay.name}: ${facts}`, bars)}`;
}

function retransmissionSection(model: ReportModel): string {
  const bins = model.retransmissions.bins();
  if (bins.length === 0) return '';
  const width = model.retransmissions.widthUs / 1e6;
  const last = bins.length - 1;
  const bars = bins.map(({ startUs, count }, index) => ({
    label: index === 0 || index === last ? isoTime(startUs).slice(11, 19) : '',
    count,
  }));
  return `<h2>Retransmissions over time</h2>\n<p>Per ${width} s.</p>\n${plot(`Retransmissions per ${width} s`, bars)}`;
}

function plot(name: string, bars: readonly Bar[]): string {
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  const step = PLOT_WIDTH / Math.max(1, bars.length);
  const shapes = bars.map(({ label, count }, index) => {
    const height = (count / most) * PLOT_HEIGHT;
    const x = index * step;
    const middle = (x + step / 2).toFixed(1);
    const rect = `<rect x="${(x + 1).toFixed(1)}" y="${(PLOT_HEIGHT + LABEL_HEIGHT - height).toFixed(1)}" width="${Math.max(1, step - 2).toFixed(1)}" height="${height.toFixed(1)}"><title>${escapeHtml(label)} ${count}</title></rect>`;
    const number =
      count > 0 && step > 30
        ? `<text x="${middle}" y="${(PLOT_HEIGHT + LABEL_HEIGHT - height - 3).toFixed(1)}" text-anchor="middle">${count}</text>`
        : '';
    const anchor = index === 0 ? 'start' : 'middle';
    const at = index === 0 ? '0' : middle;
    const text =
      label === ''
        ? ''
        : `<text x="${at}" y="${PLOT_HEIGHT + 2 * LABEL_HEIGHT - 4}" text-anchor="${anchor}">${escapeHtml(label)}</text>`;
    return `${rect}${number}${text}`;
  });
  const base = PLOT_HEIGHT + LABEL_HEIGHT;
  return `<svg viewBox="0 0 ${PLOT_WIDTH} ${PLOT_HEIGHT + 2 * LABEL_HEIGHT}" role="img" aria-label="${escapeHtml(name)}">
<line x1="0" y1="${base}" x2="${PLOT_WIDTH}" y2="${base}"/>${shapes.join('')}</svg>`;
}

function slowestSection(model: ReportModel): string {
  if (model.slowest.length === 0) return '';
  const rows = model.slowest.map((call) => {
    const name = model.showCallIds ? `<td><code>${escapeHtml(call.callId)}</code></td>` : '';
    const delay = `<td>${(call.durationUs / 1e6).toFixed(3)}</td><td>${call.delay}</td><td>${call.direction}</td>`;
    return `<tr><td>${isoTime(call.timestampUs)}</td>${delay}${name}</tr>`;
  });
  const heads = [
    'time',
    'seconds',
    'delay',
    'direction',
    ...(model.showCallIds ? ['Call-ID'] : []),
  ];
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join('');
  return `<h2>Slowest calls</h2>\n<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
