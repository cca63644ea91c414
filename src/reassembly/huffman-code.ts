/**
 * The codes of DEFLATE (RFC 1951 3.2.2) and the bits they are read from (3.1.1). A code is followed bit by bit:
 * what is compressed here is short and rare.
 */
import { readUint8 } from '../core/bytes.ts';
import { uint8At, uint16At } from '../core/columns.ts';

const CODE_BITS_MAX = 15;
/** Of literals and lengths, the larger one. */
export const SYMBOLS = 288;
export const DISTANCE_SYMBOLS = 32;

/** A canonical code: how many symbols have each length, and the symbols in order of their codes. */
export class HuffmanCode {
  private readonly counts: Uint16Array = new Uint16Array(CODE_BITS_MAX + 1);
  private readonly symbols: Uint16Array = new Uint16Array(SYMBOLS);
  private readonly offsets: Uint16Array = new Uint16Array(CODE_BITS_MAX + 2);

  /** Takes lengths[from, from + count); false for more codes of a length than there can be. */
  build(lengths: Uint8Array, from: number, count: number): boolean {
    const { counts, symbols, offsets } = this;
    counts.fill(0);
    for (let i = 0; i < count; i++) {
      const bits = uint8At(lengths, from + i);
      counts[bits] = uint16At(counts, bits) + 1;
    }
    counts[0] = 0;
    offsets[1] = 0;
    let left = 1;
    for (let bits = 1; bits <= CODE_BITS_MAX; bits++) {
      left = 2 * left - uint16At(counts, bits);
      if (left < 0) return false;
      offsets[bits + 1] = uint16At(offsets, bits) + uint16At(counts, bits);
    }
    for (let i = 0; i < count; i++) {
      const bits = uint8At(lengths, from + i);
      if (bits === 0) continue;
      const offset = uint16At(offsets, bits);
      symbols[offset] = i;
      offsets[bits] = offset + 1;
    }
    return true;
  }

  /** The next symbol; -1 where no code is, or no bits are left. */
  read(bits: BitReader): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= CODE_BITS_MAX; length++) {
      const bit = bits.take(1);
      if (bit < 0) return -1;
      const count = uint16At(this.counts, length);
      code |= bit;
      if (code - count < first) return uint16At(this.symbols, index + code - first);
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return -1;
  }
}

/** Bits of buf[start, end), the low ones of a byte first. */
export class BitReader {
  private buf: Uint8Array = new Uint8Array(0);
  private at = 0;
  private end = 0;
  private held = 0;
  private heldBits = 0;

  open(buf: Uint8Array, start: number, end: number): void {
    this.buf = buf;
    this.at = start;
    this.end = end;
    this.held = 0;
    this.heldBits = 0;
  }

  /** `count` bits, at most 16; -1 when there are not so many. */
  take(count: number): number {
    while (this.heldBits < count) {
      if (this.at === this.end) return -1;
      this.held |= readUint8(this.buf, this.at++) << this.heldBits;
      this.heldBits += 8;
    }
    const bits = this.held & ((1 << count) - 1);
    this.held >>>= count;
    this.heldBits -= count;
    return bits;
  }

  /** Passes over the bits up to a whole byte; true when that was the last. */
  alignedAtEnd(): boolean {
    this.held = 0;
    this.heldBits = 0;
    return this.at === this.end;
  }

  /** Where `count` bytes stand that are passed over; -1 when there are not so many. */
  takeBytes(count: number): number {
    const at = this.at;
    if (at + count > this.end) return -1;
    this.at = at + count;
    return at;
  }

  get bytes(): Uint8Array {
    return this.buf;
  }
}
