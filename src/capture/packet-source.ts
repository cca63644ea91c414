/**
 * The seam between whatever delivers packets and the data plane. A source is pulled: the next call
 * gives the previous batch's memory back, which is the back-pressure into a kernel ring.
 */
import type { PacketBatch } from '../core/packet-batch.ts';

export interface CaptureStats {
  /** The configured name of the interface, or the file's. */
  readonly interface: string;
  /** False while an interface is gone and being retried. */
  readonly up: boolean;
  /** Packets handed over to the data plane, cumulative over reopenings. */
  readonly packets: number;
  /** Lost for want of room in the kernel's ring (libpcap's ps_drop). */
  readonly droppedByKernel: number;
  /** Lost by the interface or its driver (ps_ifdrop). */
  readonly droppedByInterface: number;
  /** Lost between the capture thread and the data plane. */
  readonly droppedByRing: number;
}

export interface PacketSource {
  /** Configured names; `PacketBatch.interfaceIndex` points into them. May grow while a file is read. */
  readonly interfaces: readonly string[];
  /** Opens what is to be read. Throws OperatorError. */
  open(): Promise<void>;
  /**
   * The next batch, or undefined at the end of the last file. Invalidates the batch before.
   * A live source resolves with an empty, drained batch about every `idleMs` when nothing arrives.
   */
  next(): Promise<PacketBatch | undefined>;
  /** Ends a pending `next` (it gives undefined) and frees everything. Works in any state, twice too. */
  close(): Promise<void>;
  stats(): readonly CaptureStats[];
}
