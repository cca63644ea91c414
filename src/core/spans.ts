/** Comparison of spans of bytes. Bounds are the caller's. */
import { readUint8 } from './bytes.ts';

const CASE_BIT = 0x20;

/** Are the `length` bytes at `startA` of `bufA` those at `startB` of `bufB`? */
export function equalSpans(
  bufA: Uint8Array,
  startA: number,
  bufB: Uint8Array,
  startB: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i++) {
    if (bufA[startA + i] !== bufB[startB + i]) return false;
  }
  return true;
}

/** As `equalSpans`, with ASCII letters of either case equal. */
export function equalsIgnoreCase(
  bufA: Uint8Array,
  startA: number,
  bufB: Uint8Array,
  startB: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i++) {
    const a = readUint8(bufA, startA + i);
    const b = readUint8(bufB, startB + i);
    if (a !== b && ((a ^ b) !== CASE_BIT || !isLetter(a))) return false;
  }
  return true;
}

/** Do the bytes from `start` to `end` begin with `prefix`? */
export function startsWith(
  buf: Uint8Array,
  start: number,
  end: number,
  prefix: Uint8Array,
): boolean {
  return start + prefix.length <= end && equalSpans(buf, start, prefix, 0, prefix.length);
}

function isLetter(byte: number): boolean {
  const lower = byte | CASE_BIT;
  return lower >= 0x61 && lower <= 0x7a;
}
