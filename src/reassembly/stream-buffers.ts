/**
 * The bytes of TCP directions that could not be read where they arrived: the unread contiguous ones, and
 * behind them what came ahead of a hole, at its place (RFC 9293 3.10.7.4). What came first wins over what
 * overlaps it. A direction without such bytes has no memory.
 */
import { int32At, int32Column } from '../core/columns.ts';
import { EvictionLists } from '../core/eviction-lists.ts';
import { type BufferPool, EMPTY_BUFFER } from './buffer-pool.ts';
import { copyBytes } from './copy-bytes.ts';
import { HeldRanges } from './held-ranges.ts';
import type { Segment } from './segment.ts';

/** What became of bytes that were to be kept. */
export const Stored = { YES: 0, TOO_FAR: 1, TOO_MANY_HOLES: 2, NO_MEMORY: 3 } as const;
export type Stored = (typeof Stored)[keyof typeof Stored];

export class StreamBuffers {
  readonly held: HeldRanges;
  private readonly pool: BufferPool;
  private readonly streamBytesMax: number;
  private readonly buffers: Uint8Array[];
  /** Directions with memory, the longest holding first. */
  private readonly holders: EvictionLists;
  /** The sequence number behind the last contiguous byte. */
  private readonly nextSequence: Int32Array;
  /** Unread contiguous bytes: [head, tail) of the buffer; `tail` holds `nextSequence`. */
  private readonly head: Int32Array;
  private readonly tail: Int32Array;

  /** `streamBytesMax`: the largest buffer of one direction, rounded up to a power of two. */
  constructor(rowsMax: number, pool: BufferPool, streamBytesMax: number) {
    this.held = new HeldRanges(rowsMax);
    this.pool = pool;
    this.streamBytesMax = streamBytesMax;
    this.holders = EvictionLists.apart(rowsMax, 1);
    this.buffers = new Array<Uint8Array>(rowsMax).fill(EMPTY_BUFFER);
    this.nextSequence = int32Column(rowsMax);
    this.head = int32Column(rowsMax);
    this.tail = int32Column(rowsMax);
  }

  /** Begins a direction anew, its next byte having this sequence number. */
  open(row: number, sequence: number): void {
    this.release(row);
    this.nextSequence[row] = sequence;
  }

  /** Gives the memory back, and with it every byte. */
  release(row: number): void {
    const buffer = this.buffers[row];
    if (buffer !== undefined && buffer.length > 0) {
      this.pool.give(buffer);
      this.buffers[row] = EMPTY_BUFFER;
      this.holders.remove(row);
    }
    this.held.clear(row);
    this.head[row] = 0;
    this.tail[row] = 0;
  }

  next(row: number): number {
    return int32At(this.nextSequence, row);
  }

  buffer(row: number): Uint8Array {
    return this.buffers[row] ?? EMPTY_BUFFER;
  }

  readStart(row: number): number {
    return int32At(this.head, row);
  }

  readEnd(row: number): number {
    return int32At(this.tail, row);
  }

  /** The direction that has had memory longest; -1 when none has. */
  oldestHolder(): number {
    return this.holders.oldest();
  }

  isEmpty(row: number): boolean {
    return this.buffer(row).length === 0;
  }

  /** Moves on over `bytes` that were read where they arrived. Only without a buffer. */
  pass(row: number, bytes: number): void {
    this.nextSequence[row] = this.next(row) + bytes;
  }

  /** The unread bytes now begin at `start`. Memory that holds nothing is given back. */
  consume(row: number, start: number): void {
    this.head[row] = start;
    if (start === int32At(this.tail, row) && this.held.count(row) === 0) this.release(row);
  }

  /** Keeps buf[start, end), the unread rest of a segment whose bytes were counted by `pass`. */
  keep(row: number, buf: Uint8Array, start: number, end: number): Stored {
    const stored = this.makeRoom(row, end - start);
    if (stored !== Stored.YES) return stored;
    const tail = this.readEnd(row);
    copyBytes(this.buffer(row), tail, buf, start, end);
    this.tail[row] = tail + end - start;
    return Stored.YES;
  }

