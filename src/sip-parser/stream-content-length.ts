/**
 * Content-Length where it frames a stream (RFC 3261 20.14, 7.3.1): the header's name in a line, and its
 * value, folding and white space around it allowed. The parser reads the header again, to judge it.
 */
import { readUint8 } from '../core/bytes.ts';
import { COLON, HT, SP, skipWhiteSpace } from './char-class.ts';
import { readNumberValue } from './number.ts';

export const ContentLength = { ABSENT: -1, UNUSABLE: -2 } as const;

const MINUS = 0x2d;
/** Where the hyphen stands. */
const HYPHEN_AT = 7;

const NAME = 'content-length';
const lowerName: Uint8Array = new Uint8Array(NAME.length);
for (let i = 0; i < NAME.length; i++) lowerName[i] = NAME.charCodeAt(i);

/**
 * Where the value begins if the line in [start, end) is `Content-Length:` or `l:`; -1 otherwise.
 * The caller has seen that the line begins with a C or an L.
 */
export function contentLengthStart(buf: Uint8Array, start: number, end: number): number {
  let i = start + 1;
  if ((readUint8(buf, start) | 0x20) === 0x63) {
    if (start + NAME.length >= end) return -1;
    // The last letters differ from those of Content-Type, Contact and Call-ID.
    for (let n = NAME.length - 1; n > 0; n--) {
      if ((readUint8(buf, start + n) | 0x20) !== readUint8(lowerName, n)) return -1;
    }
    if (buf[start + HYPHEN_AT] !== MINUS) return -1;
    i = start + NAME.length;
  }
  while (i < end && (buf[i] === SP || buf[i] === HT)) i++;
  return i < end && buf[i] === COLON ? i + 1 : -1;
}

/** The value in [start, end), which may span folded lines; `UNUSABLE` unless it is digits below 2^32. */
export function parseStreamLength(buf: Uint8Array, start: number, end: number): number {
  const value = readNumberValue(buf, skipWhiteSpace(buf, start, end), end);
  return value >= 0 ? value : ContentLength.UNUSABLE;
}
