/** The screen of `sipgauge top`: two looks at a probe's metrics → lines of text. Pure; of terminals it knows the width. */
import {
  type Bucket,
  bucketsBetween,
  type Exposition,
  quantileOf,
  type Selector,
} from '../report/exposition-reader.ts';
import { clipped, type Line } from './terminal.ts';
import { decimal, type Look, rate, whole } from './top-look.ts';
import { captureText, verdictOf } from './top-verdict.ts';

/** Below it the tables stand under each other instead of side by side. */
const TWO_COLUMNS_MIN = 79;
const NAME_WIDTH = 16;
const VALUE_WIDTH = 9;
const LEFT_WIDTH = NAME_WIDTH + 2 * VALUE_WIDTH + 2;
const RESULTS_SHOWN = 9;
const PEERS_SHOWN = 32;
const DIRECTIONS = ['in', 'out'] as const;

/** A heading and its rows. */
type Table = readonly string[];

/** `earlier` and `later` span what rates, ratios and percentiles are over; a `columns` of 0 is a pipe. */
export function topScreen(
  url: string,
  earlier: Look,
  later: Look,
  columns: number,
): readonly Line[] {
  const verdict = verdictOf(earlier, later);
  const calls = callTable(earlier, later);
  const results = resultTable(later.metrics);
  const messages = messageTable(earlier, later);
  const peers = peerTable(earlier, later);
  const tables =
    columns >= TWO_COLUMNS_MIN
      ? [...sideBySide(calls, results), blank(), ...sideBySide(messages, peers)]
      : [calls, results, messages, peers]
          .filter((table) => table.length > 0)
          .flatMap((table, n) => [...(n > 0 ? [blank()] : []), ...linesOf(table)]);
  return [
    { text: headingText(url, earlier, later), tone: 'soft' },
    { text: verdict.text, tone: verdict.state },
    { text: captureText(earlier, later), tone: 'plain' },
    blank(),
    ...tables,
  ];
}

function blank(): Line {
  return { text: '', tone: 'plain' };
}

function linesOf(table: Table): Line[] {
  return table.map((text, n) => ({ text, tone: n === 0 ? 'heading' : 'plain' }));
}

function sideBySide(left: Table, right: Table): Line[] {
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, n) =>
    `${(left[n] ?? '').padEnd(LEFT_WIDTH)}${right[n] ?? ''}`.trimEnd(),
  );
  return linesOf(rows);
}

function headingText(url: string, earlier: Look, later: Look): string {
  const version = [...later.metrics.sumBy('sipgauge_build_info', 'version').keys()][0] ?? '?';
  const started = later.metrics.sum('drachtio_time_started');
  const since = new Date(started * 1000)
    .toISOString()
    .slice(0, 'YYYY-MM-DDTHH:MM'.length)
    .replace('T', ' ');
  const seconds = ((later.atMs - earlier.atMs) / 1000).toFixed(0);
  return `sipgauge ${version}  since ${since} UTC  over ${seconds} s  ${url.replace(/\/metrics$/, '')}`;
}

function callTable(earlier: Look, later: Look): Table {
  const { metrics } = later;
  const each = (text: (direction: string) => string) => DIRECTIONS.map(text);
  const delay = (family: string, fraction: number) =>
    each((direction) =>
      quantileText(bucketsBetween(earlier.metrics, later.metrics, family, { direction }), fraction),
    );
  const count = (name: string) => each((direction) => whole(metrics.sum(name, { direction })));
  const attempts = each((direction) =>
    decimal(rate(earlier, later, 'sip_session_attempts_total', { direction })),
  );
  const dialogs = ['inbound', 'outbound'].map((type) =>
    whole(metrics.sum('drachtio_stable_dialogs', { type })),
  );
  return [
    row('CALLS', 'received', 'sent'),
    row('attempts/s', ...attempts),
    row('being set up', ...count('sip_session_attempts_open')),
    row('active dialogs', ...dialogs),
    row('answered', ...each((direction) => answeredText(earlier, later, { direction }))),
    row('post-dial delay', ...delay('sip_session_request_delay_seconds', 0.5)),
    row('  p95', ...delay('sip_session_request_delay_seconds', 0.95)),
    row('time to answer', ...delay('sip_session_answer_delay_seconds', 0.5)),
    row('  p95', ...delay('sip_session_answer_delay_seconds', 0.95)),
    row('registrations', ...count('sip_registrations')),
  ];
}

