/**
 * What a report says, before it is laid out: outcomes, delays, retransmissions, the slowest calls, and how far to trust
 * it. All counts come from the exposition, so that a report never says other numbers than the metrics.
 */
import { type Exposition, quantileOf, type Selector } from './exposition-reader.ts';
import type { SlowCall } from './slowest-calls.ts';
import type { TimeBins } from './time-bins.ts';

export interface Counted {
  readonly name: string;
  readonly in: number;
  readonly out: number;
}

/** How a peer did, both directions together. */
export interface PeerCount {
  readonly name: string;
  readonly attempts: number;
  readonly results: number;
  readonly answered: number;
  readonly timeouts: number;
}

export interface Delay {
  readonly name: string;
  readonly count: number;
  readonly meanSeconds: number;
  readonly medianSeconds: number;
  readonly p95Seconds: number;
  /**
   * Upper bound in seconds (Infinity for the last) and how many lie below it and above the one before, from the first
   * that holds something to the last.
   */
  readonly buckets: readonly { readonly upToSeconds: number; readonly count: number }[];
}

export interface ReportModel {
  readonly files: readonly string[];
  readonly version: string;
  readonly localSide: string;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly totals: readonly { readonly name: string; readonly value: number }[];
  readonly methods: readonly Counted[];
  readonly outcomes: readonly Counted[];
  /** Empty when no peer is named. */
  readonly peers: readonly PeerCount[];
  readonly delays: readonly Delay[];
  /** Call attempts, by when they began. */
  readonly calls: TimeBins;
  readonly retransmissions: TimeBins;
  readonly slowest: readonly SlowCall[];
  readonly showCallIds: boolean;
  readonly doubts: readonly { readonly name: string; readonly value: number }[];
}

export interface ReportSubject {
  readonly files: readonly string[];
  readonly localSide: string;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly calls: TimeBins;
  readonly retransmissions: TimeBins;
  readonly slowest: readonly SlowCall[];
  readonly showCallIds: boolean;
}

export function reportModel(subject: ReportSubject, metrics: Exposition): ReportModel {
  return {
    ...subject,
    version: [...metrics.sumBy('sipgauge_build_info', 'version').keys()][0] ?? '',
    totals: [
      { name: 'packets', value: metrics.sum('sipgauge_packets_total') },
      { name: 'messages in', value: metrics.sum('sip_messages_total', { direction: 'in' }) },
      { name: 'messages out', value: metrics.sum('sip_messages_total', { direction: 'out' }) },
      { name: 'call attempts', value: metrics.sum('sip_session_attempts_total') },
      { name: 'still open at the end', value: metrics.sum('sip_session_attempts_open') },
      { name: 'retransmissions', value: metrics.sum('sip_retransmissions_total') },
    ],
    methods: countedBy(metrics, 'sip_requests_total', 'method'),
    outcomes: countedBy(metrics, 'sip_session_results_total', 'code'),
    peers: peersOf(metrics),
    delays: DELAYS.map((row) => delayOf(metrics, ...row)).filter(({ count }) => count > 0),
    doubts: DOUBTS.map(([name, family, label, value]) => ({
      name,
      value: metrics.sum(family, label === '' ? {} : { [label]: value }),
    })).filter(({ value }) => value > 0),
  };
}

/** Name, family, and the direction of the attempt where it matters. */
const DELAYS: readonly (readonly [string, string, Selector])[] = [
  [
    'session request delay, calls received',
    'sip_session_request_delay_seconds',
    { direction: 'in' },
  ],
  ['session request delay, calls sent', 'sip_session_request_delay_seconds', { direction: 'out' }],
  ['answer, calls received', 'sip_session_answer_delay_seconds', { direction: 'in' }],
  ['answer, calls sent', 'sip_session_answer_delay_seconds', { direction: 'out' }],
  ['disconnect delay', 'sip_session_disconnect_delay_seconds', {}],
  ['registration request delay', 'sip_registration_request_delay_seconds', {}],
];

/** What makes the numbers above doubtful: name, family, label and its value. */
const DOUBTS: readonly (readonly [string, string, string, string])[] = [
  ['messages of other hosts (foreign)', 'sipgauge_message_fate_total', 'fate', 'foreign'],
  ['messages cut by the capture', 'sipgauge_message_fate_total', 'fate', 'truncated'],
  ['bad messages', 'sip_bad_messages_total', '', ''],
  ['responses without their request', 'sip_stray_responses_total', '', ''],
  ['requests of dialogs begun before', 'sipgauge_unknown_dialog_requests_total', '', ''],
  ['gaps in TCP streams', 'sipgauge_tcp_gaps_total', '', ''],
  ['steps of the clock', 'sipgauge_clock_steps_total', '', ''],
  ['rows evicted for want of room', 'sipgauge_table_evictions_total', '', ''],
];

function countedBy(metrics: Exposition, family: string, label: string): readonly Counted[] {
  const received = metrics.sumBy(family, label, { direction: 'in' });
  const sent = metrics.sumBy(family, label, { direction: 'out' });
  return [...new Set([...received.keys(), ...sent.keys()])]
    .map((name) => ({ name, in: received.get(name) ?? 0, out: sent.get(name) ?? 0 }))
    .filter((row) => row.in + row.out > 0)
    .sort((left, right) => right.in + right.out - left.in - left.out);
}

function delayOf(metrics: Exposition, name: string, family: string, selector: Selector): Delay {
  const cumulative = metrics.buckets(family, selector);
  const count = cumulative.at(-1)?.count ?? 0;
  return {
    name,
    count,
    meanSeconds: count === 0 ? 0 : metrics.sum(`${family}_sum`, selector) / count,
    medianSeconds: quantileOf(cumulative, 0.5) ?? 0,
    p95Seconds: quantileOf(cumulative, 0.95) ?? 0,
    buckets: withoutEmptyEnds(
      cumulative.map(({ bound, count: below }, index) => ({
        upToSeconds: bound,
        count: below - (cumulative[index - 1]?.count ?? 0),
      })),
    ),
  };
}

function withoutEmptyEnds(buckets: Delay['buckets']): Delay['buckets'] {
  const first = buckets.findIndex(({ count }) => count > 0);
  const last = buckets.findLastIndex(({ count }) => count > 0);
  return buckets.slice(Math.max(0, first), last + 1);
}

/** The share of 2xx among results, 0 to 1; NaN without a result. */
export function answeredShare(outcomes: readonly Counted[], direction: 'in' | 'out'): number {
  const sum = (rows: readonly Counted[]) => rows.reduce((total, row) => total + row[direction], 0);
  return sum(outcomes.filter(({ name }) => isAnswered(name))) / sum(outcomes);
}

function isAnswered(code: string): boolean {
  return /^2\d\d$/.test(code);
}

function peersOf(metrics: Exposition): readonly PeerCount[] {
  const names = [...metrics.sumBy('sip_session_attempts_total', 'peer').keys()];
  if (names.length < 2) return [];
  const rest = names.filter((name) => name === 'other');
  return [...names.filter((name) => name !== 'other'), ...rest].map((name) => {
    const results = [...metrics.sumBy('sip_session_results_total', 'code', { peer: name })];
    const sum = (pairs: typeof results) => pairs.reduce((total, [, count]) => total + count, 0);
    return {
      name,
      attempts: metrics.sum('sip_session_attempts_total', { peer: name }),
      results: sum(results),
      answered: sum(results.filter(([code]) => isAnswered(code))),
      timeouts: metrics.sum('sip_transaction_timeouts_total', { peer: name }),
    };
  });
}
