/** A report as plain text, for a terminal or a mail. */
import type { Counted, Delay, ReportModel } from './report-model.ts';

const BAR_WIDTH = 40;
const NAME_WIDTH = 36;

export function reportText(model: ReportModel): string {
  const lines = [
    `sipgauge ${model.version} report of ${model.files.join(', ')}`,
    `${isoTime(model.firstUs)} to ${isoTime(model.lastUs)}, local side ${model.localSide || 'unknown'}`,
    '',
    ...model.totals.map(({ name, value }) => `${name.padEnd(NAME_WIDTH)} ${value}`),
    ...table('outcomes of call attempts', model.outcomes),
    ...table('requests', model.methods),
    ...model.delays.flatMap(delayLines),
    ...retransmissionLines(model),
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

function table(title: string, rows: readonly Counted[]): readonly string[] {
  if (rows.length === 0) return [];
  const cells = rows.map(
    (row) =>
      `  ${row.name.padEnd(14)} ${String(row.in).padStart(10)} ${String(row.out).padStart(10)}`,
  );
  return ['', title, `  ${''.padEnd(14)} ${'in'.padStart(10)} ${'out'.padStart(10)}`, ...cells];
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
    const bound = upToSeconds === Number.POSITIVE_INFINITY ? 'more' : `<= ${upToSeconds} s`;
    return `  ${bound.padStart(10)} ${String(count).padStart(8)} ${bar(count, most)}`.trimEnd();
  });
  return ['', `${delay.name}: ${facts.join(', ')}`, ...rows];
}

function seconds(value: number): string {
  return `${value.toFixed(3)} s`;
}

function retransmissionLines(model: ReportModel): readonly string[] {
  const bins = model.retransmissions.bins();
  if (bins.length === 0) return [];
  const most = Math.max(...bins.map((bin) => bin.count));
  const rows = bins
    .filter((bin) => bin.count > 0)
    .map(
      ({ startUs, count }) =>
        `  ${isoTime(startUs)} ${String(count).padStart(8)} ${bar(count, most)}`,
    );
  return ['', `retransmissions, by ${model.retransmissions.widthUs / 1e6} s`, ...rows];
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
