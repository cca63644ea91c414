/**
 * Makes a replayed SIP message new: changes its Via branches, Call-ID and tags in place, keeping
 * their lengths, so that lengths around them stay right (checksums do not). A new value depends on
 * the old one and on the round alone, and two old values never become one, so messages that
 * belonged together still do.
 *
 * SIP is found by its start line, in whatever the packet wraps it. Values in later fragments or
 * segments of a message, and copies of them in other headers (Replaces, Refer-To), stay as they
 * are.
 */
import type { PacketBatch } from '../core/packet-batch.ts';

/** Messages changed in one packet: more than one come in stream segments. */
const MESSAGES_MAX = 64;
const HEADERS_MAX = 256;
/** Lines that one header is folded over. */
const FOLDS_MAX = 64;
/** Letters and digits changed in one value, counted from its end. */
const CHANGED_MAX = 64;
const ALPHABET_LENGTH = 62;

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const GREATER = 0x3e;

const VERSION = ascii('SIP/2.0');
const COOKIE = ascii('z9hg4bk');
const BRANCH = ascii('branch');
const TAG = ascii('tag');

const HeaderKind = { OTHER: 0, VIA: 1, CALL_ID: 2, TAGGED: 3 } as const;
type HeaderKind = (typeof HeaderKind)[keyof typeof HeaderKind];

