/** The screen of `sipgauge top`: two looks at a probe's metrics → lines of text. Pure. */
import {
  type Bucket,
  bucketsBetween,
  type Exposition,
  quantileOf,
  type Selector,
} from '../report/exposition-reader.ts';

export interface Look {
  readonly atMs: number;
  readonly metrics: Exposition;
}

const RESULTS_SHOWN = 8;
const PEERS_SHOWN = 12;
const DIRECTIONS = ['in', 'out'] as const;

/** `earlier` and `later` span what rates and percentiles are over. */
export function topScreen(url: string, earlier: Look, later: Look): readonly string[] {
  return [
    ...heading(url, earlier, later),
    '',
    ...captureLines(earlier, later),
    '',
    ...trafficLines(earlier, later),
    '',
    ...callLines(earlier, later),
    '',
    ...resultLines(later.metrics),
    ...peerLines(earlier, later),
  ];
}

function heading(url: string, earlier: Look, later: Look): readonly string[] {
  const version = [...later.metrics.sumBy('sipgauge_build_info', 'version').keys()][0] ?? '?';
  const started = later.metrics.sum('drachtio_time_started');
  const clock = later.metrics.sum('sipgauge_packet_clock_timestamp_seconds');
  const since = new Date(started * 1000).toISOString().slice(0, 19);
  const time = clock > 0 ? new Date(clock * 1000).toISOString().slice(0, 19) : 'no packet yet';
  const over = `rates and percentiles over ${((later.atMs - earlier.atMs) / 1000).toFixed(0)} s`;
  return [`sipgauge ${version}  ${url}`, `since ${since}  packet clock ${time}  ${over}`];
}

/** How much `name` grew a second. */
function rate(earlier: Look, later: Look, name: string, selector: Selector = {}): number {
  const seconds = (later.atMs - earlier.atMs) / 1000;
  const grown = later.metrics.sum(name, selector) - earlier.metrics.sum(name, selector);
  return seconds > 0 ? Math.max(0, grown) / seconds : 0;
}

function captureLines(earlier: Look, later: Look): readonly string[] {
  const { metrics } = later;
  const up = [...metrics.sumBy('sipgauge_capture_up', 'interface')];
  const states = up.map(([name, value]) => `${name} ${value === 1 ? 'up' : 'DOWN'}`);
  const dropped = [...metrics.sumBy('sipgauge_capture_dropped_total', 'stage')];
  const drops = dropped.map(([stage, count]) => `${stage} ${whole(count)}`).join(', ');
  const lag = metrics.max('sipgauge_capture_lag_seconds');
  const foreign = metrics.sum('sipgauge_message_fate_total', { fate: 'foreign' });
  const truncated = metrics.sum('sipgauge_message_fate_total', { fate: 'truncated' });
  return [
    row('capture', states.length > 0 ? states.join(', ') : 'none'),
    row('packets/s', decimal(rate(earlier, later, 'sipgauge_packets_total'))),
    row('dropped', drops === '' ? '0' : drops),
    row('lag', `${(lag * 1000).toFixed(0)} ms`),
    row('not counted', `foreign ${whole(foreign)}, truncated ${whole(truncated)}`),
  ];
}

function trafficLines(earlier: Look, later: Look): readonly string[] {
  const each = (name: string) =>
    DIRECTIONS.map((direction) => decimal(rate(earlier, later, name, { direction })));
  return [
    row('per second', ...DIRECTIONS),
    row('messages', ...each('sip_messages_total')),
    row('requests', ...each('sip_requests_total')),
    row('responses', ...each('sip_responses_total')),
    row('retransmitted', ...each('sip_retransmissions_total')),
    row('bad', ...each('sip_bad_messages_total')),
  ];
}

function callLines(earlier: Look, later: Look): readonly string[] {
  const { metrics } = later;
  const count = (name: string) =>
    DIRECTIONS.map((direction) => whole(metrics.sum(name, { direction })));
  const delay = (family: string) =>
    DIRECTIONS.map((direction) =>
      percentiles(bucketsBetween(earlier.metrics, later.metrics, family, { direction })),
    );
  const attempts = DIRECTIONS.map((direction) =>
    decimal(rate(earlier, later, 'sip_session_attempts_total', { direction })),
  );
  const dialogs = ['inbound', 'outbound'].map((type) =>
    whole(metrics.sum('drachtio_stable_dialogs', { type })),
  );
  return [
    row('calls', ...DIRECTIONS),
    row('attempts/s', ...attempts),
    row('open', ...count('sip_session_attempts_open')),
    row('dialogs', ...dialogs),
    row('SRD p50 p95', ...delay('sip_session_request_delay_seconds')),
    row('answer p50 p95', ...delay('sip_session_answer_delay_seconds')),
    row('registrations', ...count('sip_registrations')),
  ];
}

function percentiles(buckets: readonly Bucket[]): string {
  const values = [0.5, 0.95].map((quantile) => quantileOf(buckets, quantile));
  return values.map((value) => (value === undefined ? '-' : `${value.toFixed(3)} s`)).join(' ');
}

function resultLines(metrics: Exposition): readonly string[] {
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
    row('results', ...DIRECTIONS),
    ...rows.map(([code, counts]) => row(`  ${code}`, ...counts.map(whole))),
  ];
}

function peerLines(earlier: Look, later: Look): readonly string[] {
  const peers = [...later.metrics.sumBy('sip_messages_total', 'peer').keys()];
  if (peers.length < 2) return [];
  const shown = peers
    .slice(0, PEERS_SHOWN)
    .map((peer) =>
      row(
        `  ${peer}`,
        decimal(rate(earlier, later, 'sip_messages_total', { peer })),
        whole(later.metrics.sum('sip_session_attempts_total', { peer })),
        whole(later.metrics.sum('sip_session_results_total', { peer, code: '200' })),
        whole(later.metrics.sum('sip_peer_consecutive_timeouts', { peer })),
      ),
    );
  return ['', row('peers', 'messages/s', 'attempts', 'answered', 'timeouts in a row'), ...shown];
}

const NAME_WIDTH = 16;
const VALUE_WIDTH = 18;

function row(name: string, ...values: readonly string[]): string {
  const columns = values.map((value) => value.padEnd(VALUE_WIDTH)).join(' ');
  return `${name.padEnd(NAME_WIDTH)} ${columns}`.trimEnd();
}

function decimal(value: number): string {
  return value.toFixed(value >= 100 ? 0 : 1);
}

function whole(value: number): string {
  return String(Math.round(value));
}
