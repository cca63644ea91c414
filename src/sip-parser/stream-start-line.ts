/**
 * What the first line of a block of bytes on a stream looks like: the question that finds message
 * boundaries (RFC 3261 7.1, 7.2; RFC 9112 3, 4 for HTTP on the same port). It does not judge a line the
 * way the parser does: `INVITE sip: SIP/2.0` has the shape of a request line and is a bad message.
 */
import { readUint8 } from '../core/bytes.ts';
import { CharClass, CR, DOT, endOfClass, HT, isDigit, LF, SLASH, SP, ZERO } from './char-class.ts';

export const LineShape = { OTHER: 0, SIP: 1, HTTP: 2 } as const;
export type LineShape = (typeof LineShape)[keyof typeof LineShape];

/** Bytes of "SIP/2.0" and of "SIP/2.0 200". */
const VERSION_BYTES = 7;
/** A longer line is not taken for a start line where one is searched for. */
export const START_LINE_MAX = 8192;
/** A longer method opens no message where a start line is searched for. */
const METHOD_MAX = 32;
const STATUS_LINE_BYTES = 11;

/**
 * Could the line that begins with [start, end) be a start line? A method of at most `METHOD_MAX`
 * characters and a space, or a word and the slash of a version. Once false it stays so.
 */
export function mayOpenLine(buf: Uint8Array, start: number, end: number): boolean {
  const limit = Math.min(end, start + METHOD_MAX + 1);
  const i = endOfClass(buf, start, limit, CharClass.TOKEN);
  if (i === end) return i <= start + METHOD_MAX;
  return i > start && i < limit && (buf[i] === SP || buf[i] === SLASH);
}

/** The shape of the line in [start, end), without its LF; a CR at its end is ignored. */
export function lineShape(buf: Uint8Array, start: number, end: number): LineShape {
  const lineEnd = start < end && buf[end - 1] === CR ? end - 1 : end;
  if (isStatusLine(buf, start, lineEnd)) return LineShape.SIP;
  const uriStart = requestUriStart(buf, start, lineEnd);
  const version = lineEnd - VERSION_BYTES;
  if (uriStart >= 0 && uriStart + 1 < version && buf[version - 1] === SP) {
    if (isSipVersion(buf, version)) return LineShape.SIP;
  }
  return isHttpLine(buf, start, lineEnd, uriStart) ? LineShape.HTTP : LineShape.OTHER;
}

/** `SIP/2.0 NNN`, then the end or a space. */
function isStatusLine(buf: Uint8Array, start: number, end: number): boolean {
  if (start + STATUS_LINE_BYTES > end || !isSipVersion(buf, start)) return false;
  if (buf[start + 7] !== SP) return false;
  if (start + STATUS_LINE_BYTES < end && buf[start + STATUS_LINE_BYTES] !== SP) return false;
  return (
    isDigit(readUint8(buf, start + 8)) &&
    isDigit(readUint8(buf, start + 9)) &&
    isDigit(readUint8(buf, start + 10))
  );
}

/** Where the Request-URI begins after `TOKEN SP`; -1 when the line does not begin so. */
function requestUriStart(buf: Uint8Array, start: number, end: number): number {
  const i = endOfClass(buf, start, end, CharClass.TOKEN);
  if (i === start || i + 1 >= end || buf[i] !== SP) return -1;
  const next = buf[i + 1];
  return next === SP || next === HT ? -1 : i + 1;
}

/** The seven bytes at `at` are `SIP/2.0`, the word in any case (RFC 3261 7.1). */
function isSipVersion(buf: Uint8Array, at: number): boolean {
  return (
    (readUint8(buf, at) | 0x20) === 0x73 &&
    (readUint8(buf, at + 1) | 0x20) === 0x69 &&
    (readUint8(buf, at + 2) | 0x20) === 0x70 &&
    buf[at + 3] === SLASH &&
    buf[at + 4] === ZERO + 2 &&
    buf[at + 5] === DOT &&
    buf[at + 6] === ZERO
  );
}

/** `HTTP/1.1 …` or `METHOD target HTTP/1.1`, any version of one digit and one digit. */
function isHttpLine(buf: Uint8Array, start: number, end: number, uriStart: number): boolean {
  if (start + 9 <= end && isHttpVersion(buf, start) && buf[start + 8] === SP) return true;
  return uriStart >= 0 && uriStart + 9 <= end && buf[end - 9] === SP && isHttpVersion(buf, end - 8);
}

function isHttpVersion(buf: Uint8Array, at: number): boolean {
  return (
    buf[at] === 0x48 &&
    buf[at + 1] === 0x54 &&
    buf[at + 2] === 0x54 &&
    buf[at + 3] === 0x50 &&
    buf[at + 4] === SLASH &&
    isDigit(readUint8(buf, at + 5)) &&
    buf[at + 6] === DOT &&
    isDigit(readUint8(buf, at + 7))
  );
}

/** `SIP/` in any case stands in the first line of [start, end): a start line, however bad. */
export function namesSip(buf: Uint8Array, start: number, end: number): boolean {
  const limit = Math.min(end, start + START_LINE_MAX) - 3;
  for (let i = start; i < limit && buf[i] !== LF; i++) {
    const sip =
      (readUint8(buf, i) | 0x20) === 0x73 &&
      (readUint8(buf, i + 1) | 0x20) === 0x69 &&
      (readUint8(buf, i + 2) | 0x20) === 0x70;
    if (sip && buf[i + 3] === SLASH) return true;
  }
  return false;
}
