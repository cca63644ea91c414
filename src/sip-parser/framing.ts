/**
 * Cuts the byte stream of one direction of a connection into SIP messages and keep-alives
 * (RFC 3261 18.3, 7.5; RFC 5626 3.5.1), piece by piece: the same bytes in any pieces give the same
 * events, and no byte is searched twice. A message ends by its Content-Length; without a usable one it
 * ends with its headers, and the next start line is searched for. Messages are not judged here: one
 * that is cut out may be bad, which the parser says.
 */
import { readUint8 } from '../core/bytes.ts';
import { float64At, int32At, uint8At } from '../core/columns.ts';
import { CharClass, CR, isClass, LF } from './char-class.ts';
import { Frame, Opening } from './frame.ts';
import { Block, HeaderBlocks } from './stream-header-block.ts';
import { BEHEADED, methodStart } from './stream-method.ts';
import {
  LineShape,
  lineShape,
  mayOpenLine,
  namesSip,
  START_LINE_MAX,
} from './stream-start-line.ts';

/** Bytes searched for a first start line on a connection of unknown kind. */
export const MIDSTREAM_SEARCH_MAX = 16_384;
/** The same where SIP is expected. */
export const SIP_SEARCH_MAX = 1_048_576;
/** The smallest limit for messages that may be set. */
export const MESSAGE_MAX_FLOOR = 16_384;

const Phase = {
  BOUNDARY: 0,
  HEADERS: 1,
  BODY: 2,
  SKIP: 3,
  SEARCH: 4,
  SKIP_LINE: 5,
  CLOSED: 6,
} as const;

const Trust = { NONE: 0, EXPECTED: 1, SEEN: 2 } as const;

/** A phase has ended without an event: the next one goes on. */
const AGAIN = -1;
type Step = Frame | typeof AGAIN;

export class Framing {
  /** First byte not consumed. */
  consumed = 0;
  /** The message found last. */
  start = 0;
  end = 0;
  wireEnd = 0;

  private readonly messageMax: number;
  private readonly blocks: HeaderBlocks;
  private readonly phase: Uint8Array;
  private readonly trust: Uint8Array;
  private readonly pings: Uint8Array;
  /** Parity of the blank lines since the last message. */
  private readonly blankLines: Uint8Array;
  /** BODY: length of the whole message. SKIP: bytes to go. SEARCH: bytes of the line searched. */
  private readonly count: Int32Array;
  private readonly searchLeft: Float64Array;
  /** The search began where a line need not begin, and no LF was passed since. */
  private readonly isWithinLine: Uint8Array;
  /** The block at hand was searched for: what it begins with need not be its own. */
  private readonly isSearched: Uint8Array;

  /** For `rowsMax` directions; messages have at most `messageMax` bytes. */
  constructor(rowsMax: number, messageMax: number) {
    this.messageMax = Math.max(messageMax, MESSAGE_MAX_FLOOR);
    this.blocks = new HeaderBlocks(rowsMax, this.messageMax);
    this.phase = new Uint8Array(rowsMax);
    this.trust = new Uint8Array(rowsMax);
    this.pings = new Uint8Array(rowsMax);
    this.blankLines = new Uint8Array(rowsMax);
    this.count = new Int32Array(rowsMax);
    this.searchLeft = new Float64Array(rowsMax);
    this.isWithinLine = new Uint8Array(rowsMax);
    this.isSearched = new Uint8Array(rowsMax);
  }

  /** Begins a direction anew with an Opening code. `pings` is 1 for the side that opened the connection, 0 for the other. */
  open(row: number, opening: number, pings: number): void {
    const expected = opening === Opening.SIP || opening === Opening.SIP_MIDSTREAM;
    const midstream = opening === Opening.MIDSTREAM || opening === Opening.SIP_MIDSTREAM;
    this.trust[row] = expected || midstream ? Trust.EXPECTED : Trust.NONE;
    this.searchLeft[row] = expected ? SIP_SEARCH_MAX : MIDSTREAM_SEARCH_MAX;
    this.pings[row] = pings;
    this.blankLines[row] = 0;
    this.count[row] = 0;
    this.phase[row] = midstream ? Phase.SEARCH : Phase.BOUNDARY;
    this.isWithinLine[row] = midstream ? 1 : 0;
  }

