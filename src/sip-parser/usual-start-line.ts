/**
 * Start lines in their usual form: single spaces, SIP/2.0, CRLF, a method or status that is known, a plain
 * SIP URI. What is read here, start-line.ts reads the same; what is not, is its.
 */
import { MessageKind, type SipMessage, Span } from './message.ts';
import { Method } from './method.ts';
import { methodOf } from './method-token.ts';
import { endOfUsualUri } from './usual-address.ts';
import { endOfPlain, endOfText, nextLine, wordFrom, wordsOf } from './words.ts';

const REQUEST = MessageKind.REQUEST;
const RESPONSE = MessageKind.RESPONSE;
const UNKNOWN_METHOD = Method.OTHER;
const METHOD = 2 * Span.METHOD;
const REQUEST_URI = 2 * Span.REQUEST_URI;
const SIP_SLASH = wordFrom('SIP/');
const TWO_ZERO_SPACE = wordFrom('2.0 ');
const TWO_ZERO_CR = wordFrom('2.0\r');
const DIGITS_SPACE = wordFrom('000 ');
const SP = 32;
const LF = 10;

/** Read the start line at `start`. Returns where the headers begin, or -1 when it is not of the usual form. */
export function readUsualStartLine(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): number {
  const words = wordsOf(buf);
  const last = end - 4;
  if (start + 8 > last) return -1;
  if (words.getInt32(start, true) === SIP_SLASH) {
    return readUsualStatusLine(words, start, last, message);
  }
  return readUsualRequestLine(buf, start, last, message);
}

function readUsualStatusLine(
  words: DataView,
  start: number,
  last: number,
  message: SipMessage,
): number {
  if (words.getInt32(start + 4, true) !== TWO_ZERO_SPACE) return -1;
  // Three digits and a space in one word; a byte that is none leaves its range.
  const status = words.getInt32(start + 8, true) - DIGITS_SPACE;
  const hundreds = status & 0xff;
  const tens = (status >> 8) & 0xff;
  const ones = (status >> 16) & 0xff;
  if (status >>> 24 !== 0 || hundreds === 0 || hundreds > 6 || tens > 9 || ones > 9) return -1;
  const next = nextLine(words, endOfText(words, start + 12, last), last);
  if (next < 0) return -1;
  message.kind = RESPONSE;
  message.statusCode = hundreds * 100 + tens * 10 + ones;
  return next;
}

function readUsualRequestLine(
  buf: Uint8Array,
  start: number,
  last: number,
  message: SipMessage,
): number {
  const words = wordsOf(buf);
  const methodEnd = endOfPlain(words, start, last);
  if (methodEnd < 0 || words.getUint8(methodEnd) !== SP) return -1;
  const method = methodOf(words, start, methodEnd - start);
  if (method === UNKNOWN_METHOD) return -1;
  const uriEnd = endOfUsualUri(words, methodEnd + 1, last);
  if (uriEnd < 0 || uriEnd + 7 > last || words.getUint8(uriEnd) !== SP) return -1;
  if (words.getInt32(uriEnd + 1, true) !== SIP_SLASH) return -1;
  if (words.getInt32(uriEnd + 5, true) !== TWO_ZERO_CR) return -1;
  if (words.getUint8(uriEnd + 9) !== LF) return -1;
  message.kind = REQUEST;
  message.method = method;
  message.requestLineReadable = true;
  const spans = message.spans;
  spans[METHOD] = start;
  spans[METHOD + 1] = methodEnd - start;
  spans[REQUEST_URI] = methodEnd + 1;
  spans[REQUEST_URI + 1] = uriEnd - methodEnd - 1;
  return uriEnd + 10;
}
