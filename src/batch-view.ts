/**
 * A batch as the pipeline sees it: of one shape, whoever made it. Code that was compiled for the batches of one source
 * would be thrown away at the first of another, and a replay has two (read-ahead-source.ts).
 */
import type { PacketBatch } from './core/packet-batch.ts';

export class BatchView {
  block: Uint8Array = new Uint8Array(0);
  count = 0;
  firstFrame = 1;
  timestampUs: Float64Array = new Float64Array(0);
  offset: Uint32Array = new Uint32Array(0);
  caplen: Uint32Array = new Uint32Array(0);
  len: Uint32Array = new Uint32Array(0);
  linktype: Uint16Array = new Uint16Array(0);
  interfaceIndex: Uint16Array = new Uint16Array(0);

  /** From now on it is this one. */
  show(batch: PacketBatch): void {
    this.block = batch.block;
    this.count = batch.count;
    this.firstFrame = batch.firstFrame;
    this.timestampUs = batch.timestampUs;
    this.offset = batch.offset;
    this.caplen = batch.caplen;
    this.len = batch.len;
    this.linktype = batch.linktype;
    this.interfaceIndex = batch.interfaceIndex;
  }
}