  /** True once a SIP start line was read. */
  isSip(row: number): boolean {
    return this.trust[row] === Trust.SEEN;
  }

  /** True in the middle of a message that is known to be one. */
  isPartial(row: number): boolean {
    const phase = this.phase[row];
    return phase === Phase.BODY || (phase === Phase.HEADERS && this.isSip(row));
  }

  /** To be called before `next` when the bytes of the window are others than at the last call. */
  forgetWindow(): void {
    this.blocks.forgetWindow();
  }

  /** The next event in the unread bytes [start, end). Call again from `consumed` until MORE. */
  next(row: number, buf: Uint8Array, start: number, end: number): Frame {
    this.consumed = start;
    for (;;) {
      const step = this.step(row, buf, end);
      if (step !== AGAIN) return step;
    }
  }

  private step(row: number, buf: Uint8Array, end: number): Step {
    switch (this.phase[row]) {
      case Phase.BOUNDARY:
        return this.boundary(row, buf, end);
      case Phase.HEADERS:
        return this.headers(row, buf, end);
      case Phase.BODY:
        return this.body(row, end);
      case Phase.SKIP:
        return this.skip(row, end);
      case Phase.SEARCH:
        return this.search(row, buf, end);
      case Phase.SKIP_LINE:
        return this.restOfLine(row, buf, end);
      default:
        return Frame.NOT_SIP;
    }
  }

  /** CRLFs, then the first character of a message (RFC 3261 7.5). */
  private boundary(row: number, buf: Uint8Array, end: number): Step {
    let i = this.consumed;
    for (; i < end; i++) {
      const byte = readUint8(buf, i);
      if (byte === LF) {
        const keepalive = this.blankLine(row);
        this.consumed = i + 1;
        if (keepalive !== AGAIN) return keepalive;
      } else if (byte !== CR) {
        this.consumed = i;
        return this.firstByte(row, byte);
      }
    }
    this.consumed = i;
    return Frame.MORE;
  }

  private blankLine(row: number): Step {
    if (this.trust[row] === Trust.NONE) return this.spend(row, 1) ? AGAIN : this.close(row);
    if (this.pings[row] === 0) return Frame.CRLF;
    const odd = uint8At(this.blankLines, row) ^ 1;
    this.blankLines[row] = odd;
    return odd === 0 ? Frame.DOUBLE_CRLF : AGAIN;
  }

  private firstByte(row: number, byte: number): Step {
    this.blankLines[row] = 0;
    if (isClass(byte, CharClass.TOKEN)) {
      this.isSearched[row] = 0;
      return this.openBlock(row);
    }
    return this.trust[row] === Trust.NONE ? this.close(row) : this.resync(row, this.consumed);
  }

  private openBlock(row: number): typeof AGAIN {
    this.phase[row] = Phase.HEADERS;
    this.blocks.open(row);
    return AGAIN;
  }

  private headers(row: number, buf: Uint8Array, end: number): Step {
    const base = this.consumed;
    if (this.trust[row] === Trust.NONE && !mayOpenLine(buf, base, end)) return this.close(row);
    const found = this.blocks.scan(row, buf, base, end);
    const readable = this.blocks.isReadable(row);
    if (readable) this.accept(row);
    if (found === Block.HTTP) return this.httpLine(row);
    if (this.trust[row] === Trust.NONE) return this.undecided(row, found);
    switch (found) {
      case Block.MORE:
        return Frame.MORE;
      case Block.WHOLE:
        return this.whole(row, buf, end);
      case Block.START_LINE:
        this.phase[row] = Phase.BOUNDARY;
        if (!namesSip(buf, base, this.blocks.end)) return this.drop();
        return this.found(base, this.blocks.end, this.blocks.end);
      default:
        this.resync(row, this.blocks.end);
        return this.trust[row] === Trust.SEEN ? Frame.DROPPED : AGAIN;
    }
  }

