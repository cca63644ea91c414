/**
 * DEFLATE (RFC 1951), of one message at a time and with what came before it for a dictionary, as
 * permessage-deflate has it (RFC 7692 7.2). Bounded in its output; damaged data is a false, never a throw.
 */
import { readUint16LittleEndian } from '../core/bytes.ts';
import { uint8At, uint16At } from '../core/columns.ts';
import { copyBytes } from './copy-bytes.ts';
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  FIXED_DISTANCES,
  FIXED_LITERALS,
  LENGTH_BASE,
  LENGTH_EXTRA,
  LENGTH_ORDER,
} from './deflate-tables.ts';
import { BitReader, DISTANCE_SYMBOLS, HuffmanCode, SYMBOLS } from './huffman-code.ts';

/** How far back a copy may reach. */
export const HISTORY_BYTES = 32_768;

const END_OF_BLOCK = 256;
const OUTPUT_BYTES_MIN = 65_536;
/** Text shrinks to a tenth; what unfolds to more than this, beyond OUTPUT_BYTES_MIN, is made to cost time. */
export const DEFLATE_RATIO_MAX = 64;

const BlockType = { STORED: 0, FIXED: 1, DYNAMIC: 2 } as const;

export class Inflater {
  /** What came before ends at HISTORY_BYTES, and there the message begins. */
  out: Uint8Array = new Uint8Array(0);
  /** Behind the message. */
  end = 0;

  private readonly bytesMax: number;
  /** Where the output of the message at hand has to end. */
  private limit = 0;
  private readonly bits: BitReader = new BitReader();
  private readonly literals: HuffmanCode = new HuffmanCode();
  private readonly distances: HuffmanCode = new HuffmanCode();
  private readonly lengths: Uint8Array = new Uint8Array(SYMBOLS + DISTANCE_SYMBOLS);
  /** Where history begins. */
  private first = 0;

  /** A message has at most `bytesMax` bytes. */
  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /**
   * Reads buf[start, end), the payload of a message without the 00 00 FF FF that belongs behind it;
   * history[0, historyLength) came before. False when it is damaged, reaches behind its history, or is too long.
   */
  inflate(
    buf: Uint8Array,
    start: number,
    end: number,
    history: Uint8Array,
    historyLength: number,
  ): boolean {
    if (this.out.length === 0) this.out = new Uint8Array(HISTORY_BYTES + OUTPUT_BYTES_MIN);
    this.first = HISTORY_BYTES - historyLength;
    copyBytes(this.out, this.first, history, 0, historyLength);
    this.end = HISTORY_BYTES;
    const unfolded = OUTPUT_BYTES_MIN + DEFLATE_RATIO_MAX * (end - start);
    this.limit = HISTORY_BYTES + Math.min(this.bytesMax, unfolded);
    this.bits.open(buf, start, end);
    // Each block takes three bits at least, so that the input bounds the loop.
    for (;;) {
      const header = this.bits.take(3);
      if (header < 0) return false;
      const type = header >> 1;
      if (type === BlockType.STORED && this.bits.alignedAtEnd()) return true;
      if (!this.block(type)) return false;
      const isFinal = (header & 1) === 1;
      if (isFinal && this.bits.alignedAtEnd()) return true;
    }
  }

  private block(type: number): boolean {
    if (type === BlockType.STORED) return this.storedBlock();
    if (type === BlockType.FIXED) return this.codedBlock(FIXED_LITERALS, FIXED_DISTANCES);
    if (type !== BlockType.DYNAMIC || !this.dynamicCodes()) return false;
    return this.codedBlock(this.literals, this.distances);
  }

  /** LEN, its complement, and as many bytes. */
  private storedBlock(): boolean {
    const { bits } = this;
    const header = bits.takeBytes(4);
    if (header < 0) return false;
    const length = readUint16LittleEndian(bits.bytes, header);
    const complement = readUint16LittleEndian(bits.bytes, header + 2);
    if ((length ^ complement) !== 0xffff) return false;
    const from = bits.takeBytes(length);
    if (from < 0 || !this.makeRoom(length)) return false;
    copyBytes(this.out, this.end, bits.bytes, from, from + length);
    this.end += length;
    return true;
  }

