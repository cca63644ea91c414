/** Section 3 of docs/METRICS.md: what the probe says about itself. */
import {
  FRAGMENT_RESULT_NAMES,
  KEEPALIVE_NAMES,
  MESSAGE_FATE_NAMES,
  STAGE_NAMES,
  TLS_ALERT_LEVEL_NAMES,
  TLS_HANDSHAKE_NAMES,
} from '../core/pipeline-counters.ts';
import { TABLE_NAMES } from '../core/table.ts';
import { PACKET_FATE_NAMES } from '../decode/packet-fate.ts';
import { INTERVAL_FAMILIES } from '../state/observer.ts';
import { DRACHTIO_FAMILIES } from './catalogue-drachtio.ts';
import { DIRECTION, INTERFACE, PEER } from './catalogue-labels.ts';
import { SIP_FAMILIES } from './catalogue-sip.ts';
import type { FamilyDefinition, LabelDefinition } from './family-definition.ts';
import { foldingLabel } from './family-definition.ts';

const TABLE: LabelDefinition = { name: 'table', values: TABLE_NAMES };

const CAPTURE_STAGE_NAMES = ['kernel', 'interface', 'ring'];

/** The families that count as `other` what exceeds `--series-max` or `--peers-max`. */
export const FOLDING_FAMILIES: readonly FamilyDefinition[] = [
  ...DRACHTIO_FAMILIES,
  ...SIP_FAMILIES,
].filter((definition) => foldingLabel(definition) >= 0 || definition.labels.includes(PEER));

function counter(name: string, help: string, labels: FamilyDefinition['labels']): FamilyDefinition {
  return { name, help, type: 'counter', labels, section: 3 };
}

function gauge(name: string, help: string, labels: FamilyDefinition['labels']): FamilyDefinition {
  return { name, help, type: 'gauge', labels, section: 3 };
}

