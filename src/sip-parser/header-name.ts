/**
 * Which header field a name means (RFC 3261 7.3.1, 7.3.3: any case, long or compact). Headers that
 * nobody here reads are UNKNOWN; the compact names among them are known as names all the same.
 */
import { assert } from '../core/assert.ts';
import { readUint8 } from '../core/bytes.ts';

export const Header = {
  UNKNOWN: 0,
  VIA: 1,
  FROM: 2,
  TO: 3,
  CALL_ID: 4,
  CSEQ: 5,
  CONTACT: 6,
  CONTENT_LENGTH: 7,
  CONTENT_TYPE: 8,
  MAX_FORWARDS: 9,
  RECORD_ROUTE: 10,
  ROUTE: 11,
  EXPIRES: 12,
  SESSION_EXPIRES: 13,
  MIN_SE: 14,
  EVENT: 15,
  SUBSCRIPTION_STATE: 16,
  RSEQ: 17,
  RACK: 18,
  USER_AGENT: 19,
  SERVER: 20,
  DATE: 21,
  REQUIRE: 22,
  PROXY_REQUIRE: 23,
  P_ASSERTED_IDENTITY: 24,
  P_PREFERRED_IDENTITY: 25,
  AUTHORIZATION: 26,
  PROXY_AUTHORIZATION: 27,
  REFER_TO: 28,
} as const;
export type Header = (typeof Header)[keyof typeof Header];

const NAMES: readonly (readonly [string, Header])[] = [
  ['via', Header.VIA],
  ['from', Header.FROM],
  ['to', Header.TO],
  ['call-id', Header.CALL_ID],
  ['cseq', Header.CSEQ],
  ['contact', Header.CONTACT],
  ['content-length', Header.CONTENT_LENGTH],
  ['content-type', Header.CONTENT_TYPE],
  ['max-forwards', Header.MAX_FORWARDS],
  ['record-route', Header.RECORD_ROUTE],
  ['route', Header.ROUTE],
  ['expires', Header.EXPIRES],
  ['session-expires', Header.SESSION_EXPIRES],
  ['min-se', Header.MIN_SE],
  ['event', Header.EVENT],
  ['subscription-state', Header.SUBSCRIPTION_STATE],
  ['rseq', Header.RSEQ],
  ['rack', Header.RACK],
  ['user-agent', Header.USER_AGENT],
  ['server', Header.SERVER],
  ['date', Header.DATE],
  ['require', Header.REQUIRE],
  ['proxy-require', Header.PROXY_REQUIRE],
  ['p-asserted-identity', Header.P_ASSERTED_IDENTITY],
  ['p-preferred-identity', Header.P_PREFERRED_IDENTITY],
  ['authorization', Header.AUTHORIZATION],
  ['proxy-authorization', Header.PROXY_AUTHORIZATION],
  ['refer-to', Header.REFER_TO],
];

// Compact forms (RFC 3261 7.3.3, 3515, 3841, 3892, 4028, 6665, 8224), indexed by letter.
const COMPACT_NAMES: readonly (readonly [string, Header])[] = [
  ['v', Header.VIA],
  ['f', Header.FROM],
  ['t', Header.TO],
  ['i', Header.CALL_ID],
  ['m', Header.CONTACT],
  ['l', Header.CONTENT_LENGTH],
  ['c', Header.CONTENT_TYPE],
  ['x', Header.SESSION_EXPIRES],
  ['o', Header.EVENT],
  ['r', Header.REFER_TO],
  ['a', Header.UNKNOWN],
  ['b', Header.UNKNOWN],
  ['d', Header.UNKNOWN],
  ['e', Header.UNKNOWN],
  ['j', Header.UNKNOWN],
  ['k', Header.UNKNOWN],
  ['n', Header.UNKNOWN],
  ['s', Header.UNKNOWN],
  ['u', Header.UNKNOWN],
  ['y', Header.UNKNOWN],
];

const SLOTS = 256;
const NAME_LENGTH_MIN = 2;
const NAME_LENGTH_MAX = 31;
const WORDS_PER_NAME = 8;
const LOWER_CASE = 0x20;
const HYPHEN = 45;
const LETTERS = 32;

