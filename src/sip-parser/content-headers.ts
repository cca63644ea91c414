/** Content-Length, Content-Type (RFC 3261 20.14, 20.15) and, a number as short, Max-Forwards (20.22). */
import { readUint8 } from '../core/bytes.ts';
import { CharClass, endOfClass, SLASH, skipWhiteSpace } from './char-class.ts';
import { endOfUsualLine } from './line.ts';
import type { SipMessage } from './message.ts';
import { endOfDigits, readNumber, readNumberValue } from './number.ts';
import { Oddity } from './oddity.ts';
import { Parameter, skipParameters } from './parameter.ts';

const MAX_FORWARDS_MAX = 255;
const SAFE_DIGITS = 9;

const parameter = new Parameter();

/** Read a Max-Forwards header's value; anything but 0–255 is odd and counts as absent. */
export function parseMaxForwards(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): void {
  const hops = readNumberValue(buf, start, end);
  message.hasMaxForwards = true;
  if (hops < 0 || hops > MAX_FORWARDS_MAX) message.oddities |= 1 << Oddity.BAD_MAX_FORWARDS;
}

/** media-type = m-type SLASH m-subtype *(SEMI m-parameter). False when the value is none. */
export function isContentType(buf: Uint8Array, start: number, end: number): boolean {
  const typeEnd = endOfClass(buf, start, end, CharClass.TOKEN);
  const slash = skipWhiteSpace(buf, typeEnd, end);
  if (typeEnd === start || slash === end || readUint8(buf, slash) !== SLASH) return false;
  const subtype = skipWhiteSpace(buf, slash + 1, end);
  const subtypeEnd = endOfClass(buf, subtype, end, CharClass.TOKEN);
  if (subtypeEnd === subtype) return false;
  return skipParameters(buf, skipWhiteSpace(buf, subtypeEnd, end), end, parameter) === end;
}

/** The usual Content-Length line: the next line, or -1 to leave it to `readNumberValue`. */
export function readUsualContentLength(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): number {
  const digitsEnd = endOfDigits(buf, start, end);
  if (digitsEnd === start || digitsEnd - start > SAFE_DIGITS) return -1;
  const next = endOfUsualLine(buf, digitsEnd, end);
  if (next >= 0) message.contentLength = readNumber(buf, start, digitsEnd);
  return next;
}

/** The usual Max-Forwards line: the next line, or -1 to leave it to `parseMaxForwards`. */
export function readUsualMaxForwards(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): number {
  const digitsEnd = endOfDigits(buf, start, end);
  if (digitsEnd === start || digitsEnd - start > 2) return -1;
  const next = endOfUsualLine(buf, digitsEnd, end);
  if (next >= 0) message.hasMaxForwards = true;
  return next;
}

/** The usual Content-Type line, `type/subtype`: the next line, or -1 to leave it to `isContentType`. */
export function endOfUsualContentType(buf: Uint8Array, start: number, end: number): number {
  const typeEnd = endOfClass(buf, start, end, CharClass.TOKEN);
  if (typeEnd === start || typeEnd >= end || readUint8(buf, typeEnd) !== SLASH) return -1;
  const subtypeEnd = endOfClass(buf, typeEnd + 1, end, CharClass.TOKEN);
  return subtypeEnd === typeEnd + 1 ? -1 : endOfUsualLine(buf, subtypeEnd, end);
}
