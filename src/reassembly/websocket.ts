/**
 * Cuts one direction of a WebSocket connection into messages (RFC 6455 5, RFC 7118 5: one WebSocket
 * message is one SIP message): masked and not, whole and continued, compressed and not, control frames in
 * between.
 */
import { float64At, float64Column, int32At, int32Column, uint8Column } from '../core/columns.ts';
import { type BufferPool, EMPTY_BUFFER } from './buffer-pool.ts';
import { CompressedMessages } from './compressed-messages.ts';
import { copyBytes } from './copy-bytes.ts';
import { Likeness } from './likeness.ts';
import { FrameHeader, Opcode, WebSocketFrame } from './websocket-frame.ts';

/** What `next` and `gap` found. */
export const WebSocketEvent = {
  /** Nothing whole: the bytes from `consumed` on are wanted again, with more behind them. */
  MORE: 0,
  /** A message in `buf` [start, end), valid until the next call; `wireEnd` beyond `end` when cut. */
  MESSAGE: 1,
  /** A message was given up: too large, pieces of it are missing, or what its compression refers to. */
  DROPPED: 2,
} as const;
export type WebSocketEvent = (typeof WebSocketEvent)[keyof typeof WebSocketEvent];

/** What is being done with the message whose frames come. */
const Message = { NONE: 0, COLLECTED: 1, GIVEN_UP: 2 } as const;

const SCRATCH_BYTES_MIN = 4096;

const AGAIN = -1;
type Step = WebSocketEvent | typeof AGAIN;

export class WebSockets {
  consumed = 0;
  buf: Uint8Array = EMPTY_BUFFER;
  start = 0;
  end = 0;
  wireEnd = 0;

  private readonly pool: BufferPool;
  private readonly messageMax: number;
  private readonly frame: WebSocketFrame = new WebSocketFrame();
  /** Where a whole frame is unmasked; grows up to `messageMax`. */
  private scratch: Uint8Array = EMPTY_BUFFER;
  private readonly searching: Uint8Array;
  private readonly message: Uint8Array;
  /** The message whose frames come is compressed. */
  private readonly isCompressed: Uint8Array;
  private readonly compressed: CompressedMessages;
  /** Payloads of a continued message so far. */
  private readonly collected: Uint8Array[];
  private readonly collectedLength: Int32Array;
  /** Payload bytes to pass over. */
  private readonly skip: Float64Array;
  /** With them a message ends that is not collected. */
  private readonly skipEndsMessage: Uint8Array;

  constructor(rowsMax: number, pool: BufferPool, messageMax: number) {
    this.pool = pool;
    this.messageMax = messageMax;
    this.searching = uint8Column(rowsMax);
    this.message = uint8Column(rowsMax);
    this.isCompressed = uint8Column(rowsMax);
    this.compressed = new CompressedMessages(rowsMax, messageMax);
    this.collected = new Array<Uint8Array>(rowsMax).fill(EMPTY_BUFFER);
    this.collectedLength = int32Column(rowsMax);
    this.skip = float64Column(rowsMax);
    this.skipEndsMessage = uint8Column(rowsMax);
  }

  /** Begins a direction at the first byte of a frame. */
  open(row: number): void {
    this.release(row);
    this.searching[row] = 0;
  }

  /** Begins a direction anywhere: frames that carry SIP are searched for. */
  openMidstream(row: number): void {
    this.open(row);
    this.searching[row] = 1;
  }

  /** Gives memory back. */
  release(row: number): void {
    this.drop(row);
    this.compressed.forget(row);
    this.message[row] = Message.NONE;
    this.skip[row] = 0;
    this.skipEndsMessage[row] = 0;
  }

  /** True while no frame is known in the direction. */
  isSearching(row: number): boolean {
    return this.searching[row] === 1;
  }

  /** True while a message is incomplete. */
  isPartial(row: number): boolean {
    return this.message[row] === Message.COLLECTED;
  }

  /** Could [start, end) be the beginning of a frame that carries SIP? */
  looksLikeSip(buf: Uint8Array, start: number, end: number): Likeness {
    return this.frame.looksLikeSip(buf, start, end);
  }

  /** The next event in the unread bytes [start, end). Call again from `consumed` until MORE. */
  next(row: number, buf: Uint8Array, start: number, end: number): WebSocketEvent {
    this.consumed = start;
    if (this.message[row] !== Message.COLLECTED) this.drop(row);
    for (;;) {
      const step = this.step(row, buf, end);
      if (step !== AGAIN) return step;
    }
  }