  /**
   * Puts a segment that begins at or behind the next byte in its place. At the next byte it extends what
   * can be read, and so does all that was held and adjoins; beyond, it waits for the hole to be filled.
   */
  insert(row: number, segment: Segment): Stored {
    const offset = (segment.sequence - this.next(row)) | 0;
    const length = segment.end - segment.start;
    const stored = this.makeRoom(row, offset + length);
    if (stored !== Stored.YES) return stored;
    this.fill(row, segment, offset);
    if (offset === 0) {
      this.extend(row, length);
      this.absorb(row);
      return Stored.YES;
    }
    const start = segment.sequence;
    const added = this.held.add(row, start, (start + length) | 0, segment.timeUs);
    return added ? Stored.YES : Stored.TOO_MANY_HOLES;
  }

  /** Bytes missing before the first held range; -1 when none is held. */
  hole(row: number): number {
    if (this.held.count(row) === 0) return -1;
    return (this.held.startOf(row, 0) - this.next(row)) | 0;
  }

  /** Gives up the unread bytes and `bytes` behind them, at most up to the first held range. */
  skip(row: number, bytes: number): void {
    this.nextSequence[row] = this.next(row) + bytes;
    if (this.held.count(row) === 0) {
      this.release(row);
      return;
    }
    const tail = this.readEnd(row) + bytes;
    this.head[row] = tail;
    this.tail[row] = tail;
    this.absorb(row);
  }

  private extend(row: number, bytes: number): void {
    this.nextSequence[row] = this.next(row) + bytes;
    this.tail[row] = this.readEnd(row) + bytes;
  }

  /** Makes the held ranges that now adjoin readable. */
  private absorb(row: number): void {
    while (this.held.count(row) > 0) {
      if (((this.held.startOf(row, 0) - this.next(row)) | 0) > 0) return;
      const bytes = (this.held.endOf(row, 0) - this.next(row)) | 0;
      if (bytes > 0) this.extend(row, bytes);
      this.held.dropFirst(row);
    }
  }

  /** Copies the bytes of a segment that are not held yet. */
  private fill(row: number, segment: Segment, offset: number): void {
    const buffer = this.buffer(row);
    const origin = this.readEnd(row) + offset - segment.start;
    const ranges = this.held.count(row);
    let at = segment.start;
    for (let i = 0; i < ranges && at < segment.end; i++) {
      const from = segment.start + ((this.held.startOf(row, i) - segment.sequence) | 0);
      const to = segment.start + ((this.held.endOf(row, i) - segment.sequence) | 0);
      if (from >= segment.end) break;
      if (from > at) copyBytes(buffer, at + origin, segment.buf, at, from);
      if (to > at) at = to;
    }
    if (at < segment.end) copyBytes(buffer, at + origin, segment.buf, at, segment.end);
  }

  /** Room for `bytes` behind the contiguous ones. */
  private makeRoom(row: number, bytes: number): Stored {
    const buffer = this.buffer(row);
    const head = this.readStart(row);
    const tail = this.readEnd(row);
    if (tail + bytes <= buffer.length) return Stored.YES;
    const needed = tail - head + bytes;
    if (needed > this.streamBytesMax) return Stored.TOO_FAR;
    const used = this.usedEnd(row);
    if (needed <= buffer.length) {
      buffer.copyWithin(0, head, used);
    } else {
      const larger = this.pool.take(needed);
      if (larger === undefined) return Stored.NO_MEMORY;
      copyBytes(larger, 0, buffer, head, used);
      if (buffer.length > 0) this.pool.give(buffer);
      else this.holders.add(row, 0);
      this.buffers[row] = larger;
    }
    this.head[row] = 0;
    this.tail[row] = tail - head;
    return Stored.YES;
  }

  /** Behind the last byte, contiguous or held. */
  private usedEnd(row: number): number {
    const ranges = this.held.count(row);
    if (ranges === 0) return this.readEnd(row);
    return this.readEnd(row) + ((this.held.endOf(row, ranges - 1) - this.next(row)) | 0);
  }
}
