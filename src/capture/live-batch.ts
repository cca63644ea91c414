/** A block of a live source with its columns, made once and filled again and again. */
import { takeBlock } from '../core/block-memory.ts';
import type { PacketBatch } from '../core/packet-batch.ts';
import { LIVE_BLOCK_BYTES, LIVE_BLOCK_ROWS } from './live-options.ts';
import { NATIVE_SLACK_BYTES, type NativeBlock } from './native-addon.ts';

export class LiveBatch implements PacketBatch, NativeBlock {
  /** Within the scanner's reach, and never given back: a live source lives as long as its process. */
  readonly block: Uint8Array = takeBlock(LIVE_BLOCK_BYTES + NATIVE_SLACK_BYTES);
  readonly timestampUs: Float64Array = new Float64Array(LIVE_BLOCK_ROWS);
  readonly offset: Uint32Array = new Uint32Array(LIVE_BLOCK_ROWS);
  readonly caplen: Uint32Array = new Uint32Array(LIVE_BLOCK_ROWS);
  readonly len: Uint32Array = new Uint32Array(LIVE_BLOCK_ROWS);
  readonly linktype: Uint16Array = new Uint16Array(LIVE_BLOCK_ROWS);
  readonly interfaceIndex: Uint16Array = new Uint16Array(LIVE_BLOCK_ROWS);
  count = 0;
  firstFrame = 1;
  drained = false;
  settledUs = 0;

  /** Adds this batch's packets to a count for each interface. */
  countInto(packets: Float64Array): void {
    if (packets.length === 1) {
      packets[0] = (packets[0] ?? 0) + this.count;
      return;
    }
    for (let row = 0; row < this.count; row++) {
      const index = this.interfaceIndex[row] ?? 0;
      packets[index] = (packets[index] ?? 0) + 1;
    }
  }
}
