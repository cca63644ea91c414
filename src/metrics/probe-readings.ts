/**
 * What the registry asks of the rest of the probe when it is scraped. The probe implements it over its stages;
 * nothing here is called while packets are handled.
 */
import type { CaptureStats } from '../capture/packet-source.ts';
import type { PipelineCounters } from '../core/pipeline-counters.ts';
import type { TableUse } from '../core/table.ts';
import type { StateGauges } from '../state/state-gauges.ts';

export interface ProbeReadings {
  readonly counters: PipelineCounters;
  /** Of this moment; `attemptsOpen` in the order of the configured peers, as Observer's `peer`. */
  gauges(): StateGauges;
  tables(): readonly TableUse[];
  captureStats(): readonly CaptureStats[];
  /** 0 before the first packet. */
  packetClockUs(): number;
  /** Undefined in a replay, which has no wall clock. */
  captureLagSeconds(): number | undefined;
  tcpStreams(): number;
  tlsFlows(): number;
  /** Epoch seconds; in a replay of the first packet, 0 before it. */
  startedSeconds(): number;
}
