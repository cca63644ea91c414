/**
 * To, From, Contact and routes in their usual form: addresses, `"Name" <sip:user@host:port;parameters>`, `Name <sip:…>`, `<sip:…>`, without
 * escapes, a password, headers, an IPv6 reference or anything else that is rare. What is read here,
 * address-headers.ts and contact.ts read the same (test/property/sip-parser.test.ts); what is not, is theirs.
 * Constants stand in this file because an imported one costs a load and a check at each use.
 */
import { CharClass, isClass } from './char-class.ts';
import { CONTACTS_MAX, type SipMessage, Span } from './message.ts';
import { endOfPlain, endOfQuotedText, nextLine, wordFrom } from './words.ts';

const TOKEN = CharClass.TOKEN;
const SIP_COLON = wordFrom('sip:');
// Makes the first three letters lower case and leaves the fourth character, the colon, as it is.
const LOWER_THREE = 0x0020_2020;
const CR = 13;
const SP = 32;
const QUOTE = 34;
const COLON = 58;
const SEMICOLON = 59;
const LESS_THAN = 60;
const EQUALS = 61;
const GREATER_THAN = 62;
const COMMA = 44;
const AT = 64;
const ZERO = 48;
const SLASH = 47;
const OPEN_BRACKET = 91;
const SEMICOLON_TAG = wordFrom(';tag');
const CONTACT_LIMIT = CONTACTS_MAX;
const FROM_TAG = 2 * Span.FROM_TAG;
const TO_URI = 2 * Span.TO_URI;
const TO_TAG = 2 * Span.TO_TAG;
/** For spans that nobody asks for. */
const dropped = new Int32Array(2);

/**
 * An address and perhaps one tag; `uriColumn` is that of the header's URI in `spans`. Returns where the next
 * line begins, or -1 when the value is not of the usual form or the header stood before.
 */
export function readUsualToOrFrom(
  words: DataView,
  start: number,
  last: number,
  message: SipMessage,
  uriColumn: number,
): number {
  const spans = message.spans;
  if ((spans[uriColumn] ?? 0) >= 0) return -1;
  let i = readUsualAddress(words, start, last, spans, uriColumn);
  if (i < 0) return -1;
  const tag = i + 5;
  const hasTag =
    i < last && words.getInt32(i, true) === SEMICOLON_TAG && words.getUint8(i + 4) === EQUALS;
  if (hasTag) i = endOfPlain(words, tag, last);
  const next = i === tag ? -1 : nextLine(words, i, last);
  if (next < 0) {
    spans[uriColumn] = -1;
    spans[uriColumn + 1] = -1;
    return -1;
  }
  if (hasTag) {
    const tagColumn = uriColumn === TO_URI ? TO_TAG : FROM_TAG;
    spans[tagColumn] = tag;
    spans[tagColumn + 1] = i - tag;
  }
  return next;
}

/** One address without header parameters, in brackets or not: the next line, or -1. */
export function readUsualContact(
  words: DataView,
  start: number,
  last: number,
  message: SipMessage,
): number {
  const index = message.contactCount;
  if (index === CONTACT_LIMIT) return -1;
  const contacts = message.contacts;
  const column = 4 * index;
  let end = readBareAddress(words, start, last, contacts, column);
  if (end < 0) end = readUsualAddress(words, start, last, contacts, column);
  const next = nextLine(words, end, last);
  if (next < 0) return -1;
  contacts[column + 2] = -1;
  contacts[column + 3] = -1;
  message.contactExpires[index] = -1;
  message.contactRegId[index] = -1;
  message.contactCount = index + 1;
  return next;
}

/** Addresses, one after the other, of which nothing is kept: the next line, or -1. */
export function readUsualAddresses(words: DataView, start: number, last: number): number {
  let i = start;
  for (;;) {
    i = readUsualAddress(words, i, last, dropped, 0);
    if (i < 0 || i > last) return -1;
    if (words.getUint8(i) !== COMMA) return nextLine(words, i, last);
    i++;
  }
}

/** A URI that is all of the line: parameters would be the header's, and are not usual. */
function readBareAddress(
  words: DataView,
  start: number,
  last: number,
  spans: Int32Array,
  column: number,
): number {
  if (start > last) return -1;
  const uri = words.getUint8(start) === SP ? start + 1 : start;
  const end = endOfUsualHost(words, uri, last);
  if (end < 0 || words.getUint8(end) !== CR) return -1;
  spans[column] = uri;
  spans[column + 1] = end - uri;
  return end;
}

/** Read the address at `start`; keeps nothing when it returns -1. */
function readUsualAddress(
  words: DataView,
  start: number,
  last: number,
  spans: Int32Array,
  column: number,
): number {
  let i = start;
  if (i > last) return -1;
  if (words.getUint8(i) === SP) i++;
  if (words.getUint8(i) !== LESS_THAN) {
    i = endOfDisplayName(words, i, last);
    if (i < 0) return -1;
  }
  const uri = i + 1;
  i = endOfUsualUri(words, uri, last);
  if (i < 0 || words.getUint8(i) !== GREATER_THAN) return -1;
  spans[column] = uri;
  spans[column + 1] = i - uri;
  return i + 1;
}

/** A quoted string without escapes, or one token, and perhaps a space: where the `<` behind it is, or -1. */
function endOfDisplayName(words: DataView, start: number, last: number): number {
  let i = start;
  if (words.getUint8(i) === QUOTE) {
    i = endOfQuotedText(words, i + 1, last);
    if (i < 0 || words.getUint8(i) !== QUOTE) return -1;
    i++;
  } else {
    while (i < last && isClass(words.getUint8(i), TOKEN)) i++;
  }
  if (i < last && words.getUint8(i) === SP) i++;
  return i <= last && words.getUint8(i) === LESS_THAN ? i : -1;
}

/** Where the SIP URI at `start` ends, or its parameters begin; -1 when it is not of the usual form. */
function endOfUsualHost(words: DataView, start: number, last: number): number {
  if (start > last || (words.getInt32(start, true) | LOWER_THREE) !== SIP_COLON) return -1;
  let host = start + 4;
  let i = endOfPlain(words, host, last);
  if (i < 0) return -1;
  let stop = words.getUint8(i);
  if (stop === AT) {
    host = i + 1;
    i = endOfPlain(words, host, last);
    if (i < 0) return -1;
    stop = words.getUint8(i);
  }
  const first = words.getUint8(host);
  if (i === host || first === OPEN_BRACKET || first === SLASH) return -1;
  if (stop === COLON) {
    const digits = ++i;
    while (i <= last && (words.getUint8(i) ^ ZERO) < 10) i++;
    if (i === digits || i > last) return -1;
  }
  return i;
}

/** Where the SIP URI at `start` ends, or -1 when it is not of the usual form. */
export function endOfUsualUri(words: DataView, start: number, last: number): number {
  let i = endOfUsualHost(words, start, last);
  if (i < 0) return -1;
  let stop = words.getUint8(i);
  if (stop !== SEMICOLON) return i;
  do {
    i = endOfPlain(words, i + 1, last);
    if (i < 0) return -1;
    stop = words.getUint8(i);
  } while (stop === SEMICOLON || stop === EQUALS);
  return i;
}
