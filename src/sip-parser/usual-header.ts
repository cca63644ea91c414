/**
 * Header lines in their usual form: the long name, no space before the colon and at most one behind it, no
 * fold, CRLF, and nothing rare in the value. They are recognised by words of four bytes, which makes the
 * difference between 1 µs and 0.4 for a message (test/bench/parse-message.ts). What is read here,
 * header-field.ts reads the same (test/property/sip-parser.test.ts); what is not, is its.
 * Constants stand in this file because an imported one costs a load and a check at each use.
 */
import { Header, headerInWords } from './header-name.ts';
import { Refresher, type SipMessage, Span } from './message.ts';
import { Method } from './method.ts';
import { methodOf } from './method-token.ts';
import { readUsualAddresses, readUsualContact, readUsualToOrFrom } from './usual-address.ts';
import { readUsualVia } from './usual-via.ts';
import { endOfPlain, endOfText, endOfVisible, nextLine, wordFrom, wordsOf } from './words.ts';

// Names in words. A mask makes letters lower case; `-` and `:` must be as they are.
const LOWER = 0x2020_2020;
const LOWER_THREE = 0x0020_2020;
const LOWER_TWO = 0x0000_2020;
const LOWER_MIDDLE = 0x0020_2000;
const THREE_BYTES = 0x00ff_ffff;
const VIA_COLON = wordFrom('via:');
const TO_COLON = wordFrom('to:\0');
const FROM = wordFrom('from');
const CSEQ = wordFrom('cseq');
const CALL = wordFrom('call');
const ID_COLON = wordFrom('-id:');
const CONT = wordFrom('cont');
const ACT_COLON = wordFrom('act:');
// Values in words.
const APPL = wordFrom('appl');
const ICAT = wordFrom('icat');
const ION_SLASH = wordFrom('ion/');
const SDP_CR = wordFrom('sdp\r');
const SEMICOLON_REF = wordFrom(';ref');
const RESH = wordFrom('resh');
const ER_EQUALS_U = wordFrom('er=u');

const SP = 32;
const ZERO = 48;
const COLON = 58;
const SEMICOLON = 59;
const LETTER_A = 97;
const LETTER_C = 99;
const LETTER_S = 115;
const SAFE_DIGITS = 9;

const UNKNOWN_METHOD = Method.OTHER;
const NO_REFRESHER = Refresher.NONE;
const REFRESHER_UAC = Refresher.UAC;
const REFRESHER_UAS = Refresher.UAS;
const UNKNOWN_HEADER = Header.UNKNOWN;
const CONTENT_LENGTH = Header.CONTENT_LENGTH;
const CONTENT_TYPE = Header.CONTENT_TYPE;
const MAX_FORWARDS = Header.MAX_FORWARDS;
const USER_AGENT_HEADER = Header.USER_AGENT;
const SERVER_HEADER = Header.SERVER;
const EXPIRES = Header.EXPIRES;
const SESSION_EXPIRES = Header.SESSION_EXPIRES;
const MIN_SE = Header.MIN_SE;
const ROUTE = Header.ROUTE;
const RECORD_ROUTE = Header.RECORD_ROUTE;
const ASSERTED_IDENTITY = Header.P_ASSERTED_IDENTITY;
const PREFERRED_IDENTITY = Header.P_PREFERRED_IDENTITY;
const FROM_URI = 2 * Span.FROM_URI;
const TO_URI = 2 * Span.TO_URI;
const CALL_ID = 2 * Span.CALL_ID;
const CSEQ_METHOD = 2 * Span.CSEQ_METHOD;
const USER_AGENT = 2 * Span.USER_AGENT;

/**
 * Bytes that must follow a line's start for `readUsualHeader`: all names above and their first bytes of value,
 * so that no word is read beyond the data.
 */
export const USUAL_BYTES_MIN = 20;

/**
 * Read the header line at `start`. Returns where the next line begins, or -1 when it is not of the usual form
 * or a field that must not stand twice; nothing is kept then.
 */
