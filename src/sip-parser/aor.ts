/**
 * URIs as keys: of an address of record (RFC 3261 10.3: without parameters, escapes decoded) and of a contact
 * (RFC 3261 19.1.4, as far as it can be hashed: scheme and host without case, user with it, the port, and the
 * parameters transport, user, ttl, method and maddr in whatever order). URIs that are not SIP count as written,
 * their scheme without case.
 */
import { readUint8 } from '../core/bytes.ts';
import {
  CharClass,
  CLOSE_PARENTHESIS,
  isClass,
  isDigit,
  isHexDigit,
  OPEN_PARENTHESIS,
  PERCENT,
  SEMICOLON,
  ZERO,
} from './char-class.ts';
import { isNamed, Parameter, parameterName, parseParameter } from './parameter.ts';
import { parseUri, UriParts, UriScheme } from './uri.ts';

/** What core's Hasher is to this file. */
export interface UriHasher {
  bytes(buf: Uint8Array, start: number, end: number): void;
  bytesLower(buf: Uint8Array, start: number, end: number): void;
  word(value: number): void;
}

const ABSENT = -1;
const USER_BYTES_MAX = 256;
const decoded = new Uint8Array(USER_BYTES_MAX);
/** RFC 3261 19.1.4: parameters that never match by being left out. */
const COMPARED = [
  parameterName('transport'),
  parameterName('user'),
  parameterName('ttl'),
  parameterName('method'),
  parameterName('maddr'),
];

const parts = new UriParts();
const parameter = new Parameter();

/** Add the address of record that the URI from `start` to `end` is. */
export function hashAor(buf: Uint8Array, start: number, end: number, hasher: UriHasher): void {
  parseUri(buf, start, end, parts);
  if (parts.scheme === UriScheme.SIP || parts.scheme === UriScheme.SIPS) {
    hashSipUri(buf, hasher);
    return;
  }
  const behindScheme = Math.max(start, parts.hostStart);
  hasher.bytesLower(buf, start, behindScheme);
  hasher.bytes(buf, behindScheme, endOfOpaque(buf, behindScheme, end));
}

/** A tel or other URI ends at its parameters. */
function endOfOpaque(buf: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && readUint8(buf, i) !== SEMICOLON) i++;
  return i;
}

/** Add the identity of the contact whose URI is from `start` to `end`. */
export function hashContactUri(
  buf: Uint8Array,
  start: number,
  end: number,
  hasher: UriHasher,
): void {
  parseUri(buf, start, end, parts);
  if (parts.scheme !== UriScheme.SIP && parts.scheme !== UriScheme.SIPS) {
    const behindScheme = Math.max(start, parts.hostStart);
    hasher.bytesLower(buf, start, behindScheme);
    hasher.bytes(buf, behindScheme, end);
    return;
  }
  hashSipUri(buf, hasher);
  for (let i = 0; i < COMPARED.length; i++) {
    const name = COMPARED[i];
    if (name !== undefined) hashParameter(buf, name, hasher);
  }
}

/** Scheme, user, host and port; a port that is written differs from one that is not. */
function hashSipUri(buf: Uint8Array, hasher: UriHasher): void {
  hasher.word(parts.scheme);
  hashUser(buf, parts.userStart, parts.userEnd, hasher);
  hasher.bytesLower(buf, parts.hostStart, parts.hostEnd);
  hasher.word(parts.port);
}

/** User and password, with the escapes decoded that need not be there: `%61lice` is `alice`. */
function hashUser(buf: Uint8Array, start: number, end: number, hasher: UriHasher): void {
  if (start < 0) {
    hasher.word(ABSENT);
    return;
  }
  let i = start;
  while (i < end && readUint8(buf, i) !== PERCENT) i++;
  // What is too long to decode counts as written: it equals itself.
  if (i === end || end - start > USER_BYTES_MAX) hasher.bytes(buf, start, end);
  else hasher.bytes(decoded, 0, decodeUser(buf, start, end));
}

/** Decode into `decoded`; returns the length. Escapes of other characters are put in upper case. */
function decodeUser(buf: Uint8Array, start: number, end: number): number {
  let length = 0;
  for (let i = start; i < end; i++) {
    const byte = readUint8(buf, i);
    const hasEscape =
      byte === PERCENT &&
      i + 2 < end &&
      isHexDigit(readUint8(buf, i + 1)) &&
      isHexDigit(readUint8(buf, i + 2));
    if (!hasEscape) {
      decoded[length++] = byte;
      continue;
    }
    const high = hexValue(readUint8(buf, i + 1));
    const low = hexValue(readUint8(buf, i + 2));
    i += 2;
    if (isUnreserved(16 * high + low)) {
      decoded[length++] = 16 * high + low;
    } else {
      decoded[length++] = PERCENT;
      decoded[length++] = high;
      decoded[length++] = low;
    }
  }
  return length;
}

function hexValue(digit: number): number {
  return isDigit(digit) ? digit - ZERO : (digit | 0x20) - 87;
}

/** unreserved = alphanum / "-" / "_" / "." / "!" / "~" / "*" / "'" / "(" / ")" */
function isUnreserved(byte: number): boolean {
  if (byte === OPEN_PARENTHESIS || byte === CLOSE_PARENTHESIS) return true;
  return isClass(byte, CharClass.TOKEN) && byte !== PERCENT && byte !== 43 && byte !== 96;
}

/** The value of one URI parameter without case, or that it is not there. */
function hashParameter(buf: Uint8Array, name: Uint8Array, hasher: UriHasher): void {
  let i = parts.parametersStart;
  while (i >= 0 && i < parts.parametersEnd && readUint8(buf, i) === SEMICOLON) {
    i = parseParameter(buf, i, parts.parametersEnd, parameter);
    if (i >= 0 && parameter.valueStart >= 0 && isNamed(buf, parameter, name)) {
      hasher.bytesLower(buf, parameter.valueStart, parameter.valueEnd);
      return;
    }
  }
  hasher.word(ABSENT);
}
