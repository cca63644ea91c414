/**
 * Messages compressed by permessage-deflate (RFC 7692): a message refers to those before it in its direction, so
 * that up to 32 KiB of these are kept. The parameters that were negotiated need not be known: a sender that keeps
 * no context, or a smaller window, only refers to less. A message that refers to what was never seen, or is
 * damaged, can't be read, and what was kept of its direction is worth nothing then.
 */
import { int32At, int32Column } from '../core/columns.ts';
import { EvictionLists } from '../core/eviction-lists.ts';
import { BufferPool, EMPTY_BUFFER } from './buffer-pool.ts';
import { copyBytes } from './copy-bytes.ts';
import { HISTORY_BYTES, Inflater } from './inflate.ts';

/** Of all directions; the one that was silent longest gives up its own. */
export const DEFLATE_HISTORY_MAX = 67_108_864;

export class CompressedMessages {
  private readonly pool: BufferPool = new BufferPool(DEFLATE_HISTORY_MAX);
  private readonly inflater: Inflater;
  private readonly histories: Uint8Array[];
  private readonly historyLength: Int32Array;
  /** Directions with a history, the longest silent first. */
  private readonly holders: EvictionLists;

  constructor(rowsMax: number, messageMax: number) {
    this.inflater = new Inflater(messageMax);
    this.histories = new Array<Uint8Array>(rowsMax).fill(EMPTY_BUFFER);
    this.historyLength = int32Column(rowsMax);
    this.holders = EvictionLists.apart(rowsMax, 1);
  }

  /** The message read last is `buf` [start, end), valid until the next one. */
  get buf(): Uint8Array {
    return this.inflater.out;
  }

  get start(): number {
    return HISTORY_BYTES;
  }

  get end(): number {
    return this.inflater.end;
  }

  /** Reads the message that buf[start, end) is of direction `row`. */
  read(row: number, buf: Uint8Array, start: number, end: number): boolean {
    const { inflater } = this;
    const length = int32At(this.historyLength, row);
    if (!inflater.inflate(buf, start, end, this.history(row), length)) {
      this.forget(row);
      return false;
    }
    this.remember(row, Math.min(HISTORY_BYTES, length + inflater.end - HISTORY_BYTES));
    return true;
  }

  /** What came before in a direction is not known any more. */
  forget(row: number): void {
    const history = this.history(row);
    if (history.length === 0) return;
    this.historyLength[row] = 0;
    this.pool.give(history);
    this.histories[row] = EMPTY_BUFFER;
    this.holders.remove(row);
  }

  /** Keeps the last `length` bytes of what is known. */
  private remember(row: number, length: number): void {
    if (length === 0) return;
    if (this.history(row).length < length) {
      this.forget(row);
      this.histories[row] = this.room(length);
    } else {
      this.holders.remove(row);
    }
    this.holders.add(row, 0);
    copyBytes(
      this.history(row),
      0,
      this.inflater.out,
      this.inflater.end - length,
      this.inflater.end,
    );
    this.historyLength[row] = length;
  }

  /** There is room for many more than one. */
  private room(bytes: number): Uint8Array {
    for (;;) {
      const buffer = this.pool.take(bytes);
      if (buffer !== undefined) return buffer;
      this.forget(this.holders.oldest());
    }
  }

  private history(row: number): Uint8Array {
    return this.histories[row] ?? EMPTY_BUFFER;
  }
}