export function readUsualHeader(
  buf: Uint8Array,
  start: number,
  last: number,
  message: SipMessage,
): number {
  const words = wordsOf(buf);
  const word = words.getInt32(start, true);
  switch (word | LOWER) {
    case VIA_COLON:
      if ((word | LOWER_THREE) !== VIA_COLON) return -1;
      return readUsualVia(words, start + 4, last, message);
    case FROM:
      if (words.getUint8(start + 4) !== COLON) return -1;
      return readUsualToOrFrom(words, start + 5, last, message, FROM_URI);
    case CSEQ:
      if (words.getUint8(start + 4) !== COLON) return -1;
      return readUsualCseq(words, start + 5, last, message);
    case CALL:
      if ((words.getInt32(start + 4, true) | LOWER_MIDDLE) !== ID_COLON) return -1;
      return readUsualCallId(words, start + 8, last, message);
    case CONT:
      if ((words.getInt32(start + 4, true) | LOWER_THREE) !== ACT_COLON) break;
      return readUsualContact(words, start + 8, last, message);
    default:
      if (((word | LOWER_TWO) & THREE_BYTES) !== TO_COLON) break;
      return readUsualToOrFrom(words, start + 3, last, message, TO_URI);
  }
  return readOtherUsualHeader(words, start, last, message);
}

/** One visible word. */
function readUsualCallId(
  words: DataView,
  start: number,
  last: number,
  message: SipMessage,
): number {
  const spans = message.spans;
  const value = words.getUint8(start) === SP ? start + 1 : start;
  const end = endOfVisible(words, value, last);
  const next = end === value || (spans[CALL_ID] ?? 0) >= 0 ? -1 : nextLine(words, end, last);
  if (next < 0) return -1;
  spans[CALL_ID] = value;
  spans[CALL_ID + 1] = end - value;
  return next;
}

/** A number, one space, a method of ours. */
function readUsualCseq(words: DataView, start: number, last: number, message: SipMessage): number {
  const spans = message.spans;
  const value = words.getUint8(start) === SP ? start + 1 : start;
  let number = 0;
  let i = value;
  for (; i <= last; i++) {
    const digit = words.getUint8(i) - ZERO;
    if (digit < 0 || digit > 9 || i - value > SAFE_DIGITS) break;
    number = number * 10 + digit;
  }
  if (i === value || i - value > SAFE_DIGITS || i > last || words.getUint8(i) !== SP) return -1;
  const methodStart = i + 1;
  const methodEnd = endOfPlain(words, methodStart, last);
  const next = (spans[CSEQ_METHOD] ?? 0) >= 0 ? -1 : nextLine(words, methodEnd, last);
  if (next < 0) return -1;
  const method = methodOf(words, methodStart, methodEnd - methodStart);
  if (method === UNKNOWN_METHOD) return -1;
  message.cseqNumber = number;
  message.cseqMethod = method;
  spans[CSEQ_METHOD] = methodStart;
  spans[CSEQ_METHOD + 1] = methodEnd - methodStart;
  return next;
}

/** All but those, and what nobody reads. */
function readOtherUsualHeader(
  words: DataView,
  start: number,
  last: number,
  message: SipMessage,
): number {
  const nameEnd = endOfPlain(words, start, last);
  // A name of one letter may be a compact one.
  if (nameEnd < start + 2 || nameEnd > last || words.getUint8(nameEnd) !== COLON) return -1;
  const header = headerInWords(words, start, nameEnd - start);
  switch (header) {
    case UNKNOWN_HEADER:
      return nextLine(words, endOfText(words, nameEnd + 1, last), last);
    case CONTENT_LENGTH:
      return readUsualContentLength(words, nameEnd + 1, last, message);
    case CONTENT_TYPE:
      return skipUsualContentType(words, nameEnd + 1, last);
    case MAX_FORWARDS:
      return readUsualMaxForwards(words, nameEnd + 1, last, message);
    case USER_AGENT_HEADER:
    case SERVER_HEADER:
      return readUsualUserAgent(words, nameEnd + 1, last, message);
    case EXPIRES:
    case SESSION_EXPIRES:
    case MIN_SE:
      return readUsualTime(words, nameEnd + 1, last, message, header);
    case ROUTE:
    case RECORD_ROUTE:
    case ASSERTED_IDENTITY:
    case PREFERRED_IDENTITY:
      return readUsualAddresses(words, nameEnd + 1, last);
    default:
      return -1;
  }
}

function readUsualContentLength(
  words: DataView,
  start: number,
  last: number,
  message: SipMessage,
): number {
  let value = start;
  while (value <= last && words.getUint8(value) === SP) value++;
  let length = 0;
  let i = value;
  for (; i <= last; i++) {
    const digit = words.getUint8(i) - ZERO;
    if (digit < 0 || digit > 9 || i - value > SAFE_DIGITS) break;
    length = length * 10 + digit;
  }
  if (i === value || i - value > SAFE_DIGITS || message.contentLength >= 0) return -1;
  const next = nextLine(words, i, last);
  if (next >= 0) message.contentLength = length;
  return next;
}

