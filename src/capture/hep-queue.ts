/**
 * HEP packets between the sockets that receive them and the data plane that takes them in batches:
 * a fixed number of blocks. What finds them full is refused, for the caller to count or to hold
 * back.
 */
import { Linktype } from '../core/linktype.ts';
import { BATCH_BYTES, BatchBuilder } from './batch-builder.ts';

/** One block is filled while the other is read. */
const BLOCKS_MIN = 2;

export class HepQueue {
  readonly #blocksMax: number;
  #blocks = 1;
  /** Full, oldest first. */
  readonly #full: BatchBuilder[] = [];
  readonly #free: BatchBuilder[] = [];
  #filling: BatchBuilder | undefined = newBlock();
  /** With the consumer until it takes the next. */
  #lent: BatchBuilder | undefined;
  #frames = 0;

  /** Blocks are about 1 MiB each; there are two at least. */
  constructor(bytesMax: number) {
    this.#blocksMax = Math.max(BLOCKS_MIN, Math.floor(bytesMax / BATCH_BYTES));
  }

  /** Copies `bytes[start, end)` into the queue; false when it is full. */
  push(
    bytes: Uint8Array,
    start: number,
    end: number,
    timestampUs: number,
    interfaceIndex: number,
  ): boolean {
    const batch = this.#withRoom();
    if (batch === undefined) return false;
    const row = batch.count;
    const offset = batch.reserve(end - start);
    batch.block.set(bytes.subarray(start, end), offset);
    batch.timestampUs[row] = timestampUs;
    batch.offset[row] = offset;
    batch.caplen[row] = end - start;
    batch.len[row] = end - start;
    batch.linktype[row] = Linktype.HEP;
    batch.interfaceIndex[row] = interfaceIndex;
    batch.count = row + 1;
    return true;
  }

  #withRoom(): BatchBuilder | undefined {
    if (this.#filling !== undefined && !this.#filling.full) return this.#filling;
    if (this.#filling !== undefined) this.#full.push(this.#filling);
    this.#filling = this.#free.pop();
    if (this.#filling === undefined && this.#blocks < this.#blocksMax) {
      this.#blocks += 1;
      this.#filling = newBlock();
    }
    return this.#filling;
  }

  /** The oldest packets, or undefined when there are none. Takes back what it gave before. */
  take(): BatchBuilder | undefined {
    this.#takeBack();
    let batch = this.#full.shift();
    if (batch === undefined && this.#filling !== undefined && this.#filling.count > 0) {
      batch = this.#filling;
      this.#filling = undefined;
    }
    if (batch === undefined) return undefined;
    this.#lent = batch;
    batch.firstFrame = this.#frames + 1;
    batch.drained = this.#full.length === 0 && (this.#filling?.count ?? 0) === 0;
    this.#frames += batch.count;
    return batch;
  }

  #takeBack(): void {
    if (this.#lent === undefined) return;
    this.#lent.beginCopy();
    this.#free.push(this.#lent);
    this.#lent = undefined;
  }
}

function newBlock(): BatchBuilder {
  const batch = new BatchBuilder();
  batch.beginCopy();
  return batch;
}
