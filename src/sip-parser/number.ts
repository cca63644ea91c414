/** 1*DIGIT of RFC 3261 25.1, bounded before it is multiplied: nothing here reaches 2^32. */
import { readUint8 } from '../core/bytes.ts';
import { isDigit, skipWhiteSpace, ZERO } from './char-class.ts';

/** What `readNumber` returns when there is no digit, and when the number is 2^32 or more. */
export const NO_NUMBER = -1;
export const NUMBER_TOO_LARGE = -2;

const LIMIT = 0x1_0000_0000;

/** Where the digits that begin at `start` end. */
export function endOfDigits(buf: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && isDigit(readUint8(buf, i))) i++;
  return i;
}

/** The value of `start` to `end`, all digits; or NO_NUMBER, or NUMBER_TOO_LARGE. Zeros may lead. */
export function readNumber(buf: Uint8Array, start: number, end: number): number {
  if (start >= end) return NO_NUMBER;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = readUint8(buf, i) - ZERO;
    if (digit < 0 || digit > 9) return NO_NUMBER;
    if (value < LIMIT) value = value * 10 + digit;
  }
  return value < LIMIT ? value : NUMBER_TOO_LARGE;
}

/** A header value that is one number and nothing else; negative as `readNumber`. */
export function readNumberValue(buf: Uint8Array, start: number, end: number): number {
  const digitsEnd = endOfDigits(buf, start, end);
  if (skipWhiteSpace(buf, digitsEnd, end) !== end) return NO_NUMBER;
  return readNumber(buf, start, digitsEnd);
}
