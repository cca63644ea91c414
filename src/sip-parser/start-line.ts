/**
 * Start lines (RFC 3261 7.1, 7.2):
 *   Request-Line = Method SP Request-URI SP SIP-Version CRLF
 *   Status-Line  = SIP-Version SP Status-Code SP Reason-Phrase CRLF
 * Extra white space is odd, not bad.
 */
import { readUint8 } from '../core/bytes.ts';
import { CharClass, endOfClass, HT, SLASH, SP, skipWhiteSpace } from './char-class.ts';
import { Line, parsePhysicalLine } from './line.ts';
import { MessageKind, type SipMessage, Span, setSpan } from './message.ts';
import { methodOf } from './method-token.ts';
import { endOfDigits, readNumber } from './number.ts';
import { Oddity } from './oddity.ts';
import { ParseError } from './parse-error.ts';
import { parseUri, UriError, UriParts, UriScheme } from './uri.ts';
import { isUtf8 } from './utf8.ts';
import { wordFrom, wordsOf } from './words.ts';

const SIP_SLASH_LOWER = wordFrom('sip/');
const SLASH_2_0 = wordFrom('/2.0');
// Leaves the slash as it is.
const LOWER_THREE = 0x0020_2020;
const VERSION_BYTES = 7;
const STATUS_MIN = 100;
const STATUS_MAX = 699;
/** From here on a status is no number: servers keep it in 32 bits with a sign. */
const STATUS_LIMIT = 0x7fff_ffff;

const line = new Line();
const uri = new UriParts();

/** Read the start line at `start`. Returns where the headers begin, or -1 with `message.error` set. */
export function parseStartLine(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): number {
  parsePhysicalLine(buf, start, end, line);
  if (line.bareLf) message.oddities |= 1 << Oddity.BARE_LF;
  message.error = isStatusLine(buf, start, line.end)
    ? parseStatusLine(buf, start, line.end, message)
    : parseRequestLine(buf, start, line.end, message);
  if (message.error !== ParseError.NONE) return -1;
  if (line.nul >= 0) {
    message.error = ParseError.NUL_IN_HEADERS;
    return -1;
  }
  if (line.hasHighBytes && !isUtf8(buf, start, line.end)) {
    message.oddities |= 1 << Oddity.BAD_UTF8;
  }
  return line.next;
}

/** No method can hold the slash that a status line has fourth. */
function isStatusLine(buf: Uint8Array, start: number, end: number): boolean {
  if (start + 4 > end) return false;
  return (wordsOf(buf).getInt32(start, true) | LOWER_THREE) === SIP_SLASH_LOWER;
}

function parseStatusLine(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): ParseError {
  const versionEnd = endOfWord(buf, start, end);
  if (versionEnd === end) return ParseError.STATUS_NOT_A_NUMBER;
  const statusStart = skipWhiteSpace(buf, versionEnd, end);
  const statusEnd = endOfDigits(buf, statusStart, end);
  const status = readNumber(buf, statusStart, statusEnd);
  if (status < 0 || status >= STATUS_LIMIT || !isWordEnd(buf, statusEnd, end)) {
    return ParseError.STATUS_NOT_A_NUMBER;
  }
  if (!isVersion2(buf, start, versionEnd)) return ParseError.VERSION_UNSUPPORTED;

  message.kind = MessageKind.RESPONSE;
  message.statusCode = status;
  if (status < STATUS_MIN || status > STATUS_MAX || statusEnd - statusStart !== 3) {
    message.oddities |= 1 << Oddity.STATUS_OUT_OF_RANGE;
  }
  if (!isOneSpace(buf, versionEnd, statusStart) || !isSpaceAt(buf, statusEnd, end)) {
    noteWhiteSpace(message);
  }
  return ParseError.NONE;
}

function noteWhiteSpace(message: SipMessage): void {
  message.oddities |= 1 << Oddity.START_LINE_WHITE_SPACE;
}