/** The share of 2xx among the results of the time between the looks. */
function answeredText(earlier: Look, later: Look, selector: Selector): string {
  const before = earlier.metrics.sumBy('sip_session_results_total', 'code', selector);
  let answered = 0;
  let ended = 0;
  for (const [code, count] of later.metrics.sumBy('sip_session_results_total', 'code', selector)) {
    const grown = Math.max(0, count - (before.get(code) ?? 0));
    ended += grown;
    if (/^2\d\d$/.test(code)) answered += grown;
  }
  return ended === 0 ? '-' : `${((100 * answered) / ended).toFixed(0)} %`;
}

function quantileText(buckets: readonly Bucket[], fraction: number): string {
  const seconds = quantileOf(buckets, fraction);
  if (seconds === undefined) return '-';
  return seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
}

function messageTable(earlier: Look, later: Look): Table {
  const each = (name: string) =>
    DIRECTIONS.map((direction) => decimal(rate(earlier, later, name, { direction })));
  return [
    row('MESSAGES/s', 'received', 'sent'),
    row('all', ...each('sip_messages_total')),
    row('requests', ...each('sip_requests_total')),
    row('responses', ...each('sip_responses_total')),
    row('retransmitted', ...each('sip_retransmissions_total')),
    row('bad', ...each('sip_bad_messages_total')),
  ];
}

function resultTable(metrics: Exposition): Table {
  const codes = new Map<string, readonly number[]>();
  for (const [index, direction] of DIRECTIONS.entries()) {
    for (const [code, count] of metrics.sumBy('sip_session_results_total', 'code', { direction })) {
      const both = [...(codes.get(code) ?? [0, 0])];
      both[index] = count;
      codes.set(code, both);
    }
  }
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const rows = [...codes]
    .filter(([, counts]) => sum(counts) > 0)
    .sort(([, left], [, right]) => sum(right) - sum(left))
    .slice(0, RESULTS_SHOWN);
  if (rows.length === 0) return [];
  return [
    row('RESULTS, ALL', 'received', 'sent'),
    ...rows.map(([code, counts]) => row(code, ...counts.map(whole))),
  ];
}

function peerTable(earlier: Look, later: Look): Table {
  const peers = [...later.metrics.sumBy('sip_messages_total', 'peer').keys()];
  if (peers.length < 2) return [];
  // The rest comes last, as on the page.
  const ordered = [...peers.filter((peer) => peer !== 'other'), 'other'].slice(0, PEERS_SHOWN);
  return [
    peerRow('PEERS', 'msg/s', 'calls/s', 'answered', 't/outs'),
    ...ordered.map((peer) =>
      peerRow(
        peer,
        decimal(rate(earlier, later, 'sip_messages_total', { peer })),
        decimal(rate(earlier, later, 'sip_session_attempts_total', { peer })),
        answeredText(earlier, later, { peer }),
        whole(later.metrics.sum('sip_peer_consecutive_timeouts', { peer })),
      ),
    ),
  ];
}

function peerRow(name: string, ...values: readonly string[]): string {
  const cells = values.map((value, n) => value.padStart(n === 2 ? VALUE_WIDTH : 8));
  return `${clipped(name, 11).padEnd(11)}${cells.join('')}`;
}

function row(name: string, ...values: readonly string[]): string {
  const cells = values.map((value) => value.padStart(VALUE_WIDTH));
  return `${clipped(name, NAME_WIDTH).padEnd(NAME_WIDTH)}${cells.join('')}`;
}
