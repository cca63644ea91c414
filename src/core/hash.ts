/**
 * A seeded 64-bit hash in two 32-bit lanes, fed with spans of bytes and with words. It keys tables; it is
 * not cryptographic, so each process seeds it (an attacker picks branches), and a replay fixes the seed.
 */
import { readInt32Le, readUint8 } from './bytes.ts';

const MULTIPLIER_LO = 0x9e3779b1;
const MULTIPLIER_HI = 0x85ebca6b;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const CASE_BIT = 0x20;

export class Hasher {
  /** Lower lane; valid after `finish`. */
  lo = 0;
  /** Upper lane; valid after `finish`. */
  hi = 0;
  private readonly seedLo: number;
  private readonly seedHi: number;

  constructor(seed: number) {
    this.seedLo = mix(seed ^ 0x243f6a88);
    this.seedHi = mix((seed + 0x13198a2e) | 0);
  }

  reset(): void {
    this.lo = this.seedLo;
    this.hi = this.seedHi;
  }

  /** Bytes `start` to `end`; their number goes in too, so that two spans never read as one. */
  bytes(buf: Uint8Array, start: number, end: number): void {
    let { lo, hi } = this;
    let i = start;
    for (; i + 4 <= end; i += 4) {
      const word = readInt32Le(buf, i);
      lo = Math.imul(lo ^ word, MULTIPLIER_LO);
      lo ^= lo >>> 15;
      hi = Math.imul((hi + word) ^ lo, MULTIPLIER_HI);
      hi ^= hi >>> 13;
    }
    let tail = end - start;
    for (; i < end; i++) tail = (tail << 8) | readUint8(buf, i);
    lo = Math.imul(lo ^ tail, MULTIPLIER_LO);
    hi = Math.imul((hi + tail) ^ (lo >>> 15), MULTIPLIER_HI);
    this.lo = lo ^ (lo >>> 15);
    this.hi = hi ^ (hi >>> 13);
  }

  /** As `bytes`, with ASCII letters folded to lower case. */
  bytesLower(buf: Uint8Array, start: number, end: number): void {
    let { lo, hi } = this;
    for (let i = start; i < end; i++) {
      const c = readUint8(buf, i);
      const folded = c >= UPPER_A && c <= UPPER_Z ? c | CASE_BIT : c;
      lo = Math.imul(lo ^ folded, MULTIPLIER_LO);
      lo ^= lo >>> 15;
      hi = Math.imul((hi + folded) ^ lo, MULTIPLIER_HI);
    }
    this.lo = lo;
    this.hi = hi;
    this.word(end - start);
  }

  word(value: number): void {
    const lo = Math.imul(this.lo ^ value, MULTIPLIER_LO);
    this.lo = lo ^ (lo >>> 15);
    const hi = Math.imul((this.hi + value) ^ this.lo, MULTIPLIER_HI);
    this.hi = hi ^ (hi >>> 13);
  }

  /** Spreads what was fed over all bits of `lo` and `hi`. */
  finish(): void {
    const lo = mix(this.lo ^ this.hi);
    this.hi = mix((this.hi + lo) | 0);
    this.lo = mix(lo ^ this.hi);
  }
}

/** The finaliser of MurmurHash3 (public domain): every input bit moves every output bit. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
