/**
 * The hash of `Hasher` over spans of a message, four bytes a load, for the keys that every message needs:
 * pieces are mixed as they come and spread once at the end. Same contract: seeded, 64 bits in two lanes.
 */
const MULTIPLIER_LO = 0x9e3779b1;
const MULTIPLIER_HI = 0x85ebca6b;
const CASE_BITS = 0x2020_2020;

export class SpanHash {
  /** Of what was fed so far; a key's hash after `finish`. */
  lo = 0;
  hi = 0;
  readonly seedLo: number;
  readonly seedHi: number;

  constructor(seed: number) {
    this.seedLo = Math.imul(seed ^ 0x243f6a88, MULTIPLIER_LO);
    this.seedHi = Math.imul(seed ^ 0x13198a2e, MULTIPLIER_HI) ^ (this.seedLo >>> 15);
  }

  reset(): void {
    this.lo = this.seedLo;
    this.hi = this.seedHi;
  }

  /** Goes on from lanes that were computed elsewhere from the same seed. */
  resume(lo: number, hi: number): void {
    this.lo = lo;
    this.hi = hi;
  }

  /** `length` bytes from `start`. Letters count without case when `caseBits` is CASELESS, else 0. */
  span(words: DataView, start: number, length: number, caseBits: number): void {
    let { lo, hi } = this;
    const last = start + length - 4;
    let i = start;
    for (; i <= last; i += 4) {
      const word = words.getInt32(i, true) | caseBits;
      lo = Math.imul(lo ^ word, MULTIPLIER_LO);
      hi = Math.imul(hi + word, MULTIPLIER_HI) ^ (lo >>> 15);
    }
    let tail = length;
    for (; i < start + length; i++) tail = (tail << 8) | words.getUint8(i);
    tail |= caseBits & 0x0020_2020;
    lo = Math.imul(lo ^ tail, MULTIPLIER_LO);
    this.lo = lo ^ (lo >>> 16);
    this.hi = Math.imul(hi + tail, MULTIPLIER_HI) ^ (lo >>> 15);
  }

  word(value: number): void {
    const lo = Math.imul(this.lo ^ value, MULTIPLIER_LO);
    this.lo = lo ^ (lo >>> 15);
    this.hi = Math.imul(this.hi + value, MULTIPLIER_HI) ^ lo;
  }

  /** Spreads every bit over both lanes. */
  finish(): void {
    let { lo, hi } = this;
    lo ^= hi >>> 16;
    lo = Math.imul(lo ^ (lo >>> 15), MULTIPLIER_HI);
    hi = Math.imul(hi ^ lo ^ (hi >>> 13), MULTIPLIER_LO);
    lo ^= hi >>> 16;
    this.lo = lo ^ (lo >>> 13);
    this.hi = hi ^ Math.imul(this.lo, MULTIPLIER_HI);
  }
}

/**
 * Folds ASCII letters. It also makes a few other characters equal (`[` and `{`), none of which may both stand
 * in a host name.
 */
export const CASELESS: number = CASE_BITS;
