/**
 * A seeded 64-bit hash of spans and numbers, in two 32-bit lanes, because JavaScript multiplies 32 bits
 * at a time. It keeps strangers from choosing colliding keys (they don't know the seed) and makes equal
 * hashes of different keys unlikely (2^-64 a pair); it is no cryptographic hash.
 *
 * Each piece adds its length, so that `ab` + `c` differs from `a` + `bc`.
 */
import { readInt32LittleEndian, readUint8 } from './bytes.ts';

// Odd multipliers with well-spread bits: those of MurmurHash3 (x86, 128 bits) and of xxHash32.
const MULTIPLIER_LO = 0x9e3779b1 | 0;
const MULTIPLIER_HI = 0x85ebca77 | 0;
const SEED_SPREAD = 0xc2b2ae3d | 0;

/** 0x20 in every byte that holds `A`–`Z`. */
function upperCaseBits(word: number): number {
  // Per byte, without a carry into its neighbour: add to the low seven bits, look at the eighth.
  const low = word & 0x7f7f7f7f;
  const fromA = low + 0x3f3f3f3f;
  const aboveZ = low + 0x25252525;
  return ((fromA & ~aboveZ & ~word & 0x80808080) >>> 2) | 0;
}

export class Hasher {
  /** Of the key so far; the key's hash after `finish`. */
  lo = 0;
  hi = 0;
  private readonly seedLo: number;
  private readonly seedHi: number;

  /** `seed`: any integer; its low 32 bits count. */
  constructor(seed: number) {
    this.seedLo = Math.imul(seed ^ (seed >>> 15), SEED_SPREAD) | 0;
    this.seedHi = Math.imul(this.seedLo ^ (this.seedLo >>> 13), MULTIPLIER_LO) ^ seed;
    this.reset();
  }

  reset(): void {
    this.lo = this.seedLo;
    this.hi = this.seedHi;
  }

  bytes(buf: Uint8Array, start: number, end: number): void {
    let lo = this.lo;
    let hi = this.hi;
    let offset = start;
    for (; offset + 4 <= end; offset += 4) {
      const word = readInt32LittleEndian(buf, offset);
      lo = Math.imul(lo ^ word, MULTIPLIER_LO);
      lo ^= lo >>> 15;
      hi = Math.imul(hi + word, MULTIPLIER_HI) ^ lo;
    }
    let tail = 0;
    for (let shift = 0; offset < end; offset++, shift += 8) tail |= readUint8(buf, offset) << shift;
    this.lo = lo;
    this.hi = hi;
    this.piece(tail, end - start);
  }

  /** As `bytes`, with `A`–`Z` read as `a`–`z`. */
  bytesLower(buf: Uint8Array, start: number, end: number): void {
    let lo = this.lo;
    let hi = this.hi;
    let offset = start;
    for (; offset + 4 <= end; offset += 4) {
      const raw = readInt32LittleEndian(buf, offset);
      const word = raw | upperCaseBits(raw);
      lo = Math.imul(lo ^ word, MULTIPLIER_LO);
      lo ^= lo >>> 15;
      hi = Math.imul(hi + word, MULTIPLIER_HI) ^ lo;
    }
    let tail = 0;
    for (let shift = 0; offset < end; offset++, shift += 8) tail |= readUint8(buf, offset) << shift;
    this.lo = lo;
    this.hi = hi;
    this.piece(tail | upperCaseBits(tail), end - start);
  }

  /** One number: its low 32 bits. */
  word(value: number): void {
    this.piece(value | 0, -1);
  }

  /** Spreads every bit of both lanes over both. The key ends here: `reset` begins the next. */
  finish(): void {
    let lo = this.lo;
    let hi = this.hi;
    hi ^= Math.imul(lo ^ (lo >>> 16), MULTIPLIER_HI);
    hi = Math.imul(hi ^ (hi >>> 13), SEED_SPREAD);
    hi ^= hi >>> 16;
    lo ^= Math.imul(hi, MULTIPLIER_LO);
    lo = Math.imul(lo ^ (lo >>> 15), MULTIPLIER_HI);
    lo ^= lo >>> 13;
    this.lo = lo;
    this.hi = hi ^ Math.imul(lo, SEED_SPREAD);
  }

  /** The last bytes of a piece and its length; -1 marks a number. */
  private piece(word: number, length: number): void {
    let lo = Math.imul(this.lo ^ word, MULTIPLIER_LO);
    lo ^= lo >>> 15;
    let hi = Math.imul(this.hi + word, MULTIPLIER_HI) ^ lo;
    lo = Math.imul(lo ^ length, MULTIPLIER_LO);
    lo ^= lo >>> 15;
    hi = Math.imul(hi + length, MULTIPLIER_HI) ^ lo;
    this.lo = lo;
    this.hi = hi;
  }
}