  /** A whole block. One whose first line does not even name SIP is no message, only lost bytes. */
  private whole(row: number, buf: Uint8Array, end: number): Step {
    if (this.isSearched[row] === 1) {
      const start = methodStart(buf, this.consumed, this.blocks.end);
      const isCut = start === BEHEADED && this.isWithinLine[row] === 1;
      this.isWithinLine[row] = 0;
      if (isCut) return this.passOver(row);
      if (start !== BEHEADED) this.consumed = start;
    }
    const base = this.consumed;
    if (this.blocks.isReadable(row) || namesSip(buf, base, this.blocks.end)) {
      return this.message(row, base, end);
    }
    return this.resync(row, this.blocks.end);
  }

  /** The start line of the block is not whole: its message is counted, and not guessed at. */
  private passOver(row: number): Step {
    const { length } = this.blocks;
    this.resync(row, this.blocks.end);
    if (length >= 0 && length <= this.messageMax) this.land(row, length);
    return Frame.DROPPED;
  }

  private drop(): typeof AGAIN {
    this.consumed = this.blocks.end;
    return AGAIN;
  }

  /** The first line of a connection of unknown kind: it is SIP's, or the connection is not. */
  private undecided(row: number, found: Block): Step {
    const isFirstLine = this.blocks.end === this.consumed;
    return found === Block.MORE && isFirstLine ? Frame.MORE : this.close(row);
  }

  private accept(row: number): void {
    this.trust[row] = Trust.SEEN;
    this.searchLeft[row] = Number.POSITIVE_INFINITY;
  }

  /** HTTP in the middle of SIP is passed over like any other garbage. */
  private httpLine(row: number): Step {
    if (this.trust[row] !== Trust.SEEN) return Frame.HTTP;
    this.phase[row] = Phase.SKIP_LINE;
    return AGAIN;
  }

  /** The header block from `base` is whole: where does the message end? */
  private message(row: number, base: number, end: number): Step {
    const headersEnd = this.blocks.end;
    const length = this.blocks.length;
    if (length < 0) {
      this.resync(row, headersEnd);
      return this.found(base, headersEnd, headersEnd);
    }
    const wireEnd = headersEnd + length;
    if (wireEnd - base > this.messageMax) {
      this.resync(row, headersEnd);
      return this.found(base, headersEnd, wireEnd);
    }
    this.count[row] = wireEnd - base;
    this.phase[row] = Phase.BODY;
    return this.body(row, end);
  }

  private body(row: number, end: number): Step {
    const messageEnd = this.consumed + int32At(this.count, row);
    if (messageEnd > end) return Frame.MORE;
    this.phase[row] = Phase.BOUNDARY;
    return this.found(this.consumed, messageEnd, messageEnd);
  }

  private found(start: number, end: number, wireEnd: number): Frame {
    this.start = start;
    this.end = end;
    this.wireEnd = wireEnd;
    this.consumed = end;
    return Frame.MESSAGE;
  }

  /** The rest of a body that a hole has cut. */
  private skip(row: number, end: number): Step {
    const left = int32At(this.count, row);
    const step = Math.min(left, end - this.consumed);
    this.consumed += step;
    this.count[row] = left - step;
    if (left !== step) return Frame.MORE;
    this.phase[row] = Phase.BOUNDARY;
    return AGAIN;
  }

  /** A start line is searched for, from the byte at `from` on, which counts as the start of a line. */
  private resync(row: number, from: number): typeof AGAIN {
    this.consumed = from;
    this.count[row] = 0;
    this.phase[row] = Phase.SEARCH;
    return AGAIN;
  }

