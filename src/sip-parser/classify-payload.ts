/**
 * What a datagram is before anyone parses it (docs/METRICS.md "Message"): perhaps SIP, a keep-alive (RFC 5626
 * 3.5, RFC 5389 and what vendors send), or neither. Looks at the first bytes only, but for zeroes.
 */
import { readUint8, readUint16, readUint32 } from '../core/bytes.ts';
import { Keepalive } from '../core/pipeline-counters.ts';
import {
  CharClass,
  CR,
  endOfClass,
  HT,
  isClass,
  isDigit,
  isWhiteSpace,
  LF,
  NUL,
  SLASH,
  SP,
} from './char-class.ts';

/** Answers of `classifyPayload` that are no Keepalive. */
export const SIP = -1;
export const NOT_SIP = -2;

const STUN_HEADER_BYTES = 20;
const STUN_COOKIE = 0x2112_a442;
/** RFC 3489, without a cookie: the classes of Binding. */
const STUN_BINDING = 0x0001;
const STUN_CLASSES = 0x0110;
/** Bytes of a first line looked at on other ports; a longer one does not count as SIP there. */
const FIRST_LINE_MAX = 8192;
const SIP_BYTES = 4;

/**
 * SIP when a datagram on a SIP port begins, after any CR and LF, with a token and something behind it; a
 * Keepalive; or NOT_SIP.
 */
export function classifyPayload(buf: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length === 0) return Keepalive.EMPTY;
  if (length === 1) return Keepalive.SINGLE_BYTE;
  const first = skipLineBreaks(buf, start, end);
  if (first === end) return length === 2 ? Keepalive.CRLF : Keepalive.DOUBLE_CRLF;
  const byte = readUint8(buf, first);
  if (isClass(byte, CharClass.TOKEN) && !isStun(buf, start, end)) {
    if (isJak(buf, start, end)) return Keepalive.JAK;
    // One word and nothing else ("hello", "sync") is a vendor's way to keep a binding open: no start line.
    return endOfClass(buf, first, end, CharClass.TOKEN) === end ? NOT_SIP : SIP;
  }
  if (byte === NUL && isZeroes(buf, start, end)) return Keepalive.ZEROES;
  return isStun(buf, start, end) ? Keepalive.STUN : NOT_SIP;
}

/**
 * The same of a datagram that the capture has cut: SIP wherever what was captured may be the beginning of it. What
 * it is the beginning of, a keep-alive for one, is not known.
 */
export function classifyCutPayload(buf: Uint8Array, start: number, end: number): number {
  const first = skipLineBreaks(buf, start, end);
  return first === end || isClass(readUint8(buf, first), CharClass.TOKEN) ? SIP : NOT_SIP;
}

function skipLineBreaks(buf: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && (readUint8(buf, i) === CR || readUint8(buf, i) === LF)) i++;
  return i;
}

/** `jaK`, and behind it at most white space or zeroes. */
function isJak(buf: Uint8Array, start: number, end: number): boolean {
  if (end - start < 3) return false;
  if (readUint8(buf, start) !== 106 || readUint8(buf, start + 1) !== 97) return false;
  if (readUint8(buf, start + 2) !== 75) return false;
  for (let i = start + 3; i < end; i++) {
    if (readUint8(buf, i) !== NUL && !isWhiteSpace(readUint8(buf, i))) return false;
  }
  return true;
}

function isZeroes(buf: Uint8Array, start: number, end: number): boolean {
  let i = start;
  while (i < end && readUint8(buf, i) === NUL) i++;
  return i === end;
}

/** RFC 5389 6: two zero bits, a length in words that fits, the cookie; or a Binding of RFC 3489. */
function isStun(buf: Uint8Array, start: number, end: number): boolean {
  if (end - start < STUN_HEADER_BYTES || readUint8(buf, start) > 0x3f) return false;
  const length = readUint16(buf, start + 2);
  if ((length & 3) !== 0 || length !== end - start - STUN_HEADER_BYTES) return false;
  if (readUint32(buf, start + 4) === STUN_COOKIE) return true;
  return (readUint16(buf, start) & ~STUN_CLASSES) === STUN_BINDING;
}

/**
 * True when a datagram on another port begins, after any CR and LF, with a status line (`SIP/2.0 200`) or a
 * request line (`token … SIP/2`), of any version.
 */
export function beginsLikeSip(buf: Uint8Array, start: number, end: number): boolean {
  const lineStart = skipLineBreaks(buf, start, end);
  const tokenEnd = endOfClass(buf, lineStart, end, CharClass.TOKEN);
  if (tokenEnd === lineStart || tokenEnd === end) return false;
  if (readUint8(buf, tokenEnd) === SLASH) return beginsStatusLine(buf, lineStart, end);
  if (!isBlank(readUint8(buf, tokenEnd))) return false;
  const limit = Math.min(end, lineStart + FIRST_LINE_MAX);
  let lineEnd = tokenEnd;
  while (lineEnd < limit && !isLineEnd(readUint8(buf, lineEnd))) lineEnd++;
  if (lineEnd === limit) return false;
  return endsInSipVersion(buf, tokenEnd, lineEnd);
}

/** SIP/x.y NNN */
function beginsStatusLine(buf: Uint8Array, start: number, end: number): boolean {
  if (!isSipVersion(buf, start, end)) return false;
  const versionEnd = endOfClass(buf, start + SIP_BYTES, end, CharClass.TOKEN);
  if (versionEnd + 4 > end || readUint8(buf, versionEnd) !== SP) return false;
  for (let i = versionEnd + 1; i < versionEnd + 4; i++) {
    if (!isDigit(readUint8(buf, i))) return false;
  }
  return true;
}

/** The last word of the line is a version, and something stands between it and the token at its start. */
function endsInSipVersion(buf: Uint8Array, tokenEnd: number, lineEnd: number): boolean {
  let end = lineEnd;
  while (end > tokenEnd && isWhiteSpace(readUint8(buf, end - 1))) end--;
  let version = end;
  while (version > tokenEnd && !isBlank(readUint8(buf, version - 1))) version--;
  let uriEnd = version;
  while (uriEnd > tokenEnd && isBlank(readUint8(buf, uriEnd - 1))) uriEnd--;
  return uriEnd > tokenEnd && isSipVersion(buf, version, end);
}

function isLineEnd(byte: number): boolean {
  return byte === CR || byte === LF;
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === HT;
}

/** `SIP/` in any case and a digit. */
function isSipVersion(buf: Uint8Array, start: number, end: number): boolean {
  if (start + SIP_BYTES >= end) return false;
  return (
    (readUint8(buf, start) | 0x20) === 115 &&
    (readUint8(buf, start + 1) | 0x20) === 105 &&
    (readUint8(buf, start + 2) | 0x20) === 112 &&
    readUint8(buf, start + 3) === SLASH &&
    isDigit(readUint8(buf, start + SIP_BYTES))
  );
}