/** Seconds, of a session's perhaps with who refreshes it, and nothing else. */
function readUsualTime(
  words: DataView,
  start: number,
  last: number,
  message: SipMessage,
  header: Header,
): number {
  const value = words.getUint8(start) === SP ? start + 1 : start;
  const end = endOfUsualNumber(words, value, last);
  if (end < 0) return -1;
  if (header === SESSION_EXPIRES) {
    return readUsualSessionExpires(words, value, end, last, message);
  }
  const next = nextLine(words, end, last);
  if (next < 0) return -1;
  const seconds = numberAt(words, value, end);
  if (header === EXPIRES) {
    if (message.expires >= 0) return -1;
    message.expires = seconds;
  } else {
    if (message.minSe >= 0) return -1;
    message.minSe = seconds;
  }
  return next;
}

function readUsualSessionExpires(
  words: DataView,
  value: number,
  end: number,
  last: number,
  message: SipMessage,
): number {
  if (message.sessionExpires >= 0) return -1;
  let refresher: Refresher = NO_REFRESHER;
  let i = end;
  if (words.getUint8(i) === SEMICOLON) {
    if (i + 10 > last || words.getInt32(i, true) !== SEMICOLON_REF) return -1;
    if (words.getInt32(i + 4, true) !== RESH) return -1;
    if (words.getInt32(i + 8, true) !== ER_EQUALS_U || words.getUint8(i + 12) !== LETTER_A)
      return -1;
    const side = words.getUint8(i + 13);
    if (side !== LETTER_C && side !== LETTER_S) return -1;
    refresher = side === LETTER_C ? REFRESHER_UAC : REFRESHER_UAS;
    i += 14;
  }
  const next = nextLine(words, i, last);
  if (next < 0) return -1;
  message.sessionExpires = numberAt(words, value, end);
  message.refresher = refresher;
  return next;
}

/** Where the digits from `start` on end, one to nine; else -1. */
function endOfUsualNumber(words: DataView, start: number, last: number): number {
  let i = start;
  while (i <= last && (words.getUint8(i) ^ ZERO) < 10 && i - start <= SAFE_DIGITS) i++;
  return i === start || i - start > SAFE_DIGITS || i > last ? -1 : i;
}

/** The number that the digits from `start` to `end` are. */
function numberAt(words: DataView, start: number, end: number): number {
  let number = 0;
  for (let i = start; i < end; i++) number = number * 10 + (words.getUint8(i) ^ ZERO);
  return number;
}

/** application/sdp */
function skipUsualContentType(words: DataView, start: number, last: number): number {
  const value = words.getUint8(start) === SP ? start + 1 : start;
  if (value + 12 > last) return -1;
  if (words.getInt32(value, true) !== APPL || words.getInt32(value + 4, true) !== ICAT) return -1;
  if (words.getInt32(value + 8, true) !== ION_SLASH) return -1;
  if (words.getInt32(value + 12, true) !== SDP_CR) return -1;
  return nextLine(words, value + 15, last);
}

/** One or two digits. */
function readUsualMaxForwards(
  words: DataView,
  start: number,
  last: number,
  message: SipMessage,
): number {
  const value = words.getUint8(start) === SP ? start + 1 : start;
  if (value >= last || (words.getUint8(value) ^ ZERO) > 9) return -1;
  const end = (words.getUint8(value + 1) ^ ZERO) > 9 ? value + 1 : value + 2;
  const next = nextLine(words, end, last);
  if (next >= 0) message.hasMaxForwards = true;
  return next;
}

function readUsualUserAgent(
  words: DataView,
  start: number,
  last: number,
  message: SipMessage,
): number {
  const value = words.getUint8(start) === SP ? start + 1 : start;
  const end = endOfText(words, value, last);
  const next = nextLine(words, end, last);
  // White space around the value is for header-field.ts to take off.
  if (next < 0 || words.getUint8(value) === SP || words.getUint8(end - 1) === SP) return -1;
  const spans = message.spans;
  if ((spans[USER_AGENT] ?? 0) < 0) {
    spans[USER_AGENT] = value;
    spans[USER_AGENT + 1] = end - value;
  }
  return next;
}
