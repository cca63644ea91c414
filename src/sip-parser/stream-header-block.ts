/**
 * Finds the end of a header block on a stream (RFC 3261 7.1: an empty line), block after block and
 * piece by piece: a line is looked at once, when its LF has come. On the way it picks up Content-Length.
 * Bare LFs end lines too. Nothing else of the headers is read.
 */
import { readUint8 } from '../core/bytes.ts';
import { int32At } from '../core/columns.ts';
import { CR, HT, LF, SP } from './char-class.ts';
import { ContentLength, contentLengthStart, parseStreamLength } from './stream-content-length.ts';
import { LineShape, lineShape } from './stream-start-line.ts';

/** How far `scan` came. */
export const Block = {
  /** The block goes on behind the window. */
  MORE: 0,
  /** The empty line was found: the block ends at `end`. */
  WHOLE: 1,
  /** The first line is HTTP's. */
  HTTP: 2,
  /** The block has no readable first line, and a start line stands in it at `end`. */
  START_LINE: 3,
  /** Longer than it may be: given up before the line at `end`. */
  TOO_LONG: 4,
} as const;
export type Block = (typeof Block)[keyof typeof Block];

/** A block whose first line is unreadable is given up beyond this length. */
export const GARBAGE_BLOCK_MAX = 65_536;

/** 1 = a line that begins so is not Content-Length, nor folded, nor empty. */
const plainFirst: Uint8Array = new Uint8Array(256).fill(1);
for (const character of 'CcLl \t\r\n') plainFirst[character.charCodeAt(0)] = 0;

export class HeaderBlocks {
  /** Absolute offset in the buffer scanned last; see `Block`. */
  end = 0;
  /** Content-Length of the block that was whole last, or a `ContentLength` code. */
  length = 0;

  private readonly blockMax: number;
  /** The first line has been read and has the shape of SIP's. */
  private readonly readable: Uint8Array;
  // Offsets from the block's first byte.
  private readonly lineStart: Int32Array;
  private readonly searched: Int32Array;
  /** Where a Content-Length value begins whose line may yet be folded; -1 without. */
  private readonly valueStart: Int32Array;
  private readonly contentLength: Float64Array;

  // The last LF of the window: many blocks in one window search its tail once.
  private lastLf = -1;
  private lastLfEnd = -1;

  constructor(rowsMax: number, blockMax: number) {
    this.blockMax = blockMax;
    this.readable = new Uint8Array(rowsMax);
    this.lineStart = new Int32Array(rowsMax);
    this.searched = new Int32Array(rowsMax);
    this.valueStart = new Int32Array(rowsMax);
    this.contentLength = new Float64Array(rowsMax);
  }

  /** A block begins at the first byte not consumed. */
  open(row: number): void {
    this.readable[row] = 0;
    this.lineStart[row] = 0;
    this.searched[row] = 0;
    this.valueStart[row] = -1;
    this.contentLength[row] = ContentLength.ABSENT;
  }

  /** True once the first line of the block is known to be a SIP start line. */
  isReadable(row: number): boolean {
    return this.readable[row] === 1;
  }

  /** To be called when the bytes of the window are others than at the last call. */
  forgetWindow(): void {
    this.lastLfEnd = -1;
  }

  /**
   * The last LF in [from, end), -1 without. Searched backwards, as lines mostly end where segments do;
   * `indexOf` has no end bound, and this is what keeps it inside the window.
   */
  lastLineFeed(buf: Uint8Array, from: number, end: number): number {
    if (end !== this.lastLfEnd) {
      let last = end - 1;
      while (last >= from && buf[last] !== LF) last--;
      this.lastLf = last < from ? -1 : last;
      this.lastLfEnd = end;
    }
    return this.lastLf >= from ? this.lastLf : -1;
  }

  /** Goes on with the block that begins at `base`; bytes up to `end` have come. */
  scan(row: number, buf: Uint8Array, base: number, end: number): Block {
    let search = base + int32At(this.searched, row);
    let lineStart = base + int32At(this.lineStart, row);
    const last = this.lastLineFeed(buf, search, end);
    while (last >= search) {
      const lf = buf.indexOf(LF, search);
      const found =
        lineStart === base
          ? this.firstLine(row, buf, base, lf)
          : this.headerLine(row, buf, lineStart, lf, base);
      if (found !== Block.MORE) return found;
      lineStart = lf + 1;
      if (this.readable[row] === 1) {
        lineStart = this.plainLines(row, buf, lineStart, last, base + this.blockMax);
      }
      search = lineStart;
    }
    this.end = lineStart;
    if (end - base > this.limit(row, lineStart === base)) return Block.TOO_LONG;
    this.lineStart[row] = lineStart - base;
    this.searched[row] = end - base;
    return Block.MORE;
  }

  /**
   * Passes over whole lines that by their first letter are neither Content-Length nor the end, which is
   * most of them; returns where the first other line begins. Too long a block is left to `headerLine`.
   */
  private plainLines(
    row: number,
    buf: Uint8Array,
    from: number,
    last: number,
    limitEnd: number,
  ): number {
    let lineStart = from;
    if (int32At(this.valueStart, row) >= 0) return lineStart;
    while (lineStart <= last && plainFirst[readUint8(buf, lineStart)] === 1) {
      const lf = buf.indexOf(LF, lineStart);
      if (lf >= limitEnd) return lineStart;
      lineStart = lf + 1;
    }
    return lineStart;
  }

  /** Before the first line is known, the block may turn out to be either. */
  private limit(row: number, isFirstLine: boolean): number {
    return isFirstLine || this.readable[row] === 0 ? GARBAGE_BLOCK_MAX : this.blockMax;
  }

  private firstLine(row: number, buf: Uint8Array, base: number, lf: number): Block {
    this.end = base;
    if (lf + 1 - base > GARBAGE_BLOCK_MAX) return Block.TOO_LONG;
    const shape = lineShape(buf, base, lf);
    if (shape === LineShape.HTTP) return Block.HTTP;
    if (shape === LineShape.SIP) this.readable[row] = 1;
    return Block.MORE;
  }

  private headerLine(
    row: number,
    buf: Uint8Array,
    lineStart: number,
    lf: number,
    base: number,
  ): Block {
    const first = buf[lineStart];
    this.end = lineStart;
    if (lf + 1 - base > this.limit(row, false)) return Block.TOO_LONG;
    if (first === SP || first === HT) return Block.MORE;
    if (int32At(this.valueStart, row) >= 0) this.closeValue(row, buf, lineStart, base);
    if (first === LF || (first === CR && lineStart + 1 === lf)) {
      this.end = lf + 1;
      this.length = this.contentLength[row] ?? ContentLength.ABSENT;
      return Block.WHOLE;
    }
    if (this.readable[row] === 0 && lineShape(buf, lineStart, lf) === LineShape.SIP) {
      return Block.START_LINE;
    }
    const letter = readUint8(buf, lineStart) | 0x20;
    if (letter === 0x63 || letter === 0x6c) {
      const value = contentLengthStart(buf, lineStart, lf);
      if (value >= 0) this.valueStart[row] = value - base;
    }
    return Block.MORE;
  }

  /** The value has ended before `lineStart`, the first line that does not continue it. */
  private closeValue(row: number, buf: Uint8Array, lineStart: number, base: number): void {
    const value = parseStreamLength(buf, base + int32At(this.valueStart, row), lineStart);
    const before = this.contentLength[row];
    this.valueStart[row] = -1;
    this.contentLength[row] =
      before === ContentLength.ABSENT || before === value ? value : ContentLength.UNUSABLE;
  }
}
