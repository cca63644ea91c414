/**
 * One header field of any form: folded, compact, with white space before the colon, ended by a bare LF
 * (RFC 3261 7.3.1). The parent of the value parsers; what they find goes into the message.
 */
import { readUint8 } from '../core/bytes.ts';
import { isAddressList, parseToOrFrom } from './address-headers.ts';
import { isCredentials, isOptionTags } from './authorization.ts';
import { parseCallId } from './call-id.ts';
import { CharClass, COLON, endOfClass, SEMICOLON, skipWhiteSpace, trimEnd } from './char-class.ts';
import { parseContact } from './contact.ts';
import { isContentType, parseMaxForwards } from './content-headers.ts';
import { parseCseq, parseRack } from './cseq.ts';
import { isDate } from './date.ts';
import { parseEvent, parseSubscriptionState } from './event.ts';
import { compactHeaderOf, Header, headerOf, isCompactName } from './header-name.ts';
import { isEveryNulQuoted, Line, parseLine } from './line.ts';
import { hasSpan, type SipMessage, Span, SubscriptionState, setSpan } from './message.ts';
import { readNumberValue } from './number.ts';
import { Oddity } from './oddity.ts';
import { ParseError } from './parse-error.ts';
import { parseSessionExpires } from './session-timer.ts';
import { isUtf8 } from './utf8.ts';
import { parseVia } from './via.ts';

const line = new Line();

/**
 * Read the header line at `start`, which is not empty. Returns where the next line begins (`end` when the
 * data stopped first), or -1 with `message.error` set.
 */
export function parseHeaderField(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): number {
  parseLine(buf, start, end, line);
  if (line.bareLf) message.oddities |= 1 << Oddity.BARE_LF;
  if (line.folded) message.oddities |= 1 << Oddity.FOLDING;
  if (line.hasHighBytes && !isUtf8(buf, start, line.end)) {
    message.oddities |= 1 << Oddity.BAD_UTF8;
  }
  if (line.nul >= 0 && !isEveryNulQuoted(buf, start, line.end)) {
    message.error = ParseError.NUL_IN_HEADERS;
    return -1;
  }

  const nameStart = skipWhiteSpace(buf, start, line.end);
  let colon = nameStart;
  while (colon < line.end && readUint8(buf, colon) !== COLON) colon++;
  const nameEnd = trimEnd(buf, nameStart, colon);
  if (nameEnd === nameStart || colon === line.end) {
    message.oddities |= 1 << Oddity.LINE_WITHOUT_NAME;
    return line.next;
  }
  // Only the first line can begin so: any other would continue the one before it.
  if (nameStart !== start) message.oddities |= 1 << Oddity.START_LINE_WHITE_SPACE;
  if (colon !== nameEnd) message.oddities |= 1 << Oddity.SPACE_BEFORE_COLON;
  const header = readName(buf, nameStart, nameEnd, message);
  const valueStart = skipWhiteSpace(buf, colon + 1, line.end);
  const valueEnd = trimEnd(buf, valueStart, line.end);
  message.error = parseValue(buf, valueStart, valueEnd, message, header);
  return message.error === ParseError.NONE ? line.next : -1;
}

function readName(buf: Uint8Array, start: number, end: number, message: SipMessage): Header {
  if (endOfClass(buf, start, end, CharClass.NAME) !== end) {
    message.oddities |= 1 << Oddity.LINE_WITHOUT_NAME;
    return Header.UNKNOWN;
  }
  if (end - start > 1) return headerOf(buf, start, end - start);
  const letter = readUint8(buf, start);
  if (!isCompactName(letter)) return Header.UNKNOWN;
  message.oddities |= 1 << Oddity.COMPACT_NAME;
  return compactHeaderOf(letter);
}

function parseValue(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
  header: Header,
): ParseError {
  switch (header) {
    case Header.UNKNOWN:
      return ParseError.NONE;
    case Header.VIA:
      return parseVia(buf, start, end, message) ? ParseError.NONE : ParseError.BAD_VIA;
    case Header.FROM:
      if (hasSpan(message, Span.FROM_URI)) return ParseError.DUPLICATE_FROM;
      return parseToOrFrom(buf, start, end, message, Span.FROM_URI)
        ? ParseError.NONE
        : ParseError.BAD_FROM;
    case Header.TO:
      if (hasSpan(message, Span.TO_URI)) return ParseError.DUPLICATE_TO;
      return parseToOrFrom(buf, start, end, message, Span.TO_URI)
        ? ParseError.NONE
        : ParseError.BAD_TO;
    case Header.CALL_ID:
      if (hasSpan(message, Span.CALL_ID)) return ParseError.DUPLICATE_CALL_ID;
      parseCallId(buf, start, end, message);
      return ParseError.NONE;
    case Header.CSEQ:
      if (hasSpan(message, Span.CSEQ_METHOD)) return ParseError.DUPLICATE_CSEQ;
      return parseCseq(buf, start, end, message) ? ParseError.NONE : ParseError.BAD_CSEQ;
    case Header.CONTACT:
      return parseContact(buf, start, end, message) ? ParseError.NONE : ParseError.BAD_CONTACT;
    case Header.CONTENT_LENGTH:
      return takeContentLength(buf, start, end, message);
    default:
      if (isRepeated(message, header)) noteParameter(message);
      return parseOptionalValue(buf, start, end, message, header);
  }
}

