/**
 * The header block (RFC 3261 7.3), line by line to the empty one. The usual form of the usual headers is
 * read here by words of four bytes; whatever is not usual goes to `parseHeaderField`, which reads the same.
 */
import { readUint8 } from '../core/bytes.ts';
import { readUsualToOrFrom } from './address-headers.ts';
import { readUsualCallId } from './call-id.ts';
import { CharClass, COLON, CR, endOfClass, LF, SP } from './char-class.ts';
import { readUsualContact } from './contact.ts';
import {
  endOfUsualContentType,
  readUsualContentLength,
  readUsualMaxForwards,
} from './content-headers.ts';
import { readUsualCseq } from './cseq.ts';
import { parseHeaderField } from './header-field.ts';
import { Header, headerOf } from './header-name.ts';
import { skipUsualLine } from './line.ts';
import { hasSpan, type SipMessage, Span, setSpan } from './message.ts';
import { Oddity } from './oddity.ts';
import { readUsualVia } from './via.ts';
import { LOWER, wordFrom, wordsOf } from './words.ts';

// Names in words. A mask makes letters lower case; `-` and `:` must be as they are.
const VIA_COLON = wordFrom('via:');
const LETTERS_3 = 0x0020_2020;
const TO_COLON = wordFrom('to:\0');
const LETTERS_2 = 0x0000_2020;
const THREE_BYTES = 0x00ff_ffff;
const FROM = wordFrom('from');
const CSEQ = wordFrom('cseq');
const CALL = wordFrom('call');
const ID_COLON = wordFrom('-id:');
const LETTERS_ID = 0x0020_2000;
const CONT = wordFrom('cont');
const ACT_COLON = wordFrom('act:');
const ENT_HYPHEN = wordFrom('ent-');
const LENG = wordFrom('leng');
const TYPE = wordFrom('type');
const MAX_HYPHEN = wordFrom('max-');
const FORW = wordFrom('forw');
const ARDS = wordFrom('ards');
/** Every name below and its first bytes fit: no word is read beyond the data. */
const USUAL_BYTES_MIN = 20;

/**
 * Read headers from `start` to the empty line. Returns where the body begins, `end` when the data stopped
 * before an empty line (then `message.headersTruncated` is set), or -1 with `message.error` set.
 */
export function parseHeaderBlock(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): number {
  let i = start;
  while (i < end) {
    const byte = readUint8(buf, i);
    if (byte === CR && i + 1 < end && readUint8(buf, i + 1) === LF) return i + 2;
    if (byte === LF) {
      message.oddities |= 1 << Oddity.BARE_LF;
      return i + 1;
    }
    let next = i + USUAL_BYTES_MIN <= end ? readUsualHeader(buf, i, end, message) : -1;
    if (next < 0) next = parseHeaderField(buf, i, end, message);
    if (next < 0) return -1;
    i = next;
  }
  message.headersTruncated = true;
  return end;
}

/** The next line, or -1 when the line at `start` is not the usual form of anything. */
function readUsualHeader(buf: Uint8Array, start: number, end: number, message: SipMessage): number {
  const words = wordsOf(buf);
  const word = words.getInt32(start, true);
  const lower = word | LOWER;
  if ((word | LETTERS_3) === VIA_COLON) {
    return readUsualVia(buf, valueAt(buf, start + 4), end, message);
  }
  if (((word | LETTERS_2) & THREE_BYTES) === TO_COLON) {
    if (hasSpan(message, Span.TO_URI)) return -1;
    return readUsualToOrFrom(buf, valueAt(buf, start + 3), end, message, Span.TO_URI);
  }
  if (lower === FROM && readUint8(buf, start + 4) === COLON) {
    if (hasSpan(message, Span.FROM_URI)) return -1;
    return readUsualToOrFrom(buf, valueAt(buf, start + 5), end, message, Span.FROM_URI);
  }
  if (lower === CSEQ && readUint8(buf, start + 4) === COLON) {
    if (hasSpan(message, Span.CSEQ_METHOD)) return -1;
    return readUsualCseq(buf, valueAt(buf, start + 5), end, message);
  }
  if (lower === CALL && (words.getInt32(start + 4, true) | LETTERS_ID) === ID_COLON) {
    if (hasSpan(message, Span.CALL_ID)) return -1;
    return readUsualCallId(buf, valueAt(buf, start + 8), end, message);
  }
  if (lower === CONT) return readUsualContentHeader(buf, start, end, message);
  if ((word | LETTERS_3) === MAX_HYPHEN && isMaxForwards(buf, start)) {
    return readUsualMaxForwards(buf, valueAt(buf, start + 13), end, message);
  }
  return skipUsualHeader(buf, start, end, message);
}

/** One space behind the colon is usual. */
function valueAt(buf: Uint8Array, start: number): number {
  return readUint8(buf, start) === SP ? start + 1 : start;
}

/** Contact, Content-Length and Content-Type. */
function readUsualContentHeader(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): number {
  const words = wordsOf(buf);
  const second = words.getInt32(start + 4, true) | LETTERS_3;
  if (second === ACT_COLON) {
    return readUsualContact(buf, valueAt(buf, start + 8), end, message);
  }
  if (second !== ENT_HYPHEN) return skipUsualHeader(buf, start, end, message);
  const third = words.getInt32(start + 8, true) | LOWER;
  if (third === TYPE && readUint8(buf, start + 12) === COLON) {
    return endOfUsualContentType(buf, valueAt(buf, start + 13), end);
  }
  if (third !== LENG || !isLengthEnd(buf, start + 12)) {
    return skipUsualHeader(buf, start, end, message);
  }
  if (message.contentLength >= 0) return -1;
  return readUsualContentLength(buf, valueAt(buf, start + 15), end, message);
}

/** `th:` */
function isLengthEnd(buf: Uint8Array, start: number): boolean {
  return (
    (readUint8(buf, start) | 0x20) === 116 &&
    (readUint8(buf, start + 1) | 0x20) === 104 &&
    readUint8(buf, start + 2) === COLON
  );
}

function isMaxForwards(buf: Uint8Array, start: number): boolean {
  const words = wordsOf(buf);
  return (
    (words.getInt32(start + 4, true) | LOWER) === FORW &&
    (words.getInt32(start + 8, true) | LOWER) === ARDS &&
    readUint8(buf, start + 12) === COLON
  );
}

/** Headers that nobody reads, and the two of which the value is kept as it is. */
function skipUsualHeader(buf: Uint8Array, start: number, end: number, message: SipMessage): number {
  const nameEnd = endOfClass(buf, start, end, CharClass.TOKEN);
  // A name of one letter may be a compact one.
  if (nameEnd - start < 2 || nameEnd >= end || readUint8(buf, nameEnd) !== COLON) return -1;
  const header = headerOf(buf, start, nameEnd - start);
  if (header === Header.UNKNOWN) return skipUsualLine(buf, nameEnd + 1, end);
  if (header !== Header.USER_AGENT && header !== Header.SERVER) return -1;
  const valueStart = valueAt(buf, nameEnd + 1);
  const next = skipUsualLine(buf, valueStart, end);
  if (next < 0 || readUint8(buf, valueStart) === SP || readUint8(buf, next - 3) === SP) return -1;
  if (!hasSpan(message, Span.USER_AGENT)) {
    setSpan(message, Span.USER_AGENT, valueStart, next - 2);
  }
  return next;
}
