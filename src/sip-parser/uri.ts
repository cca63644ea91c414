/**
 * URIs: SIP and SIPS taken apart (RFC 3261 19.1.1), others only looked over (RFC 3986 3). What makes a
 * URI unusable is returned; what is merely odd about it is a set of oddities in `UriParts`.
 * Comparison and normal form are in aor.ts.
 */
import { readUint8 } from '../core/bytes.ts';
import {
  AT,
  CharClass,
  CLOSE_BRACKET,
  COLON,
  GREATER_THAN,
  isClass,
  isHexDigit,
  isWhiteSpace,
  LESS_THAN,
  NUMBER_SIGN,
  OPEN_BRACKET,
  PERCENT,
  QUESTION_MARK,
  QUOTE,
  SEMICOLON,
  SLASH,
  STAR,
} from './char-class.ts';
import { isIpv6Address } from './ipv6-reference.ts';
import { endOfDigits, readNumber } from './number.ts';
import { Oddity } from './oddity.ts';
import { wordFrom, wordsOf } from './words.ts';

/** NONE: nothing before a colon could be a scheme (`*`, a path, a bare host name). */
export const UriScheme = { NONE: 0, SIP: 1, SIPS: 2, TEL: 3, OTHER: 4, INVALID: 5 } as const;
export type UriScheme = (typeof UriScheme)[keyof typeof UriScheme];

export const UriError = {
  NONE: 0,
  EMPTY: 1,
  EMPTY_AFTER_SCHEME: 2,
  BAD_HOST: 3,
  BAD_ESCAPE: 4,
} as const;
export type UriError = (typeof UriError)[keyof typeof UriError];

/** A URI taken apart: offsets into the buffer, ends exclusive; -1 = absent. Reused. */
export class UriParts {
  scheme: UriScheme = UriScheme.NONE;
  /** User and password, without the `@`. */
  userStart = -1;
  userEnd = -1;
  /** SIP and SIPS: the host, an IPv6 reference with its brackets. Others: all behind the scheme. */
  hostStart = -1;
  hostEnd = -1;
  /** As written; -1 when there is none, or none that is below 2^32. */
  port = -1;
  /** From the first `;` of the parameters to their end. */
  parametersStart = -1;
  parametersEnd = -1;
  /** From the `?` to the end. */
  headersStart = -1;
  /** Bits of UNKNOWN_SCHEME, URI_WHITE_SPACE, BAD_IPV6_REFERENCE, BAD_ADDRESS. */
  oddities = 0;

  reset(): void {
    this.scheme = UriScheme.NONE;
    this.userStart = -1;
    this.userEnd = -1;
    this.hostStart = -1;
    this.hostEnd = -1;
    this.port = -1;
    this.parametersStart = -1;
    this.parametersEnd = -1;
    this.headersStart = -1;
    this.oddities = 0;
  }
}

const SIP_COLON = wordFrom('sip:');
const SIPS = wordFrom('sips');
const TEL_COLON = wordFrom('tel:');
const LOWER = 0x2020_2020;
// Makes the first three letters lower case and leaves the fourth character, the colon, as it is.
const LOWER_THREE = 0x0020_2020;

/** Take the URI from `start` to `end` apart; white space around it is the caller's business. */
export function parseUri(buf: Uint8Array, start: number, end: number, parts: UriParts): UriError {
  parts.reset();
  if (start >= end) return UriError.EMPTY;
  if (!checkCharacters(buf, start, end, parts)) return UriError.BAD_ESCAPE;

  const rest = parseScheme(buf, start, end, parts);
  if (rest >= end && parts.scheme !== UriScheme.NONE) return UriError.EMPTY_AFTER_SCHEME;
  if (parts.scheme === UriScheme.SIP || parts.scheme === UriScheme.SIPS) {
    return parseSipUri(buf, rest, end, parts);
  }
  if (parts.scheme !== UriScheme.TEL) parts.oddities |= 1 << Oddity.UNKNOWN_SCHEME;
  if (parts.scheme === UriScheme.NONE) parts.oddities |= 1 << Oddity.BAD_ADDRESS;
  parts.hostStart = rest;
  parts.hostEnd = end;
  return UriError.NONE;
}

/**
 * Escapes must be two hexadecimal digits. What delimits URIs, and what is not ASCII, is odd (RFC 3261 25.1,
 * RFC 3986 2); the other characters that no URI may hold are let pass.
 */
function checkCharacters(buf: Uint8Array, start: number, end: number, parts: UriParts): boolean {
  for (let i = start; i < end; i++) {
    const byte = readUint8(buf, i);
    if (byte === PERCENT) {
      if (i + 2 >= end) return false;
      if (!isHexDigit(readUint8(buf, i + 1)) || !isHexDigit(readUint8(buf, i + 2))) return false;
    } else if (isWhiteSpace(byte)) {
      parts.oddities |= 1 << Oddity.URI_WHITE_SPACE;
    } else if (isDelimiter(byte)) {
      parts.oddities |= 1 << Oddity.BAD_ADDRESS;
    }
  }
  return true;
}