/** A field that may stand once stands again; the one behind counts. */
function isRepeated(message: SipMessage, header: Header): boolean {
  switch (header) {
    case Header.EXPIRES:
      return message.expires >= 0;
    case Header.SESSION_EXPIRES:
      return message.sessionExpires >= 0;
    case Header.EVENT:
      return hasSpan(message, Span.EVENT);
    case Header.RACK:
      return message.rackRseq >= 0;
    case Header.RSEQ:
      return message.rseq >= 0;
    case Header.MIN_SE:
      return message.minSe >= 0;
    case Header.SUBSCRIPTION_STATE:
      return message.subscriptionState !== SubscriptionState.NONE;
    default:
      return false;
  }
}

function takeContentLength(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): ParseError {
  if (message.contentLength >= 0) return ParseError.DUPLICATE_CONTENT_LENGTH;
  message.contentLength = readNumberValue(buf, start, end);
  return message.contentLength < 0 ? ParseError.BAD_CONTENT_LENGTH : ParseError.NONE;
}

/** Headers that a message may have, and is bad when they are unreadable. */
function parseOptionalValue(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
  header: Header,
): ParseError {
  switch (header) {
    case Header.CONTENT_TYPE:
      return isContentType(buf, start, end) ? ParseError.NONE : ParseError.BAD_CONTENT_TYPE;
    case Header.RECORD_ROUTE:
      return isAddressList(buf, start, end, message)
        ? ParseError.NONE
        : ParseError.BAD_RECORD_ROUTE;
    case Header.EXPIRES:
      return takeExpires(buf, start, end, message);
    case Header.SESSION_EXPIRES:
      return parseSessionExpires(buf, start, end, message)
        ? ParseError.NONE
        : ParseError.BAD_SESSION_EXPIRES;
    case Header.EVENT:
      return parseEvent(buf, start, end, message) ? ParseError.NONE : ParseError.BAD_EVENT;
    case Header.RACK:
      return parseRack(buf, start, end, message) ? ParseError.NONE : ParseError.BAD_RACK;
    default:
      parseTolerantValue(buf, start, end, message, header);
      return ParseError.NONE;
  }
}

/** A date, which RFC 2543 allowed, is odd: servers take it, and here it says nothing. */
function takeExpires(buf: Uint8Array, start: number, end: number, message: SipMessage): ParseError {
  const seconds = readNumberValue(buf, start, end);
  message.expires = seconds < 0 ? -1 : seconds;
  if (seconds >= 0) return ParseError.NONE;
  if (!isDate(buf, start, end)) return ParseError.BAD_EXPIRES;
  message.oddities |= 1 << Oddity.BAD_DATE;
  return ParseError.NONE;
}

/** Headers whose values are at most odd. */
function parseTolerantValue(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
  header: Header,
): void {
  switch (header) {
    case Header.MAX_FORWARDS:
      parseMaxForwards(buf, start, end, message);
      break;
    case Header.USER_AGENT:
    case Header.SERVER:
      if (!hasSpan(message, Span.USER_AGENT)) setSpan(message, Span.USER_AGENT, start, end);
      break;
    case Header.RSEQ:
      message.rseq = numberOrOdd(buf, start, end, message);
      break;
    case Header.MIN_SE:
      message.minSe = numberOrOdd(buf, start, endOfMinSe(buf, start, end), message);
      break;
    case Header.SUBSCRIPTION_STATE:
      if (!parseSubscriptionState(buf, start, end, message)) noteParameter(message);
      break;
    default:
      if (!isReadable(buf, start, end, message, header)) message.oddities |= 1 << oddityOf(header);
  }
}

function noteParameter(message: SipMessage): void {
  message.oddities |= 1 << Oddity.BAD_PARAMETER;
}

/** The number that the value is; odd, and -1, when it is none. */
function numberOrOdd(buf: Uint8Array, start: number, end: number, message: SipMessage): number {
  const number = readNumberValue(buf, start, end);
  if (number >= 0) return number;
  noteParameter(message);
  return -1;
}

/** RFC 4028 5: delta-seconds *( SEMI generic-param ). The parameters mean nothing. */
function endOfMinSe(buf: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && readUint8(buf, i) !== SEMICOLON) i++;
  return i;
}

function isReadable(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
  header: Header,
): boolean {
  switch (header) {
    case Header.DATE:
      return isDate(buf, start, end);
    case Header.REQUIRE:
    case Header.PROXY_REQUIRE:
      return isOptionTags(buf, start, end);
    case Header.AUTHORIZATION:
    case Header.PROXY_AUTHORIZATION:
      return isCredentials(buf, start, end);
    default:
      return isAddressList(buf, start, end, message);
  }
}

function oddityOf(header: Header): Oddity {
  switch (header) {
    case Header.DATE:
      return Oddity.BAD_DATE;
    case Header.REQUIRE:
    case Header.PROXY_REQUIRE:
      return Oddity.BAD_REQUIRE;
    case Header.AUTHORIZATION:
    case Header.PROXY_AUTHORIZATION:
      return Oddity.BAD_AUTHORIZATION;
    case Header.REFER_TO:
      return Oddity.BAD_REFER_TO;
    case Header.ROUTE:
      return Oddity.BAD_ROUTE;
    default:
      return Oddity.BAD_IDENTITY;
  }
}
