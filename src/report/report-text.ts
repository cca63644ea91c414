/** A report as plain text, for a terminal or a mail: at most 80 columns. */
import { answeredShare, type Counted, type Delay, type ReportModel } from './report-model.ts';
import type { TimeBins } from './time-bins.ts';

const BAR_WIDTH = 40;
const NAME_WIDTH = 36;
const COLUMN_WIDTH = 10;
/** Of a plot over time. */
const BIN_ROWS_MAX = 20;

export function reportText(model: ReportModel): string {
  const lines = [
    `sipgauge ${model.version} report of ${model.files.join(', ')}`,
    `${isoTime(model.firstUs)} to ${isoTime(model.lastUs)}, local side ${model.localSide || 'unknown'}`,
    '',
    ...model.totals.map(({ name, value }) => `${name.padEnd(NAME_WIDTH)} ${value}`),
    ...outcomeLines(model.outcomes),
    ...table('requests', model.methods),
    ...peerLines(model),
    ...binLines('call attempts', model.calls),
    ...model.delays.flatMap(delayLines),
    ...binLines('retransmissions', model.retransmissions),
    ...slowestLines(model),
  ];
  if (model.doubts.length > 0) {
    lines.push('', 'to know before trusting this');
    for (const { name, value } of model.doubts) lines.push(`  ${name.padEnd(NAME_WIDTH)} ${value}`);
  }
  return `${lines.join('\n')}\n`;
}

/** To the second; '-' before the first packet. */
export function isoTime(timestampUs: number): string {
  if (timestampUs <= 0) return '-';
  return new Date(timestampUs / 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** `67 %`; a dash where nothing ended. */
export function percentText(share: number): string {
  return Number.isFinite(share) ? `${Math.round(share * 100)} %` : '-';
}

function outcomeLines(outcomes: readonly Counted[]): readonly string[] {
  const lines = table('outcomes of call attempts', outcomes);
  if (lines.length === 0) return [];
  const shares = (['in', 'out'] as const).map((direction) =>
    percentText(answeredShare(outcomes, direction)),
  );
  return [...lines, tableRow('answered', shares)];
}

function table(title: string, rows: readonly Counted[]): readonly string[] {
  if (rows.length === 0) return [];
  const cells = rows.map((row) => tableRow(row.name, [String(row.in), String(row.out)]));
  return ['', title, tableRow('', ['in', 'out']), ...cells];
}

function tableRow(name: string, cells: readonly string[]): string {
  return `  ${name.padEnd(14)} ${cells.map((cell) => cell.padStart(COLUMN_WIDTH)).join(' ')}`;
}

function peerLines({ peers }: ReportModel): readonly string[] {
  if (peers.length === 0) return [];
  const rows = peers.map(({ name, attempts, results, answered, timeouts }) =>
    tableRow(name, [String(attempts), percentText(answered / results), String(timeouts)]),
  );
  return ['', 'peers', tableRow('', ['attempts', 'answered', 'timeouts']), ...rows];
}

function bar(count: number, most: number): string {
  if (count === 0 || most === 0) return '';
  return '#'.repeat(Math.max(1, Math.round((count / most) * BAR_WIDTH)));
}

function delayLines(delay: Delay): readonly string[] {
  const most = Math.max(...delay.buckets.map((bucket) => bucket.count));
  const { meanSeconds, medianSeconds, p95Seconds } = delay;
  const facts = [
    `${delay.count} observed`,
    `mean ${seconds(meanSeconds)}`,
    `median ${seconds(medianSeconds)}`,
    `p95 ${seconds(p95Seconds)}`,
  ];
  const rows = delay.buckets.map(({ upToSeconds, count }) => {
    const bound = upToSeconds === Number.POSITIVE_INFINITY ? 'more' : `≤ ${upToSeconds} s`;
    return `  ${bound.padStart(10)} ${String(count).padStart(8)} ${bar(count, most)}`.trimEnd();
  });
  return ['', delay.name, `  ${facts.join(', ')}`, ...rows];
}

function seconds(value: number): string {
  return `${value.toFixed(3)} s`;
}

function binLines(name: string, bins: TimeBins): readonly string[] {
  const single = bins.bins();
  const joined = Math.ceil(single.length / BIN_ROWS_MAX);
  // As many rows as a screen has room for; the HTML has them all.
  const all = single
    .filter((_, n) => n % joined === 0)
    .map(({ startUs }, n) => ({
      startUs,
      count: single.slice(n * joined, (n + 1) * joined).reduce((sum, { count }) => sum + count, 0),
    }));
  if (all.length === 0) return [];
  const most = Math.max(...all.map((bin) => bin.count));
  const rows = all
    .filter((bin) => bin.count > 0)
    .map(
      ({ startUs, count }) =>
        `  ${isoTime(startUs)} ${String(count).padStart(8)} ${bar(count, most)}`,
    );
  return ['', `${name}, by ${(joined * bins.widthUs) / 1e6} s`, ...rows];
}

function slowestLines(model: ReportModel): readonly string[] {
  if (model.slowest.length === 0) return [];
  const rows = model.slowest.map((call) => {
    const name = model.showCallIds ? `  ${call.callId}` : '';
    const delay = `${seconds(call.durationUs / 1e6).padStart(12)} ${call.delay.padEnd(6)}`;
    return `  ${isoTime(call.timestampUs)} ${delay} ${call.direction.padEnd(3)}${name}`.trimEnd();
  });
  return ['', `slowest calls${model.showCallIds ? '' : ' (--show-call-ids names them)'}`, ...rows];
}