function isDelimiter(byte: number): boolean {
  if (byte >= 0x80 || byte === LESS_THAN || byte === GREATER_THAN) return true;
  return byte === QUOTE || byte === NUMBER_SIGN;
}

/** scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ). Returns where the rest begins. */
function parseScheme(buf: Uint8Array, start: number, end: number, parts: UriParts): number {
  if (start + 4 <= end) {
    const words = wordsOf(buf);
    const word = words.getInt32(start, true);
    if ((word | LOWER_THREE) === SIP_COLON) {
      parts.scheme = UriScheme.SIP;
      return start + 4;
    }
    if ((word | LOWER) === SIPS && start + 4 < end && readUint8(buf, start + 4) === COLON) {
      parts.scheme = UriScheme.SIPS;
      return start + 5;
    }
    if ((word | LOWER_THREE) === TEL_COLON) {
      parts.scheme = UriScheme.TEL;
      return start + 4;
    }
  }
  return parseOtherScheme(buf, start, end, parts);
}

function parseOtherScheme(buf: Uint8Array, start: number, end: number, parts: UriParts): number {
  let i = start;
  let valid = true;
  for (; i < end; i++) {
    const byte = readUint8(buf, i);
    if (byte === COLON || byte === SLASH || byte === QUESTION_MARK || byte === STAR) break;
    if (!isClass(byte, CharClass.TOKEN)) valid = false;
  }
  if (i === start || i === end || readUint8(buf, i) !== COLON) return start;
  parts.scheme = valid ? UriScheme.OTHER : UriScheme.INVALID;
  return i + 1;
}

/** [ userinfo "@" ] hostport uri-parameters [ headers ] */
function parseSipUri(buf: Uint8Array, start: number, end: number, parts: UriParts): UriError {
  let hostStart = start;
  const at = indexOfAt(buf, start, end);
  if (at >= 0) {
    parts.userStart = start;
    parts.userEnd = at;
    hostStart = at + 1;
  }
  const hostEnd = parseHost(buf, hostStart, end, parts);
  if (hostEnd < 0) return UriError.BAD_HOST;
  if (indexOfAt(buf, hostStart, hostEnd) >= 0) parts.oddities |= 1 << Oddity.BAD_ADDRESS;

  let i = hostEnd;
  if (i < end && readUint8(buf, i) === COLON) {
    const digitsEnd = endOfDigits(buf, i + 1, end);
    if (digitsEnd < end && !isHostEnd(readUint8(buf, digitsEnd))) {
      // No port: an IPv6 address without brackets (RFC 5118 4.2), or worse. Servers take it all the same.
      parts.oddities |= 1 << Oddity.BAD_ADDRESS;
      i = digitsEnd;
      while (i < end && !isHostEnd(readUint8(buf, i))) i++;
      parts.hostEnd = i;
    } else {
      const port = readNumber(buf, i + 1, digitsEnd);
      parts.port = port < 0 ? -1 : port;
      i = digitsEnd;
    }
  }
  if (i < end && readUint8(buf, i) !== QUESTION_MARK) {
    parts.parametersStart = i;
    while (i < end && readUint8(buf, i) !== QUESTION_MARK) i++;
    parts.parametersEnd = i;
  }
  if (i < end) parts.headersStart = i;
  return UriError.NONE;
}

function indexOfAt(buf: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    if (readUint8(buf, i) === AT) return i;
  }
  return -1;
}

function isHostEnd(byte: number): boolean {
  return byte === SEMICOLON || byte === QUESTION_MARK || byte === SLASH;
}

/** Returns where the host ends, or -1 when there is none that could be used. */
function parseHost(buf: Uint8Array, start: number, end: number, parts: UriParts): number {
  let i = start;
  if (i < end && readUint8(buf, i) === OPEN_BRACKET) {
    while (i < end && readUint8(buf, i) !== CLOSE_BRACKET) i++;
    if (i === end) return -1;
    if (!isIpv6Address(buf, start + 1, i)) parts.oddities |= 1 << Oddity.BAD_IPV6_REFERENCE;
    i++;
    if (i < end && readUint8(buf, i) !== COLON && !isHostEnd(readUint8(buf, i))) return -1;
  } else {
    while (i < end && readUint8(buf, i) !== COLON && !isHostEnd(readUint8(buf, i))) {
      i++;
    }
    if (i === start) parts.oddities |= 1 << Oddity.BAD_ADDRESS;
  }
  parts.hostStart = start;
  parts.hostEnd = i;
  return i;
}

/** The port that a SIP URI names, or its scheme's default (RFC 3261 19.1.2). */
export function uriPort(buf: Uint8Array, start: number, end: number): number {
  if (parseUri(buf, start, end, portParts) !== UriError.NONE) return 0;
  if (portParts.port >= 0) return portParts.port;
  return portParts.scheme === UriScheme.SIPS ? 5061 : 5060;
}

const portParts = new UriParts();