  /** RFC 1951 3.2.7: the code lengths of both codes, themselves coded. */
  private dynamicCodes(): boolean {
    const { bits, lengths, literals } = this;
    const sizes = bits.take(14);
    if (sizes < 0) return false;
    const literalCount = (sizes & 31) + 257;
    const distanceCount = ((sizes >> 5) & 31) + 1;
    const lengthCount = (sizes >> 10) + 4;
    if (literalCount > SYMBOLS) return false;
    lengths.fill(0, 0, LENGTH_ORDER.length);
    for (let i = 0; i < lengthCount; i++) {
      const length = bits.take(3);
      if (length < 0) return false;
      lengths[uint8At(LENGTH_ORDER, i)] = length;
    }
    if (!literals.build(lengths, 0, LENGTH_ORDER.length)) return false;
    if (!this.readLengths(literalCount + distanceCount)) return false;
    if (uint8At(lengths, END_OF_BLOCK) === 0) return false;
    // Distances first: the code of lengths, which is done with, is where that of literals goes.
    if (!this.distances.build(lengths, literalCount, distanceCount)) return false;
    return literals.build(lengths, 0, literalCount);
  }

  private readLengths(count: number): boolean {
    const { bits, lengths } = this;
    let i = 0;
    while (i < count) {
      const symbol = this.literals.read(bits);
      if (symbol < 0) return false;
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) return false;
      const repeated = symbol === 16 ? uint8At(lengths, i - 1) : 0;
      const times = this.timesOf(symbol);
      if (times < 0 || i + times > count) return false;
      lengths.fill(repeated, i, i + times);
      i += times;
    }
    return true;
  }

  private timesOf(symbol: number): number {
    const extraBits = symbol === 16 ? 2 : symbol === 17 ? 3 : 7;
    const extra = this.bits.take(extraBits);
    return extra < 0 ? -1 : extra + (symbol === 18 ? 11 : 3);
  }

  /** Literals, and copies of what stands before, up to the end of the block. */
  private codedBlock(literals: HuffmanCode, distances: HuffmanCode): boolean {
    for (;;) {
      const symbol = literals.read(this.bits);
      if (symbol === END_OF_BLOCK) return true;
      if (symbol < 0) return false;
      if (symbol < END_OF_BLOCK) {
        if (!this.makeRoom(1)) return false;
        this.out[this.end++] = symbol;
      } else if (!this.copy(symbol - END_OF_BLOCK - 1, distances)) {
        return false;
      }
    }
  }

  private copy(lengthCode: number, distances: HuffmanCode): boolean {
    const length = this.extended(LENGTH_BASE, LENGTH_EXTRA, lengthCode);
    if (length < 0) return false;
    const distance = this.extended(DISTANCE_BASE, DISTANCE_EXTRA, distances.read(this.bits));
    if (distance < 0 || this.end - distance < this.first) return false;
    if (!this.makeRoom(length)) return false;
    this.repeat(distance, length);
    this.end += length;
    return true;
  }

  /** What stands `distance` before the end, so often that `length` bytes stand there. */
  private repeat(distance: number, length: number): void {
    const { out, end } = this;
    const from = end - distance;
    if (distance === 1) {
      out.fill(uint8At(out, from), end, end + length);
      return;
    }
    // Each time twice as much of it is there to be copied.
    for (let done = 0; done < length; ) {
      const piece = Math.min(distance + done, length - done);
      out.copyWithin(end + done, from, from + piece);
      done += piece;
    }
  }

  private extended(bases: Uint16Array, extras: Uint8Array, code: number): number {
    if (code < 0 || code >= bases.length) return -1;
    const extra = this.bits.take(uint8At(extras, code));
    return extra < 0 ? -1 : uint16At(bases, code) + extra;
  }

  /** Doubles, so that it grows a few times in a lifetime; never beyond twice `bytesMax`. */
  private makeRoom(bytes: number): boolean {
    const needed = this.end + bytes;
    if (needed > this.limit) return false;
    if (needed <= this.out.length) return true;
    const larger = new Uint8Array(2 * needed);
    copyBytes(larger, 0, this.out, 0, this.end);
    this.out = larger;
    return true;
  }
}
