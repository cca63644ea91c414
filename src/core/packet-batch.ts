/**
 * A batch of captured packets: one block of bytes and a column per property of a packet, so that
 * a thousand packets cross a boundary as one object. Times are microseconds since the epoch, with a
 * fraction where the source has nanoseconds.
 */
export interface PacketBatch {
  /** All packets' bytes. Valid until the next call of the source that handed the batch out. */
  readonly block: Uint8Array;
  /** Packets in this batch; the columns may be longer. */
  readonly count: number;
  readonly timestampUs: Float64Array;
  /** Where a packet starts in `block`. */
  readonly offset: Uint32Array;
  /** Bytes captured. */
  readonly caplen: Uint32Array;
  /** Bytes on the wire; never below `caplen`. */
  readonly len: Uint32Array;
  readonly linktype: Uint16Array;
  /** Index into the source's `interfaces`. */
  readonly interfaceIndex: Uint16Array;
  /** A record for each packet (packet-records.ts), where the source has read them ahead. */
  readonly records?: Int32Array;
  /** Frame number in the source, counted from 1, of the batch's first packet (for `--explain`). */
  readonly firstFrame: number;
  /** The source had nothing more to give when it closed this batch: the clock may tick idly. */
  readonly drained: boolean;
  /**
   * Of a live source's drained batches: every packet stamped before this time, in microseconds, has been
   * handed out with this batch. So far the packet clock may tick while nothing arrives, also after the
   * program itself stood still. Absent where a source cannot know.
   */
  readonly settledUs?: number;
}
