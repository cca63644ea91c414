/**
 * Fragments of SCTP user messages until their messages are whole (RFC 9260 6.9, RFC 8260 2.2): per sender a
 * list in order, DATA by TSN, I-DATA by stream, message and fragment number. Pieces are few and bounded in
 * number, bytes and age.
 */
import {
  float64At,
  float64Column,
  int32At,
  int32Column,
  uint8At,
  uint8Column,
  uint16At,
  uint16Column,
} from '../core/columns.ts';
import { EvictionLists } from '../core/eviction-lists.ts';
import { Slab } from '../core/slab.ts';
import { type BufferPool, EMPTY_BUFFER } from './buffer-pool.ts';
import { copyBytes } from './copy-bytes.ts';
import type { SctpChunks } from './sctp-chunks.ts';

/** Pieces held at a time, of all associations. */
export const SCTP_PIECES_MAX = 4096;

/** A piece that far out of order is given up. */
const LINK_STEPS_MAX = 256;

const NONE = -1;
const FIRST = 1;
const LAST = 2;
const UNORDERED = 4;
const INTERLEAVED = 8;

export class SctpPieces {
  // The message that `add` has completed: `buf` [0, end), valid until the next call.
  buf: Uint8Array = EMPTY_BUFFER;
  end = 0;
  wireEnd = 0;
  /** Messages given up because a piece of theirs was. */
  lost = 0;

  private readonly pool: BufferPool;
  private readonly messageMax: number;
  private readonly slab: Slab = new Slab(SCTP_PIECES_MAX);
  /** Oldest first. */
  private readonly ages: EvictionLists = EvictionLists.apart(SCTP_PIECES_MAX, 1);
  private readonly newestOf: Int32Array;
  private readonly before: Int32Array = int32Column(SCTP_PIECES_MAX);
  private readonly after: Int32Array = int32Column(SCTP_PIECES_MAX);
  private readonly owners: Int32Array = int32Column(SCTP_PIECES_MAX);
  private readonly flags: Uint8Array = uint8Column(SCTP_PIECES_MAX);
  private readonly streamIds: Uint16Array = uint16Column(SCTP_PIECES_MAX);
  private readonly messageIds: Int32Array = int32Column(SCTP_PIECES_MAX);
  /** TSN, or fragment number. */
  private readonly numbers: Int32Array = int32Column(SCTP_PIECES_MAX);
  private readonly lengths: Uint16Array = uint16Column(SCTP_PIECES_MAX);
  private readonly wireLengths: Uint16Array = uint16Column(SCTP_PIECES_MAX);
  private readonly heldSinceUs: Float64Array = float64Column(SCTP_PIECES_MAX);
  private readonly buffers: Uint8Array[] = [];

  constructor(associationsMax: number, pool: BufferPool, messageMax: number) {
    this.pool = pool;
    this.messageMax = messageMax;
    this.newestOf = int32Column(associationsMax).fill(NONE);
    for (let i = 0; i < SCTP_PIECES_MAX; i++) this.buffers.push(EMPTY_BUFFER);
  }

  /** Takes the chunk at hand, a fragment of sender `row`; true when a message is whole with it. */
  add(row: number, buf: Uint8Array, chunk: SctpChunks, nowUs: number): boolean {
    const piece = this.store(buf, chunk, nowUs);
    if (piece < 0) return false;
    if (!this.link(row, piece)) return false;
    // In order, the last piece comes last: until then this is one look.
    let last = piece;
    while (!this.has(last, LAST)) {
      const neighbour = int32At(this.after, last);
      if (neighbour === NONE || !this.adjoins(last, neighbour)) return false;
      last = neighbour;
    }
    let first = piece;
    while (!this.has(first, FIRST)) {
      const neighbour = int32At(this.before, first);
      if (neighbour === NONE || !this.adjoins(neighbour, first)) return false;
      first = neighbour;
    }
    return this.assemble(first, last);
  }

  /** Gives up everything held of a sender. */
  drop(row: number): void {
    for (let i = 0; i < SCTP_PIECES_MAX; i++) {
      const piece = int32At(this.newestOf, row);
      if (piece === NONE) return;
      this.giveUp(piece);
    }
  }

  /** Gives up what is held since `sinceUs` or longer. */
  expire(sinceUs: number): void {
    for (let i = 0; i < SCTP_PIECES_MAX; i++) {
      const piece = this.ages.oldest();
      if (piece < 0 || float64At(this.heldSinceUs, piece) > sinceUs) return;
      this.giveUp(piece);
    }
  }

  private store(buf: Uint8Array, chunk: SctpChunks, nowUs: number): number {
    const length = chunk.end - chunk.start;
    let piece = this.slab.allocate();
    if (piece < 0) {
      this.giveUp(this.ages.oldest());
      piece = this.slab.allocate();
    }
    const buffer = this.takeBuffer(Math.max(length, 1));
    if (buffer === undefined) {
      this.slab.free(piece);
      return NONE;
    }
    copyBytes(buffer, 0, buf, chunk.start, chunk.end);
    this.buffers[piece] = buffer;
    this.lengths[piece] = length;
    this.wireLengths[piece] = chunk.wireEnd - chunk.start;
    this.flags[piece] =
      (chunk.isFirst ? FIRST : 0) |
      (chunk.isLast ? LAST : 0) |
      (chunk.isUnordered ? UNORDERED : 0) |
      (chunk.isInterleaved ? INTERLEAVED : 0);
    this.streamIds[piece] = chunk.isInterleaved ? chunk.streamId : 0;
    this.messageIds[piece] = chunk.isInterleaved ? chunk.messageId : 0;
    this.numbers[piece] = chunk.isInterleaved ? chunk.fragmentNumber : chunk.tsn;
    this.heldSinceUs[piece] = nowUs;
    this.ages.add(piece, 0);
    return piece;
  }

