/**
 * What DEFLATE (RFC 1951) fixes once and for all: how far lengths and distances reach, the order of code lengths, and
 * the fixed codes. These are built here because a block in them may be empty, ten bits of input: to build them
 * for each would cost an attacker less than anything else does.
 */
import { assert } from '../core/assert.ts';
import { DISTANCE_SYMBOLS, HuffmanCode, SYMBOLS } from './huffman-code.ts';

/** RFC 1951 3.2.5: of length codes from 257 on, and of distance codes. */
export const LENGTH_BASE: Uint16Array = Uint16Array.of(
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115],
  ...[131, 163, 195, 227, 258],
);
export const LENGTH_EXTRA: Uint8Array = Uint8Array.of(
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0],
);
export const DISTANCE_BASE: Uint16Array = Uint16Array.of(
  ...[1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537],
  ...[2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577],
);
export const DISTANCE_EXTRA: Uint8Array = Uint8Array.of(
  ...[0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12],
  ...[13, 13],
);
/** RFC 1951 3.2.7: the order of the code lengths of code lengths. */
export const LENGTH_ORDER: Uint8Array = Uint8Array.of(
  ...[16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15],
);

/** RFC 1951 3.2.6. */
export const FIXED_LITERALS: HuffmanCode = fixedCode([8, 144], [9, 112], [7, 24], [8, 8]);
export const FIXED_DISTANCES: HuffmanCode = fixedCode([5, DISTANCE_SYMBOLS]);

/** Code lengths, each for so many symbols. */
function fixedCode(...runs: readonly (readonly [number, number])[]): HuffmanCode {
  const lengths = new Uint8Array(SYMBOLS);
  let count = 0;
  for (const [length, symbols] of runs) {
    lengths.fill(length, count, count + symbols);
    count += symbols;
  }
  const code = new HuffmanCode();
  assert(code.build(lengths, 0, count), 'a fixed code is one');
  return code;
}