  /** One line per call: a start line opens a message, any other is passed over. */
  private search(row: number, buf: Uint8Array, end: number): Step {
    const base = this.consumed;
    if (base === end) return Frame.MORE;
    const first = readUint8(buf, base);
    if (!isClass(first, CharClass.TOKEN)) return this.unlikely(row, first);
    const from = base + int32At(this.count, row);
    const last = this.blocks.lastLineFeed(buf, from, end);
    const lineEnd = last < from ? end : buf.indexOf(LF, from);
    if (lineEnd - base > START_LINE_MAX || !mayOpenLine(buf, base, lineEnd)) {
      this.phase[row] = Phase.SKIP_LINE;
      return AGAIN;
    }
    this.count[row] = lineEnd - base;
    if (last < from) return Frame.MORE;
    const shape = lineShape(buf, base, lineEnd);
    if (shape === LineShape.SIP) {
      this.isSearched[row] = 1;
      return this.openBlock(row);
    }
    if (shape === LineShape.HTTP) return this.httpLine(row);
    return this.pass(row, lineEnd + 1);
  }

  /** A line that cannot be a start line. NULs in front of one are padding. */
  private unlikely(row: number, first: number): Step {
    if (first === 0) return this.pass(row, this.consumed + 1);
    this.phase[row] = Phase.SKIP_LINE;
    const opensFrame = first === 0x81 || first === 0x82;
    return opensFrame && this.trust[row] !== Trust.SEEN ? Frame.BINARY : AGAIN;
  }

  private restOfLine(row: number, buf: Uint8Array, end: number): Step {
    const last = this.blocks.lastLineFeed(buf, this.consumed, end);
    if (last < this.consumed) {
      const searching = this.spend(row, end - this.consumed);
      this.consumed = end;
      return searching ? Frame.MORE : this.close(row);
    }
    return this.pass(row, buf.indexOf(LF, this.consumed) + 1);
  }

  /** Bytes before `to` belong to no message; the next line begins there. */
  private pass(row: number, to: number): Step {
    const searching = this.spend(row, to - this.consumed);
    this.isWithinLine[row] = 0;
    this.resync(row, to);
    return searching ? AGAIN : this.close(row);
  }

  /** Takes `bytes` from what may be searched in vain; false when there is no more. */
  private spend(row: number, bytes: number): boolean {
    const left = float64At(this.searchLeft, row) - bytes;
    this.searchLeft[row] = left;
    return left >= 0;
  }

  private close(row: number): Frame {
    this.phase[row] = Phase.CLOSED;
    return Frame.NOT_SIP;
  }

  /**
   * `lost` bytes are missing behind the unread bytes [start, end), which are given up. A message whose
   * headers are whole is one nevertheless (docs/METRICS.md "Truncated"), and when the hole lies within its
   * body, what is left of that is passed over. Otherwise the byte behind the hole starts a line.
   */
  gap(row: number, start: number, end: number, lost: number): Frame {
    const phase = this.phase[row];
    const seen = this.trust[row] === Trust.SEEN;
    this.consumed = end;
    this.blankLines[row] = 0;
    if (phase === Phase.SKIP) {
      this.land(row, int32At(this.count, row) - lost);
      return Frame.MORE;
    }
    if (phase === Phase.BODY) {
      const length = int32At(this.count, row);
      this.land(row, length - (end - start) - lost);
      return this.found(start, end, start + length);
    }
    if (!seen) this.trust[row] = Trust.EXPECTED;
    this.resync(row, end);
    this.isWithinLine[row] = 1;
    return phase === Phase.HEADERS && seen ? Frame.DROPPED : Frame.MORE;
  }

  /** A hole has ended `left` bytes before the end of a body; behind it when negative. */
  private land(row: number, left: number): void {
    if (left < 0) {
      this.resync(row, this.consumed);
      return;
    }
    this.count[row] = left;
    this.phase[row] = left === 0 ? Phase.BOUNDARY : Phase.SKIP;
  }
}