export const buildInfo: FamilyDefinition = gauge(
  'sipgauge_build_info',
  'versions of the probe and of what it runs on',
  [
    { name: 'version', values: 'version' },
    { name: 'node', values: 'node' },
    { name: 'libpcap', values: 'libpcap' },
  ],
);
export const captureUp: FamilyDefinition = gauge(
  'sipgauge_capture_up',
  '1 while packets can be read from the interface',
  [INTERFACE],
);
export const capturePackets: FamilyDefinition = counter(
  'sipgauge_capture_packets_total',
  'packets read from the interface',
  [INTERFACE],
);
export const captureDropped: FamilyDefinition = counter(
  'sipgauge_capture_dropped_total',
  'packets lost before the probe could read them, by where',
  [INTERFACE, { name: 'stage', values: CAPTURE_STAGE_NAMES }],
);
export const packets: FamilyDefinition = counter('sipgauge_packets_total', 'packets read', []);
export const packetFate: FamilyDefinition = counter(
  'sipgauge_packet_fate_total',
  'what became of every packet read',
  [{ name: 'fate', values: PACKET_FATE_NAMES }],
);
export const deliveredMessages: FamilyDefinition = counter(
  'sipgauge_messages_total',
  'messages and keep-alives that packets delivered',
  [],
);
export const messageFate: FamilyDefinition = counter(
  'sipgauge_message_fate_total',
  'what became of every message delivered',
  [{ name: 'fate', values: MESSAGE_FATE_NAMES }],
);
export const bytes: FamilyDefinition = counter('sipgauge_bytes_total', 'captured bytes read', []);
export const fragmentReassembly: FamilyDefinition = counter(
  'sipgauge_fragment_reassembly_total',
  'what became of fragmented IP datagrams',
  [{ name: 'result', values: FRAGMENT_RESULT_NAMES }],
);
export const tcpStreams: FamilyDefinition = gauge(
  'sipgauge_tcp_streams',
  'TCP connections now followed in which SIP was seen',
  [],
);
export const tcpGaps: FamilyDefinition = counter(
  'sipgauge_tcp_gaps_total',
  'holes in TCP streams that were given up',
  [],
);
export const tcpLostBytes: FamilyDefinition = counter(
  'sipgauge_tcp_lost_bytes_total',
  'stream bytes that such holes swallowed',
  [],
);
export const tlsFlows: FamilyDefinition = gauge(
  'sipgauge_tls_flows',
  'TLS connections on SIP ports now seen',
  [],
);
export const tlsHandshakes: FamilyDefinition = counter(
  'sipgauge_tls_handshakes_total',
  'TLS handshakes on SIP ports',
  [{ name: 'result', values: TLS_HANDSHAKE_NAMES }],
);
export const tlsAlerts: FamilyDefinition = counter(
  'sipgauge_tls_alerts_total',
  'TLS alerts on SIP ports',
  [DIRECTION, { name: 'level', values: TLS_ALERT_LEVEL_NAMES }],
);
export const tlsResets: FamilyDefinition = counter(
  'sipgauge_tls_resets_total',
  'TLS connections on SIP ports that were reset',
  [],
);
export const keepalives: FamilyDefinition = counter('sipgauge_keepalives_total', 'keep-alives', [
  { name: 'kind', values: KEEPALIVE_NAMES },
]);
export const unknownDialogRequests: FamilyDefinition = counter(
  'sipgauge_unknown_dialog_requests_total',
  'in-dialog requests of dialogs that are not known',
  [],
);
export const tableRows: FamilyDefinition = gauge(
  'sipgauge_table_rows',
  'rows now in use in a table',
  [TABLE],
);
export const tableCapacity: FamilyDefinition = gauge(
  'sipgauge_table_capacity',
  'rows a table has room for',
  [TABLE],
);
export const tableEvictions: FamilyDefinition = counter(
  'sipgauge_table_evictions_total',
  'rows evicted from a full table',
  [TABLE],
);
export const internalErrors: FamilyDefinition = counter(
  'sipgauge_internal_errors_total',
  'bugs of the probe met while handling a packet',
  [{ name: 'stage', values: STAGE_NAMES }],
);
export const packetClock: FamilyDefinition = gauge(
  'sipgauge_packet_clock_timestamp_seconds',
  'the packet clock that drives all timers, 0 before the first packet',
  [],
);
export const captureLag: FamilyDefinition = gauge(
  'sipgauge_capture_lag_seconds',
  'how far the packet clock is behind the wall clock, live only',
  [],
);
export const clockSteps: FamilyDefinition = counter(
  'sipgauge_clock_steps_total',
  'packets stamped more than 1 s before the packet in front of them, or, live, further ahead than time can have passed',
  [],
);
export const intervalsDiscarded: FamilyDefinition = counter(
  'sipgauge_intervals_discarded_total',
  'intervals not observed because the clock stepped between their ends, they are of two clocks, or negative',
  [{ name: 'family', values: INTERVAL_FAMILIES }],
);
export const seriesOverflow: FamilyDefinition = counter(
  'sipgauge_series_overflow_total',
  'samples and peers counted as other for want of room',
  [{ name: 'family', values: FOLDING_FAMILIES.map((definition) => definition.name) }],
);

export const PROBE_FAMILIES: readonly FamilyDefinition[] = [
  buildInfo,
  captureUp,
  capturePackets,
  captureDropped,
  packets,
  packetFate,
  deliveredMessages,
  messageFate,
  bytes,
  fragmentReassembly,
  tcpStreams,
  tcpGaps,
  tcpLostBytes,
  tlsFlows,
  tlsHandshakes,
  tlsAlerts,
  tlsResets,
  keepalives,
  unknownDialogRequests,
  tableRows,
  tableCapacity,
  tableEvictions,
  internalErrors,
  packetClock,
  captureLag,
  clockSteps,
  intervalsDiscarded,
  seriesOverflow,
];