const HEADERS: readonly (readonly [name: Uint8Array, kind: HeaderKind])[] = [
  [ascii('via'), HeaderKind.VIA],
  [ascii('v'), HeaderKind.VIA],
  [ascii('call-id'), HeaderKind.CALL_ID],
  [ascii('i'), HeaderKind.CALL_ID],
  [ascii('from'), HeaderKind.TAGGED],
  [ascii('f'), HeaderKind.TAGGED],
  [ascii('to'), HeaderKind.TAGGED],
  [ascii('t'), HeaderKind.TAGGED],
];

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export class RoundRewriter {
  #round = 0;
  /** How far the last, last but one … letter or digit of a value is turned. */
  readonly #turns: Uint8Array = new Uint8Array(CHANGED_MAX);

  /** Rewrites all packets of a batch, for a round from 1 on. */
  rewrite(batch: PacketBatch, round: number): void {
    if (round !== this.#round) this.#prepare(round);
    for (let row = 0; row < batch.count; row += 1) {
      const start = batch.offset[row] ?? 0;
      this.rewritePacket(batch.block, start, start + (batch.caplen[row] ?? 0));
    }
  }

  /**
   * The last two characters count the rounds, so that neighbours differ in even the shortest value;
   * the others are turned at random, so that a turned value is none that another message has.
   */
  #prepare(round: number): void {
    this.#round = round;
    let random = round;
    for (let i = 0; i < CHANGED_MAX; i += 1) {
      random = Math.imul(random ^ (random >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
      this.#turns[i] = (random >>> 8) % ALPHABET_LENGTH;
    }
    this.#turns[0] = round % ALPHABET_LENGTH;
    this.#turns[1] = Math.floor(round / ALPHABET_LENGTH) % ALPHABET_LENGTH;
  }

  /** Rewrites the messages in `buf[start, end)` for the round that was last given. */
  rewritePacket(buf: Uint8Array, start: number, end: number): void {
    let offset = start;
    for (let i = 0; i < MESSAGES_MAX; i += 1) {
      const headers = findHeaders(buf, offset, end);
      if (headers < 0) return;
      offset = this.#rewriteHeaders(buf, headers, end);
    }
  }

  /** Returns the offset behind the headers. */
  #rewriteHeaders(buf: Uint8Array, start: number, end: number): number {
    let offset = start;
    for (let i = 0; i < HEADERS_MAX && offset < end; i += 1) {
      const first = buf[offset] ?? 0;
      if (first === CR || first === LF) return findLineEnd(buf, offset, end) + 1;
      const headerEnd = findHeaderEnd(buf, offset, end);
      const colon = indexOfByte(buf, COLON, offset, headerEnd);
      this.#rewriteValue(headerKind(buf, offset, colon), buf, colon + 1, headerEnd);
      offset = headerEnd + 1;
    }
    return offset;
  }

  #rewriteValue(kind: HeaderKind, buf: Uint8Array, start: number, end: number): void {
    if (kind === HeaderKind.VIA) this.#rewriteBranches(buf, start, end);
    if (kind === HeaderKind.CALL_ID) this.#turn(buf, start, end);
    if (kind === HeaderKind.TAGGED) this.#rewriteTag(buf, start, end);
  }

  #rewriteBranches(buf: Uint8Array, start: number, end: number): void {
    let offset = start;
    while (offset < end) {
      let value = findParameter(buf, BRANCH, offset, end);
      if (value < 0) return;
      const valueEnd = findValueEnd(buf, value, end);
      if (startsWith(buf, COOKIE, value, valueEnd)) value += COOKIE.length;
      this.#turn(buf, value, valueEnd);
      offset = valueEnd;
    }
  }

  #rewriteTag(buf: Uint8Array, start: number, end: number): void {
    const bracket = buf.subarray(start, end).lastIndexOf(GREATER);
    const value = findParameter(buf, TAG, start + bracket + 1, end);
    if (value >= 0) this.#turn(buf, value, findValueEnd(buf, value, end));
  }

  /** Turns each letter and digit round the alphabet of both. */
  #turn(buf: Uint8Array, start: number, end: number): void {
    let changed = 0;
    for (let i = end - 1; i >= start && changed < CHANGED_MAX; i -= 1) {
      const position = alphabetPosition(buf[i] ?? 0);
      if (position < 0) continue;
      buf[i] = alphabetCharacter((position + (this.#turns[changed] ?? 0)) % ALPHABET_LENGTH);
      changed += 1;
    }
  }
}

/** Start of the first header behind the next start line, or -1. */
function findHeaders(buf: Uint8Array, start: number, end: number): number {
  for (let i = start; i + VERSION.length < end; i += 1) {
    if (buf[i] !== VERSION[0] || !isVersion(buf, i)) continue;
    const next = buf[i + VERSION.length];
    if (next === CR || next === LF || next === SPACE) return findLineEnd(buf, i, end) + 1;
  }
  return -1;
}

function isVersion(buf: Uint8Array, start: number): boolean {
  for (let i = 1; i < VERSION.length; i += 1) {
    if (buf[start + i] !== VERSION[i]) return false;
  }
  return true;
}

/** The kind of a header by its name, `buf[start, colon)`. */
function headerKind(buf: Uint8Array, start: number, colon: number): HeaderKind {
  let nameEnd = colon;
  while (nameEnd > start && isBlank(buf[nameEnd - 1] ?? 0)) nameEnd -= 1;
  for (const [name, kind] of HEADERS) {
    if (name.length === nameEnd - start && startsWith(buf, name, start, nameEnd)) return kind;
  }
  return HeaderKind.OTHER;
}

/** Start of the value of the parameter `;name=`, or -1. */
function findParameter(buf: Uint8Array, name: Uint8Array, start: number, end: number): number {
  let offset = indexOfByte(buf, SEMICOLON, start, end);
  while (offset < end) {
    const at = skipBlanks(buf, offset + 1, end);
    if (startsWith(buf, name, at, end)) {
      const equals = skipBlanks(buf, at + name.length, end);
      if (buf[equals] === EQUALS) return skipBlanks(buf, equals + 1, end);
    }
    offset = indexOfByte(buf, SEMICOLON, offset + 1, end);
  }
  return -1;
}

function findValueEnd(buf: Uint8Array, start: number, end: number): number {
  let offset = start;
  while (offset < end) {
    const byte = buf[offset] ?? 0;
    if (byte === SEMICOLON || byte === COMMA || isBlank(byte)) break;
    offset += 1;
  }
  return offset;
}

function findLineEnd(buf: Uint8Array, start: number, end: number): number {
  return indexOfByte(buf, LF, start, end);
}

/** The line feed behind a header and the lines it is folded over (RFC 3261 7.3.1). */
function findHeaderEnd(buf: Uint8Array, start: number, end: number): number {
  let lineEnd = findLineEnd(buf, start, end);
  for (let i = 0; i < FOLDS_MAX && lineEnd + 1 < end; i += 1) {
    const next = buf[lineEnd + 1];
    if (next !== SPACE && next !== TAB) break;
    lineEnd = findLineEnd(buf, lineEnd + 1, end);
  }
  return lineEnd;
}

/** The first such byte, or `end`. */
function indexOfByte(buf: Uint8Array, byte: number, start: number, end: number): number {
  let offset = start;
  while (offset < end && buf[offset] !== byte) offset += 1;
  return offset;
}

function skipBlanks(buf: Uint8Array, start: number, end: number): number {
  let offset = start;
  while (offset < end && isBlank(buf[offset] ?? 0)) offset += 1;
  return offset;
}

/** White space, and the line ends inside a folded header. */
function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CR || byte === LF;
}

/** Without case; `prefix` is in lower case. */
function startsWith(buf: Uint8Array, prefix: Uint8Array, start: number, end: number): boolean {
  if (start + prefix.length > end) return false;
  for (let i = 0; i < prefix.length; i += 1) {
    const byte = buf[start + i] ?? 0;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    if (lower !== prefix[i]) return false;
  }
  return true;
}

/** 0–9, A–Z, a–z: their places in that order; -1 for others. */
function alphabetPosition(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x41 && byte <= 0x5a) return byte - 0x41 + 10;
  if (byte >= 0x61 && byte <= 0x7a) return byte - 0x61 + 36;
  return -1;
}

function alphabetCharacter(position: number): number {
  if (position < 10) return position + 0x30;
  return position < 36 ? position - 10 + 0x41 : position - 36 + 0x61;
}
