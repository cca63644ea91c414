/**
 * What the data plane did with every packet and every message: the cells behind the conservation laws of
 * docs/METRICS.md section 3. Each packet gets one fate, each delivered message one.
 */
export const MessageFate = {
  IN: 0,
  OUT: 1,
  HAIRPIN: 2,
  FOREIGN: 3,
  KEEPALIVE: 4,
  TRUNCATED: 5,
} as const;
export type MessageFate = (typeof MessageFate)[keyof typeof MessageFate];
export const MESSAGE_FATE_NAMES: readonly string[] = [
  'in',
  'out',
  'hairpin',
  'foreign',
  'keepalive',
  'truncated',
];

/** Keep-alives (RFC 5626 3.5, RFC 6223 and what is seen in the field). */
export const Keepalive = {
  CRLF: 0,
  DOUBLE_CRLF: 1,
  EMPTY: 2,
  SINGLE_BYTE: 3,
  ZEROES: 4,
  JAK: 5,
  STUN: 6,
} as const;
export type Keepalive = (typeof Keepalive)[keyof typeof Keepalive];
export const KEEPALIVE_NAMES: readonly string[] = [
  'crlf',
  'double_crlf',
  'empty',
  'single_byte',
  'zeroes',
  'jak',
  'stun',
];

export const FragmentResult = {
  COMPLETED: 0,
  EXPIRED: 1,
  EVICTED: 2,
  OVERLAP: 3,
  TRUNCATED: 4,
  INVALID: 5,
} as const;
export type FragmentResult = (typeof FragmentResult)[keyof typeof FragmentResult];
export const FRAGMENT_RESULT_NAMES: readonly string[] = [
  'completed',
  'expired',
  'evicted',
  'overlap',
  'truncated',
  'invalid',
];

export const TlsHandshake = { STARTED: 0, COMPLETED: 1, FAILED: 2 } as const;
export type TlsHandshake = (typeof TlsHandshake)[keyof typeof TlsHandshake];
export const TLS_HANDSHAKE_NAMES: readonly string[] = ['started', 'completed', 'failed'];
export const TLS_ALERT_LEVEL_NAMES: readonly string[] = ['warning', 'fatal', 'encrypted'];

export const Stage = { DECODE: 0, REASSEMBLY: 1, PARSE: 2 } as const;
export type Stage = (typeof Stage)[keyof typeof Stage];
export const STAGE_NAMES: readonly string[] = ['decode', 'reassembly', 'parse'];

export class PipelineCounters {
  packets = 0;
  bytes = 0;
  /** Indexed by PacketFate (decode/packet-fate.ts). */
  readonly packetFates: Float64Array = new Float64Array(64);
  messages = 0;
  readonly messageFates: Float64Array = new Float64Array(MESSAGE_FATE_NAMES.length);
  readonly keepalives: Float64Array = new Float64Array(KEEPALIVE_NAMES.length);
  readonly fragmentResults: Float64Array = new Float64Array(FRAGMENT_RESULT_NAMES.length);
  tcpGaps = 0;
  tcpLostBytes = 0;
  readonly tlsHandshakes: Float64Array = new Float64Array(TLS_HANDSHAKE_NAMES.length);
  /** [direction * 3 + level] */
  readonly tlsAlerts: Float64Array = new Float64Array(6);
  tlsResets = 0;
  clockSteps = 0;
  readonly internalErrors: Float64Array = new Float64Array(STAGE_NAMES.length);
}
