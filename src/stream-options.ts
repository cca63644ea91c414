/** What the stream side of the data plane is told, and its limits when it is told nothing. */
import type { PipelineCounters } from './core/pipeline-counters.ts';
import type { LocalAddresses } from './direction/local-side.ts';

/** Memory for what waits to become whole, when not given. */
export const STREAM_BYTES_MAX = 67_108_864;
/** How long a hole may stay open, when not given. */
export const GAP_WAIT_US = 2_000_000;
/** How long one may that the receiver waits for too: five retransmissions, each after twice the time. */
export const WANTED_GAP_WAIT_US = 32_000_000;
/** How long a connection may be silent, when not given. */
export const STREAM_IDLE_US = 3_600_000_000;

export interface StreamsOptions {
  /** TCP connections followed at a time. */
  readonly rowsMax: number;
  /** SCTP associations followed at a time, each direction for itself. */
  readonly associationsMax: number;
  /** Bytes that TCP, and as many that SCTP, may hold for what waits to become whole. */
  readonly bytesMax?: number;
  /** A longer message is cut to its headers and its stream resynchronises. */
  readonly messageMax: number;
  /** How long a hole may stay open before it is given up, microseconds of packet time. */
  readonly gapWaitUs?: number;
  /** A connection silent for so long is forgotten, microseconds of packet time. */
  readonly idleUs?: number;
  /** One cell per port: 1 = SIP is expected there. */
  readonly sipPorts: Uint8Array;
  /** One cell per port: 1 = SIP over WebSocket is expected there. */
  readonly webSocketPorts: Uint8Array;
  /** One cell per port: 1 = SIP over TLS is expected there. */
  readonly tlsPorts: Uint8Array;
  /** Of the hash. */
  readonly seed: number;
  readonly counters: PipelineCounters;
  readonly local: LocalAddresses;
}
