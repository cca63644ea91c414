/**
 * Puts the segments of each direction of a TCP connection in order (RFC 9293 3.4, 3.10.7.4): what is read
 * next, what waits for a hole, and when a hole will not be filled any more. A hole that the receiver has
 * acknowledged was lost by the capture alone. Windows, options and checksums are not looked at.
 */
import {
  float64At,
  float64Column,
  int32At,
  int32Column,
  uint8At,
  uint8Column,
} from '../core/columns.ts';
import { EvictionLists } from '../core/eviction-lists.ts';
import { type BufferPool, EMPTY_BUFFER } from './buffer-pool.ts';
import { Segment } from './segment.ts';
import { Stored, StreamBuffers } from './stream-buffers.ts';

/** What became of a segment. */
export const Placement = {
  /** Nothing in it is new. */
  OLD: 0,
  /** It goes on where the bytes before end: the window can be read. */
  READABLE: 1,
  /** It waits for what is before it. */
  HELD: 2,
  /** Too far ahead, or behind too many holes, to be held. */
  TOO_FAR: 3,
  NO_MEMORY: 4,
} as const;
export type Placement = (typeof Placement)[keyof typeof Placement];

const STARTED = 1;
const ACKED = 2;
const FINISHED = 4;
const WAITING = 8;

/** A segment that far from the next byte belongs to another connection on the same ports. */
const FAR_AWAY = 1 << 22;

export class TcpDirections {
  readonly buffers: StreamBuffers;
  /** The segment to be placed; `place` cuts off what is old. */
  readonly segment: Segment = new Segment();
  /** The window: unread bytes of the direction being read, and how many are missing right behind. */
  buf: Uint8Array = EMPTY_BUFFER;
  start = 0;
  end = 0;
  cut = 0;

  /** The window is the packet's own memory. */
  private inPlace = false;
  private readonly flags: Uint8Array;
  private readonly firstSequence: Int32Array;
  private readonly finSequence: Int32Array;
  private readonly acknowledged: Int32Array;
  /** Directions with a hole, the one not looked at for longest first. */
  private readonly waiting: EvictionLists;
  private readonly waitingSinceUs: Float64Array;
  private readonly lookedAtUs: Float64Array;

  constructor(directionsMax: number, pool: BufferPool, streamBytesMax: number) {
    this.buffers = new StreamBuffers(directionsMax, pool, streamBytesMax);
    this.flags = uint8Column(directionsMax);
    this.firstSequence = int32Column(directionsMax);
    this.finSequence = int32Column(directionsMax);
    this.acknowledged = int32Column(directionsMax);
    this.waiting = EvictionLists.apart(directionsMax, 1);
    this.waitingSinceUs = float64Column(directionsMax);
    this.lookedAtUs = float64Column(directionsMax);
  }

  /** Begins a direction with the byte of this sequence number. */
  open(direction: number, sequence: number): void {
    this.close(direction);
    this.flags[direction] = STARTED;
    this.firstSequence[direction] = sequence;
    this.buffers.open(direction, sequence);
  }

  /** Forgets a direction and gives its memory back. */
  close(direction: number): void {
    this.stopWaiting(direction);
    this.buffers.release(direction);
    this.flags[direction] = 0;
  }

  isStarted(direction: number): boolean {
    return this.hasFlag(direction, STARTED);
  }

  /** A SYN with this number for its first byte has been seen before, or was overtaken by that byte. */
  opensAt(direction: number, sequence: number): boolean {
    if (!this.hasFlag(direction, STARTED)) return false;
    return ((int32At(this.firstSequence, direction) - sequence) | 0) === 0;
  }

  /** The segment at hand lies too far off to be of the same connection. */
  isFarAway(direction: number): boolean {
    return Math.abs((this.segment.sequence - this.next(direction)) | 0) > FAR_AWAY;
  }

  /** Nothing in the segment at hand is new; known even after the direction was closed. */
  isOld(direction: number): boolean {
    const { segment } = this;
    const end = segment.sequence + (segment.end - segment.start) + segment.cut;
    return !this.isFarAway(direction) && ((end - this.next(direction)) | 0) <= 0;
  }

  /** The sequence number behind the last contiguous byte. */
  next(direction: number): number {
    return this.buffers.next(direction);
  }

  /** Puts the segment at hand in its place. */
  place(direction: number, nowUs: number): Placement {
    const { segment, buffers } = this;
    this.trim(buffers.next(direction));
    const length = segment.end - segment.start;
    if (length + segment.cut <= 0) return Placement.OLD;
    const ahead = (segment.sequence - buffers.next(direction)) | 0;
    if (ahead === 0 && buffers.isEmpty(direction)) {
      this.readInPlace(direction);
      return Placement.READABLE;
    }
    const cutEnd = (segment.sequence + length + segment.cut) | 0;
    const stored = length > 0 || ahead === 0 ? buffers.insert(direction, segment) : Stored.YES;
    if (stored === Stored.NO_MEMORY) return Placement.NO_MEMORY;
    if (stored !== Stored.YES) return Placement.TOO_FAR;
    if (ahead > 0) {
      this.wait(direction, nowUs);
      return Placement.HELD;
    }
    this.readBuffer(direction);
    this.cut = Math.max(0, (cutEnd - buffers.next(direction)) | 0);
    // What goes on before a hole shows that the sender has not come to it yet: waiting begins anew.
    this.stopWaiting(direction);
    if (buffers.held.count(direction) > 0) this.wait(direction, nowUs);
    return Placement.READABLE;
  }