  /** Older pieces make room. */
  private takeBuffer(bytes: number): Uint8Array | undefined {
    for (let i = 0; i < SCTP_PIECES_MAX; i++) {
      const buffer = this.pool.take(bytes);
      if (buffer !== undefined) return buffer;
      const oldest = this.ages.oldest();
      if (oldest < 0) return undefined;
      this.giveUp(oldest);
    }
    return undefined;
  }

  /**
   * Into its sender's list; pieces mostly come in order, so the search begins at the young end. False for
   * a piece so far out of order that it is given up.
   */
  private link(row: number, piece: number): boolean {
    let before = int32At(this.newestOf, row);
    let after = NONE;
    let steps = 0;
    while (before !== NONE && this.compare(before, piece) > 0 && steps < LINK_STEPS_MAX) {
      after = before;
      before = int32At(this.before, before);
      steps++;
    }
    this.owners[piece] = row;
    this.before[piece] = before;
    this.after[piece] = after;
    if (before !== NONE) this.after[before] = piece;
    if (after === NONE) this.newestOf[row] = piece;
    else this.before[after] = piece;
    if (steps < LINK_STEPS_MAX) return true;
    this.giveUp(piece);
    return false;
  }

  private compare(a: number, b: number): number {
    const ofStream = uint16At(this.streamIds, a) - uint16At(this.streamIds, b);
    if (ofStream !== 0) return ofStream;
    const ofOrder = (uint8At(this.flags, a) & UNORDERED) - (uint8At(this.flags, b) & UNORDERED);
    if (ofOrder !== 0 && this.has(a, INTERLEAVED)) return ofOrder;
    const ofMessage = (int32At(this.messageIds, a) - int32At(this.messageIds, b)) | 0;
    if (ofMessage !== 0) return ofMessage;
    return (int32At(this.numbers, a) - int32At(this.numbers, b)) | 0;
  }

  /** `b` follows `a` within one message. */
  private adjoins(a: number, b: number): boolean {
    if (this.has(a, LAST) || this.has(b, FIRST)) return false;
    if (uint16At(this.streamIds, a) !== uint16At(this.streamIds, b)) return false;
    if (this.has(a, UNORDERED) !== this.has(b, UNORDERED)) return false;
    if (int32At(this.messageIds, a) !== int32At(this.messageIds, b)) return false;
    return ((int32At(this.numbers, b) - int32At(this.numbers, a)) | 0) === 1;
  }

  /** Joins the pieces; what stands behind one that the capture has cut is missing. */
  private assemble(first: number, last: number): boolean {
    const wireEnd = this.wireLength(first, last);
    if (wireEnd > this.messageMax) {
      this.release(first, last);
      this.lost++;
      return false;
    }
    if (this.buf.length < wireEnd) this.grow(wireEnd);
    let end = 0;
    let isWhole = true;
    for (let piece = first; ; piece = int32At(this.after, piece)) {
      const length = uint16At(this.lengths, piece);
      if (isWhole) {
        copyBytes(this.buf, end, this.buffers[piece] ?? EMPTY_BUFFER, 0, length);
        end += length;
        isWhole = length === uint16At(this.wireLengths, piece);
      }
      if (piece === last) break;
    }
    this.end = end;
    this.wireEnd = wireEnd;
    this.release(first, last);
    return true;
  }

  private wireLength(first: number, last: number): number {
    let length = uint16At(this.wireLengths, first);
    for (let piece = first; piece !== last; ) {
      piece = int32At(this.after, piece);
      length += uint16At(this.wireLengths, piece);
    }
    return length;
  }

  /** Doubles, so that it grows a few times in a lifetime; never beyond twice `messageMax`. */
  private grow(bytes: number): void {
    let size = 4096;
    while (size < bytes) size *= 2;
    this.buf = new Uint8Array(size);
  }

  private release(first: number, last: number): void {
    for (let piece = first; ; ) {
      const after = int32At(this.after, piece);
      this.free(piece);
      if (piece === last) return;
      piece = after;
    }
  }

  /** A message that has begun will not be whole. */
  private giveUp(piece: number): void {
    if (this.has(piece, FIRST)) this.lost++;
    this.free(piece);
  }

  private free(piece: number): void {
    const before = int32At(this.before, piece);
    const after = int32At(this.after, piece);
    if (before !== NONE) this.after[before] = after;
    if (after !== NONE) this.before[after] = before;
    else this.newestOf[int32At(this.owners, piece)] = before;
    const buffer = this.buffers[piece];
    if (buffer !== undefined && buffer.length > 0) this.pool.give(buffer);
    this.buffers[piece] = EMPTY_BUFFER;
    this.ages.remove(piece);
    this.slab.free(piece);
  }

  private has(piece: number, flag: number): boolean {
    return (uint8At(this.flags, piece) & flag) !== 0;
  }
}
