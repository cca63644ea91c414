/**
 * A batch under construction: fixed columns that a source fills again and again. The block is the
 * source's own memory (`begin`), or one that packets are copied into (`beginCopy`, `copy`).
 */
import { takeBlock } from '../core/block-memory.ts';
import type { PacketBatch } from '../core/packet-batch.ts';
import { CAPLEN_MAX, SLACK_BYTES } from './capture-format.ts';

/** Packets in one batch, at most. */
export const BATCH_PACKETS_MAX = 4096;
/** A copying batch closes when its bytes pass this. */
export const BATCH_BYTES: number = 1024 * 1024;

/** So that a usual packet never makes the block grow. */
const OWN_BYTES = BATCH_BYTES + CAPLEN_MAX + SLACK_BYTES;

const LINE_FEED = 0x0a;
const NO_BYTES = new Uint8Array(0);

export class BatchBuilder implements PacketBatch {
  block: Uint8Array = NO_BYTES;
  count = 0;
  readonly timestampUs: Float64Array = new Float64Array(BATCH_PACKETS_MAX);
  readonly offset: Uint32Array = new Uint32Array(BATCH_PACKETS_MAX);
  readonly caplen: Uint32Array = new Uint32Array(BATCH_PACKETS_MAX);
  readonly len: Uint32Array = new Uint32Array(BATCH_PACKETS_MAX);
  readonly linktype: Uint16Array = new Uint16Array(BATCH_PACKETS_MAX);
  readonly interfaceIndex: Uint16Array = new Uint16Array(BATCH_PACKETS_MAX);
  firstFrame = 1;
  drained = false;

  #own: Uint8Array = NO_BYTES;
  #used = 0;

  /** Starts the next batch over the source's memory; frames go on counting. */
  begin(block: Uint8Array): void {
    this.block = block;
    this.firstFrame += this.count;
    this.count = 0;
    this.drained = false;
  }

  /** Starts the next batch over memory of the builder's own. */
  beginCopy(): void {
    if (this.#own.length === 0) this.#own = takeBlock(OWN_BYTES);
    this.#used = 0;
    this.begin(this.#own);
  }

  /** True when a copying batch should be handed over before another packet is copied. */
  get full(): boolean {
    return this.count === BATCH_PACKETS_MAX || this.#used >= BATCH_BYTES;
  }

  /** Appends a copy of `from`'s packet `row`. The caller has seen that the batch is not full. */
  copy(from: PacketBatch, row: number, interfaceIndex: number): void {
    const start = from.offset[row] ?? 0;
    const length = from.caplen[row] ?? 0;
    const at = this.reserve(length);
    this.block.set(from.block.subarray(start, start + length), at);
    const to = this.count;
    this.timestampUs[to] = from.timestampUs[row] ?? 0;
    this.offset[to] = at;
    this.caplen[to] = length;
    this.len[to] = from.len[row] ?? 0;
    this.linktype[to] = from.linktype[row] ?? 0;
    this.interfaceIndex[to] = interfaceIndex;
    this.count = to + 1;
  }

  /** Room for `length` bytes in the builder's own block: the offset at which they go. */
  reserve(length: number): number {
    const at = this.#used;
    const end = at + length;
    if (end + SLACK_BYTES > this.#own.length) {
      const larger = new Uint8Array(2 * end + SLACK_BYTES);
      larger.set(this.#own.subarray(0, at));
      larger[larger.length - 1] = LINE_FEED;
      this.#own = larger;
      this.block = larger;
    }
    this.#own[end] = LINE_FEED;
    this.#used = end;
    return at;
  }
}