  /** Cuts off what lies before `next`. */
  private trim(next: number): void {
    const { segment } = this;
    const behind = (next - segment.sequence) | 0;
    if (behind <= 0) return;
    const captured = segment.end - segment.start;
    const trimmed = Math.min(behind, captured);
    segment.cut -= behind - trimmed;
    segment.start += trimmed;
    segment.sequence = next;
  }

  private readInPlace(direction: number): void {
    const { segment } = this;
    this.inPlace = true;
    this.buf = segment.buf;
    this.start = segment.start;
    this.end = segment.end;
    this.cut = segment.cut;
    this.buffers.pass(direction, segment.end - segment.start);
  }

  /** The window becomes what is readable in the direction's buffer. */
  readBuffer(direction: number): void {
    this.inPlace = false;
    this.buf = this.buffers.buffer(direction);
    this.start = this.buffers.readStart(direction);
    this.end = this.buffers.readEnd(direction);
    this.cut = 0;
  }

  /** Ends the reading of the window: what was not read is kept. */
  settle(direction: number): Stored {
    if (!this.inPlace) {
      this.buffers.consume(direction, this.start);
      return Stored.YES;
    }
    if (this.start === this.end) return Stored.YES;
    return this.buffers.keep(direction, this.buf, this.start, this.end);
  }

  /**
   * Gives up the unread window and `bytes` missing behind it. The window becomes what is readable then;
   * a rest of the segment that was cut off stays missing.
   */
  skip(direction: number, bytes: number, nowUs: number): void {
    const { buffers } = this;
    const cutEnd = (buffers.next(direction) + this.cut) | 0;
    buffers.skip(direction, bytes);
    this.stopWaiting(direction);
    if (buffers.held.count(direction) > 0) this.wait(direction, nowUs);
    this.readBuffer(direction);
    this.cut = Math.max(0, (cutEnd - buffers.next(direction)) | 0);
  }

  /** Gives up all unread bytes, and what is missing before the segment at hand. */
  jump(direction: number): void {
    this.stopWaiting(direction);
    this.buffers.open(direction, this.segment.sequence);
  }

  /** Gives up all unread bytes, and what is held. */
  drop(direction: number): void {
    this.stopWaiting(direction);
    this.buffers.release(direction);
  }

  /** Missing bytes before the first held ones; -1 without. */
  hole(direction: number): number {
    return this.buffers.hole(direction);
  }

  /** The other side has acknowledged everything before `sequence`. */
  acknowledge(direction: number, sequence: number): void {
    const known = this.hasFlag(direction, ACKED);
    if (known && ((sequence - int32At(this.acknowledged, direction)) | 0) <= 0) return;
    this.acknowledged[direction] = sequence;
    if (!known) this.setFlag(direction, ACKED);
  }

  /** True for a hole whose bytes reached the receiver: it is ours alone. */
  isHoleProven(direction: number): boolean {
    const hole = this.buffers.hole(direction);
    if (hole < 0 || !this.hasFlag(direction, ACKED)) return false;
    const holeEnd = this.buffers.next(direction) + hole;
    return ((int32At(this.acknowledged, direction) - holeEnd) | 0) >= 0;
  }

  /**
   * A direction whose hole has been open since `sinceUs` or longer; -1 without. A hole that the receiver waits for
   * too has to be open since `wantedSinceUs`: the sender will send it again.
   */
  overdue(sinceUs: number, wantedSinceUs: number, nowUs: number): number {
    for (;;) {
      const direction = this.waiting.oldest();
      if (direction < 0 || float64At(this.lookedAtUs, direction) > sinceUs) return -1;
      if (!this.isHoleWanted(direction)) return direction;
      if (float64At(this.waitingSinceUs, direction) <= wantedSinceUs) return direction;
      this.waiting.remove(direction);
      this.waiting.add(direction, 0);
      this.lookedAtUs[direction] = nowUs;
    }
  }

  /** The receiver has acknowledged what stands before the hole, and no more. */
  private isHoleWanted(direction: number): boolean {
    if (!this.hasFlag(direction, ACKED)) return false;
    return ((int32At(this.acknowledged, direction) - this.buffers.next(direction)) | 0) === 0;
  }

  /** The sender's last byte is the one before `sequence`. */
  finish(direction: number, sequence: number): void {
    this.setFlag(direction, FINISHED);
    this.finSequence[direction] = sequence;
  }

  /** The sender has finished and all it sent was read. */
  isFinished(direction: number): boolean {
    if (!this.hasFlag(direction, FINISHED)) return false;
    return ((this.buffers.next(direction) - int32At(this.finSequence, direction)) | 0) >= 0;
  }

  private wait(direction: number, nowUs: number): void {
    if (this.hasFlag(direction, WAITING)) return;
    this.setFlag(direction, WAITING);
    this.waitingSinceUs[direction] = nowUs;
    this.lookedAtUs[direction] = nowUs;
    this.waiting.add(direction, 0);
  }

  private stopWaiting(direction: number): void {
    if (!this.hasFlag(direction, WAITING)) return;
    this.flags[direction] = uint8At(this.flags, direction) & ~WAITING;
    this.waiting.remove(direction);
  }

  private hasFlag(direction: number, flag: number): boolean {
    return (uint8At(this.flags, direction) & flag) !== 0;
  }

  private setFlag(direction: number, flag: number): void {
    this.flags[direction] = uint8At(this.flags, direction) | flag;
  }
}