  private step(row: number, buf: Uint8Array, end: number): Step {
    const skip = float64At(this.skip, row);
    if (skip > 0) {
      const bytes = Math.min(skip, end - this.consumed);
      this.consumed += bytes;
      this.skip[row] = skip - bytes;
      return bytes < skip ? WebSocketEvent.MORE : this.endOfSkipped(row);
    }
    if (this.searching[row] === 1) return this.search(row, buf, end);
    const header = this.frame.parse(buf, this.consumed, end);
    if (header === FrameHeader.MORE) return WebSocketEvent.MORE;
    if (header === FrameHeader.VALID) return this.readFrame(row, buf, end);
    return this.lose(row);
  }

  /** A frame with a whole header stands at `consumed`. */
  private readFrame(row: number, buf: Uint8Array, end: number): Step {
    const frame = this.frame;
    if (frame.opcode >= Opcode.CLOSE) return this.passPayload(row, 0);
    if (frame.opcode !== Opcode.CONTINUATION) {
      if (this.message[row] === Message.COLLECTED) return this.giveUp(row, Message.NONE);
      this.message[row] = Message.NONE;
      this.isCompressed[row] = frame.compressed ? 1 : 0;
    } else if (this.message[row] === Message.NONE) {
      this.message[row] = Message.GIVEN_UP;
    }
    if (int32At(this.collectedLength, row) + frame.payloadLength > this.messageMax) {
      this.drop(row);
      this.message[row] = Message.GIVEN_UP;
    }
    const message = this.message[row];
    if (message === Message.GIVEN_UP) return this.passPayload(row, frame.final ? 1 : 0);
    if (frame.payloadOffset + frame.payloadLength > end) return WebSocketEvent.MORE;
    this.consumed = frame.payloadOffset + frame.payloadLength;
    if (!frame.final || message !== Message.NONE) return this.collect(row, buf);
    this.deliver(buf, frame.payloadLength);
    return this.whole(row);
  }

  /** Passes over the payload of the frame at hand, with which a message ends when `ends` is 1. */
  private passPayload(row: number, ends: number): Step {
    this.consumed = this.frame.payloadOffset;
    this.skip[row] = this.frame.payloadLength;
    this.skipEndsMessage[row] = ends;
    return this.frame.payloadLength === 0 ? this.endOfSkipped(row) : AGAIN;
  }

  private endOfSkipped(row: number): Step {
    if (this.skipEndsMessage[row] === 0) return AGAIN;
    this.skipEndsMessage[row] = 0;
    this.message[row] = Message.NONE;
    this.compressed.forget(row);
    return WebSocketEvent.DROPPED;
  }

  /** The message found is whole, but for its compression. */
  private whole(row: number): WebSocketEvent {
    if (this.isCompressed[row] === 0) return WebSocketEvent.MESSAGE;
    const { compressed } = this;
    if (!compressed.read(row, this.buf, this.start, this.end)) return WebSocketEvent.DROPPED;
    this.buf = compressed.buf;
    this.start = compressed.start;
    this.end = compressed.end;
    this.wireEnd = this.end;
    return WebSocketEvent.MESSAGE;
  }

  /** The first `length` bytes of the payload at hand are a message, or what there is of one. */
  private deliver(buf: Uint8Array, length: number): void {
    const frame = this.frame;
    if (frame.keyOffset < 0) {
      this.buf = buf;
      this.start = frame.payloadOffset;
    } else {
      if (this.scratch.length < length) this.growScratch(length);
      frame.unmask(buf, length, this.scratch, 0);
      this.buf = this.scratch;
      this.start = 0;
    }
    this.end = this.start + length;
    this.wireEnd = this.start + frame.payloadLength;
  }

  /** Doubles, so that it grows a few times in a lifetime; never beyond twice `messageMax`. */
  private growScratch(bytes: number): void {
    let size = SCRATCH_BYTES_MIN;
    while (size < bytes) size *= 2;
    this.scratch = new Uint8Array(size);
  }

