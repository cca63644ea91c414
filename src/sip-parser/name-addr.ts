/**
 * name-addr and addr-spec (RFC 3261 20.10, 25.1), the value of To, From, Contact, Route, Record-Route and
 * their like:
 *   name-addr = [ display-name ] LAQUOT addr-spec RAQUOT     display-name = *(token LWS) / quoted-string
 * Without `<>` the URI ends at the first `;`, `,` or `?`: what follows belongs to the header.
 */
import { readUint8 } from '../core/bytes.ts';
import {
  BACKSLASH,
  CLOSE_PARENTHESIS,
  COMMA,
  GREATER_THAN,
  isWhiteSpace,
  LESS_THAN,
  OPEN_PARENTHESIS,
  QUESTION_MARK,
  QUOTE,
  SEMICOLON,
  skipWhiteSpace,
  trimEnd,
} from './char-class.ts';
import { Oddity } from './oddity.ts';
import { endOfQuoted, endOfTokens } from './parameter.ts';
import { parseUri, UriError, UriParts } from './uri.ts';

/** An address read last. Reused. */
export class NameAddress {
  uriStart = 0;
  uriEnd = 0;
  readonly uri: UriParts = new UriParts();
  /** Bits of the URI's oddities and URI_WHITE_SPACE. */
  oddities = 0;
}

/**
 * Read the address at `start`. Returns the offset of what follows it and its white space (`;`, `,` or
 * `end` when all is well), or -1 when it is unreadable.
 */
export function parseNameAddress(
  buf: Uint8Array,
  start: number,
  end: number,
  address: NameAddress,
): number {
  address.oddities = 0;
  if (start >= end) return -1;
  let i = start;
  if (readUint8(buf, i) === QUOTE) {
    const quoteEnd = endOfQuoted(buf, i, end);
    if (quoteEnd < 0) return -1;
    i = skipWhiteSpace(buf, quoteEnd, end);
    if (i === end || readUint8(buf, i) !== LESS_THAN) return -1;
    return parseBracketed(buf, i, end, address);
  }
  i = endOfTokens(buf, i, end);
  if (i < end && readUint8(buf, i) === BACKSLASH) {
    i = endOfEscapedName(buf, i, end);
    address.oddities |= 1 << Oddity.BAD_ADDRESS;
  }
  if (i < end && readUint8(buf, i) === LESS_THAN) return parseBracketed(buf, i, end, address);
  return parseBare(buf, start, end, address);
}

/** A display name with escapes outside quotes (`\"name\"`): seen in the field, and unmistakable. */
function endOfEscapedName(buf: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && readUint8(buf, i) === BACKSLASH) {
    i = endOfTokens(buf, skipWhiteSpace(buf, i + 2, end), end);
  }
  return i;
}

function parseBracketed(buf: Uint8Array, start: number, end: number, address: NameAddress): number {
  let close = start + 1;
  while (close < end && readUint8(buf, close) !== GREATER_THAN) close++;
  if (close === end) return -1;
  const uriStart = skipWhiteSpace(buf, start + 1, close);
  const uriEnd = trimEnd(buf, uriStart, close);
  if (uriStart !== start + 1 || uriEnd !== close) address.oddities |= 1 << Oddity.URI_WHITE_SPACE;
  if (!takeUri(buf, uriStart, uriEnd, address)) return -1;
  return skipWhiteSpace(buf, close + 1, end);
}

function parseBare(buf: Uint8Array, start: number, end: number, address: NameAddress): number {
  let i = start;
  while (i < end) {
    const byte = readUint8(buf, i);
    if (byte === SEMICOLON || byte === COMMA || byte === QUESTION_MARK || isWhiteSpace(byte)) break;
    i++;
  }
  if (!takeUri(buf, start, i, address)) return -1;
  return skipWhiteSpace(buf, i, end);
}

function takeUri(buf: Uint8Array, start: number, end: number, address: NameAddress): boolean {
  if (parseUri(buf, start, end, address.uri) !== UriError.NONE) return false;
  address.uriStart = start;
  address.uriEnd = end;
  address.oddities |= address.uri.oddities;
  return true;
}

/** RFC 2543's comment behind an address or a Via. Returns the offset behind it, or -1 if open. */
export function endOfComment(buf: Uint8Array, start: number, end: number): number {
  let depth = 0;
  for (let i = start; i < end; i++) {
    const byte = readUint8(buf, i);
    if (byte === OPEN_PARENTHESIS) depth++;
    else if (byte === CLOSE_PARENTHESIS && --depth === 0) return skipWhiteSpace(buf, i + 1, end);
  }
  return -1;
}
