/**
 * IPv6reference of RFC 3261 25.1 as RFC 5118 4.10 and RFC 5954 correct it: the text between brackets,
 * without a zone. Says whether it is an address, not which.
 */
import { readUint8 } from '../core/bytes.ts';
import { COLON, DOT, isDigit, isHexDigit } from './char-class.ts';

const GROUPS = 8;
const HEX_DIGITS_MAX = 4;

/** True when `start` to `end` is an IPv6 address. */
export function isIpv6Address(buf: Uint8Array, start: number, end: number): boolean {
  let groups = 0;
  let compressed = false;
  let i = start;
  if (i + 1 < end && readUint8(buf, i) === COLON) {
    if (readUint8(buf, i + 1) !== COLON) return false;
    compressed = true;
    i += 2;
  }
  while (i < end) {
    const groupEnd = endOfHexDigits(buf, i, end);
    if (groupEnd < end && readUint8(buf, groupEnd) === DOT) {
      return isIpv4Address(buf, i, end) && isWhole(groups + 2, compressed);
    }
    if (groupEnd === i || groupEnd - i > HEX_DIGITS_MAX || groups === GROUPS) return false;
    groups++;
    i = groupEnd;
    if (i === end) break;
    if (readUint8(buf, i) !== COLON || i + 1 === end) return false;
    i++;
    if (readUint8(buf, i) === COLON) {
      if (compressed) return false;
      compressed = true;
      i++;
    }
  }
  return isWhole(groups, compressed);
}

/** RFC 4291 2.2: `::` stands for at least one group. */
function isWhole(groups: number, compressed: boolean): boolean {
  return compressed ? groups < GROUPS : groups === GROUPS;
}

function endOfHexDigits(buf: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && isHexDigit(readUint8(buf, i))) i++;
  return i;
}

function isIpv4Address(buf: Uint8Array, start: number, end: number): boolean {
  let parts = 0;
  let i = start;
  while (i < end) {
    let digits = 0;
    let value = 0;
    while (i < end && isDigit(readUint8(buf, i)) && digits < 4) {
      value = value * 10 + readUint8(buf, i) - 48;
      digits++;
      i++;
    }
    if (digits === 0 || digits > 3 || value > 255) return false;
    parts++;
    if (i === end) break;
    if (readUint8(buf, i) !== DOT || i + 1 === end) return false;
    i++;
  }
  return parts === 4;
}