  /** Appends the payload at hand to a continued message. */
  private collect(row: number, buf: Uint8Array): Step {
    const length = int32At(this.collectedLength, row);
    const needed = length + this.frame.payloadLength;
    if (!this.makeRoom(row, length, needed)) {
      this.drop(row);
      this.compressed.forget(row);
      this.message[row] = this.frame.final ? Message.NONE : Message.GIVEN_UP;
      return this.frame.final ? WebSocketEvent.DROPPED : AGAIN;
    }
    const target = this.collected[row] ?? EMPTY_BUFFER;
    this.frame.unmask(buf, this.frame.payloadLength, target, length);
    this.collectedLength[row] = needed;
    this.message[row] = Message.COLLECTED;
    if (!this.frame.final) return AGAIN;
    this.buf = target;
    this.start = 0;
    this.end = needed;
    this.wireEnd = needed;
    this.message[row] = Message.NONE;
    return this.whole(row);
  }

  private makeRoom(row: number, length: number, needed: number): boolean {
    const before = this.collected[row] ?? EMPTY_BUFFER;
    if (needed <= before.length && before.length > 0) return true;
    const larger = this.pool.take(Math.max(needed, 1));
    if (larger === undefined) return false;
    copyBytes(larger, 0, before, 0, length);
    if (before.length > 0) this.pool.give(before);
    this.collected[row] = larger;
    return true;
  }

  private drop(row: number): void {
    const buffer = this.collected[row];
    this.collectedLength[row] = 0;
    if (buffer === undefined || buffer.length === 0) return;
    this.pool.give(buffer);
    this.collected[row] = EMPTY_BUFFER;
  }

  /** The message being collected will not become whole. */
  private giveUp(row: number, then: number): Step {
    const collected = this.message[row] === Message.COLLECTED;
    this.drop(row);
    this.compressed.forget(row);
    this.message[row] = then;
    return collected ? WebSocketEvent.DROPPED : AGAIN;
  }

  /** Where frames begin is not known any more. */
  private lose(row: number): Step {
    this.searching[row] = 1;
    this.skip[row] = 0;
    this.skipEndsMessage[row] = 0;
    return this.giveUp(row, Message.NONE);
  }

  private search(row: number, buf: Uint8Array, end: number): Step {
    for (let i = this.consumed; i < end; i++) {
      const likeness = this.frame.looksLikeSip(buf, i, end);
      if (likeness === Likeness.NO) continue;
      this.consumed = i;
      if (likeness === Likeness.MORE) return WebSocketEvent.MORE;
      this.searching[row] = 0;
      return AGAIN;
    }
    this.consumed = end;
    return WebSocketEvent.MORE;
  }

  /**
   * `lost` bytes are missing behind the unread bytes [start, end), which are given up. A hole within a
   * frame leaves the next frame known; a message in a single frame is handed out as far as it goes.
   */
  gap(row: number, buf: Uint8Array, start: number, end: number, lost: number): WebSocketEvent {
    this.consumed = end;
    const skip = float64At(this.skip, row);
    let step: Step = AGAIN;
    if (skip > 0) {
      step = skip < lost ? this.lose(row) : this.skipTo(row, skip - lost);
    } else if (this.searching[row] === 0) {
      const header = this.frame.parse(buf, start, end);
      step = header === FrameHeader.VALID ? this.cutFrame(row, buf, end, lost) : this.lose(row);
    }
    return step === AGAIN ? WebSocketEvent.MORE : step;
  }

  private skipTo(row: number, left: number): Step {
    this.skip[row] = left;
    return left === 0 ? this.endOfSkipped(row) : AGAIN;
  }

  /** The frame at hand, of a message that is to be read, has a hole from `end` on. */
  private cutFrame(row: number, buf: Uint8Array, end: number, lost: number): Step {
    const frame = this.frame;
    const left = frame.payloadOffset + frame.payloadLength - end - lost;
    const available = end - frame.payloadOffset;
    const isPlain = this.message[row] === Message.NONE && !frame.compressed;
    if (frame.final && isPlain && available > 0) {
      this.deliver(buf, available);
      if (left >= 0) {
        this.skip[row] = left;
      } else {
        this.compressed.forget(row);
        this.searching[row] = 1;
      }
      return WebSocketEvent.MESSAGE;
    }
    if (left < 0) return this.lose(row);
    this.skipEndsMessage[row] = frame.final ? 1 : 0;
    this.drop(row);
    this.message[row] = Message.GIVEN_UP;
    return this.skipTo(row, left);
  }
}