function parseRequestLine(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): ParseError {
  const methodEnd = endOfClass(buf, start, end, CharClass.TOKEN);
  if (methodEnd === start || !isWordEnd(buf, methodEnd, end)) return ParseError.METHOD_NOT_TOKEN;
  const uriStart = skipWhiteSpace(buf, methodEnd, end);
  const uriEnd = endOfWord(buf, uriStart, end);
  if (uriStart === end || isVersion(buf, uriStart, uriEnd)) {
    return ParseError.REQUEST_URI_MISSING;
  }
  const uriError = parseUri(buf, uriStart, uriEnd, uri);
  if (uriError !== UriError.NONE) return requestUriError(uriError);

  const versionStart = skipWhiteSpace(buf, uriEnd, end);
  if (versionStart === end) return ParseError.VERSION_MISSING;
  const versionEnd = endOfWord(buf, versionStart, end);
  if (!isVersion(buf, versionStart, versionEnd)) {
    return endsInVersion(buf, versionStart, end)
      ? ParseError.REQUEST_URI_WHITE_SPACE
      : ParseError.VERSION_UNREADABLE;
  }
  if (skipWhiteSpace(buf, versionEnd, end) !== end) return ParseError.VERSION_UNREADABLE;

  message.requestLineReadable = true;
  takeRequest(buf, start, methodEnd, message);
  setSpan(message, Span.REQUEST_URI, uriStart, uriEnd);
  if (!isVersion2(buf, versionStart, versionEnd)) return ParseError.VERSION_UNSUPPORTED;
  if (uri.scheme === UriScheme.INVALID) return ParseError.REQUEST_URI_BAD_SCHEME;
  message.oddities |= uri.oddities;
  if (uri.headersStart >= 0) message.oddities |= 1 << Oddity.REQUEST_URI_HEADERS;
  const separated = isOneSpace(buf, methodEnd, uriStart) && isOneSpace(buf, uriEnd, versionStart);
  if (!separated || versionEnd !== end) noteWhiteSpace(message);
  return ParseError.NONE;
}

/** What stands between two words is one SP, and no tab. */
function isOneSpace(buf: Uint8Array, start: number, end: number): boolean {
  return end - start === 1 && readUint8(buf, start) === SP;
}

function isSpaceAt(buf: Uint8Array, offset: number, end: number): boolean {
  return offset < end && readUint8(buf, offset) === SP;
}

function takeRequest(buf: Uint8Array, start: number, methodEnd: number, message: SipMessage): void {
  message.kind = MessageKind.REQUEST;
  message.method = methodOf(wordsOf(buf), start, methodEnd - start);
  setSpan(message, Span.METHOD, start, methodEnd);
}

function requestUriError(error: UriError): ParseError {
  switch (error) {
    case UriError.EMPTY_AFTER_SCHEME:
      return ParseError.REQUEST_URI_EMPTY_AFTER_SCHEME;
    case UriError.BAD_HOST:
      return ParseError.REQUEST_URI_BAD_HOST;
    case UriError.BAD_ESCAPE:
      return ParseError.REQUEST_URI_BAD_ESCAPE;
    default:
      return ParseError.REQUEST_URI_MISSING;
  }
}

function isWordEnd(buf: Uint8Array, offset: number, end: number): boolean {
  return offset === end || readUint8(buf, offset) === SP || readUint8(buf, offset) === HT;
}

function endOfWord(buf: Uint8Array, start: number, end: number): number {
  let i = start;
  while (!isWordEnd(buf, i, end)) i++;
  return i;
}

/** A version of any protocol and number: token "/" token, the second with a digit first. */
function isVersion(buf: Uint8Array, start: number, end: number): boolean {
  const slash = endOfClass(buf, start, end, CharClass.TOKEN);
  if (slash === start || slash + 1 >= end || readUint8(buf, slash) !== SLASH) return false;
  return endOfClass(buf, slash + 1, end, CharClass.TOKEN) === end;
}

/** True when the last word of the line is a version: what stands before it was meant to be the URI. */
function endsInVersion(buf: Uint8Array, start: number, end: number): boolean {
  let i = end;
  while (i > start && !isWordEnd(buf, i - 1, end)) i--;
  return i > start && isVersion(buf, i, end);
}

/** `SIP/2.0` in any case (RFC 3261 7.1). */
function isVersion2(buf: Uint8Array, start: number, end: number): boolean {
  if (end - start !== VERSION_BYTES) return false;
  const words = wordsOf(buf);
  return (
    (words.getInt32(start, true) | LOWER_THREE) === SIP_SLASH_LOWER &&
    words.getInt32(start + 3, true) === SLASH_2_0
  );
}