// A name's length, first and last letter pick one slot; only the name in it can be the one. It is kept as
// words of four bytes, the last filled up, with the bits to set before comparing: 0x20 in each letter, all in
// the bytes behind the name.
const headerInSlot: Header[] = new Array<Header>(SLOTS).fill(Header.UNKNOWN);
const lengthInSlot = new Uint8Array(SLOTS);
const wordsInSlot = new Int32Array(SLOTS * WORDS_PER_NAME);
const masksInSlot = new Int32Array(SLOTS * WORDS_PER_NAME);
const compactHeader: Header[] = new Array<Header>(LETTERS).fill(Header.UNKNOWN);
const isCompact = new Uint8Array(LETTERS);

function slotOf(length: number, first: number, last: number): number {
  return (length * 7 + (first & 31) * 13 + (last & 31)) & (SLOTS - 1);
}

for (const [name, header] of NAMES) {
  const slot = slotOf(name.length, name.charCodeAt(0), name.charCodeAt(name.length - 1));
  assert(lengthInSlot[slot] === 0, `header name ${name} shares its slot`);
  headerInSlot[slot] = header;
  lengthInSlot[slot] = name.length;
  for (let i = 0; i < WORDS_PER_NAME * 4; i++) {
    const word = slot * WORDS_PER_NAME + (i >> 2);
    const byte = i < name.length ? name.charCodeAt(i) : 0xff;
    const mask = i >= name.length ? 0xff : byte === HYPHEN ? 0 : LOWER_CASE;
    wordsInSlot[word] = (wordsInSlot[word] ?? 0) | (byte << (8 * (i & 3)));
    masksInSlot[word] = (masksInSlot[word] ?? 0) | (mask << (8 * (i & 3)));
  }
}
for (const [letter, header] of COMPACT_NAMES) {
  compactHeader[letter.charCodeAt(0) & 31] = header;
  isCompact[letter.charCodeAt(0) & 31] = 1;
}

/** The header that `length` bytes at `start` name, in any case; not the compact forms. */
export function headerOf(buf: Uint8Array, start: number, length: number): Header {
  if (length < NAME_LENGTH_MIN || length > NAME_LENGTH_MAX) return Header.UNKNOWN;
  const slot = slotOf(length, readUint8(buf, start), readUint8(buf, start + length - 1));
  if (lengthInSlot[slot] !== length) return Header.UNKNOWN;
  for (let i = 0; i < length; i++) {
    const word = slot * WORDS_PER_NAME + (i >> 2);
    const shift = 8 * (i & 3);
    const byte = readUint8(buf, start + i) | ((masksInSlot[word] ?? 0) >>> shift);
    if (((byte ^ ((wordsInSlot[word] ?? 0) >>> shift)) & 0xff) !== 0) return Header.UNKNOWN;
  }
  return headerInSlot[slot] ?? Header.UNKNOWN;
}

/** The same by words, of which there must be one behind the name. */
export function headerInWords(words: DataView, start: number, length: number): Header {
  if (length < NAME_LENGTH_MIN || length > NAME_LENGTH_MAX) return Header.UNKNOWN;
  const slot = slotOf(length, words.getUint8(start), words.getUint8(start + length - 1));
  if (lengthInSlot[slot] !== length) return Header.UNKNOWN;
  let column = slot * WORDS_PER_NAME;
  for (let i = start; i < start + length; i += 4) {
    const word = words.getInt32(i, true) | (masksInSlot[column] ?? 0);
    if (word !== wordsInSlot[column]) return Header.UNKNOWN;
    column++;
  }
  return headerInSlot[slot] ?? Header.UNKNOWN;
}

/** True for the letters that are compact names, also of headers nobody here reads. */
export function isCompactName(letter: number): boolean {
  const lower = letter | LOWER_CASE;
  return lower >= 97 && lower <= 122 && readUint8(isCompact, lower & 31) === 1;
}

/** The header a compact name means. */
export function compactHeaderOf(letter: number): Header {
  return compactHeader[letter & 31] ?? Header.UNKNOWN;
}
