/**
 * The HTTP exchange that opens SIP over WebSocket (RFC 6455 4, RFC 7118 4): does a request offer, or a
 * 101 choose, the subprotocol `sip`? Every other use of HTTP is none of ours. The key and its digest are
 * not checked: a passive probe believes what both ends believed.
 */
import { readUint8 } from '../core/bytes.ts';
import { int32At, int32Column } from '../core/columns.ts';

/** What an HTTP header block says. */
export const Upgrade = {
  /** Not whole yet. */
  MORE: 0,
  /** No SIP over WebSocket. */
  OTHER: 1,
  /** A request that offers `sip`. */
  OFFERED: 2,
  /** A 101 that chooses `sip`. */
  CHOSEN: 3,
  /** A 101 that names no subprotocol: good if `sip` alone could have been meant. */
  UNNAMED: 4,
} as const;
export type Upgrade = (typeof Upgrade)[keyof typeof Upgrade];

/** A longer HTTP header block opens nothing. */
export const HTTP_HEAD_MAX = 16_384;

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const HT = 0x09;
const COLON = 0x3a;
const COMMA = 0x2c;

const protocolName: Uint8Array = lowerCaseBytes('sec-websocket-protocol');
const sipToken: Uint8Array = lowerCaseBytes('sip');
const responseStart: Uint8Array = lowerCaseBytes('http/1.');
const switching: Uint8Array = lowerCaseBytes(' 101 ');
const SWITCHING_AT = 8;

const Protocol = { ABSENT: 0, OTHER: 1, SIP: 2 } as const;
type Protocol = (typeof Protocol)[keyof typeof Protocol];

export class WebSocketUpgrades {
  /** Behind the header block that was whole last. */
  consumed = 0;
  private readonly searched: Int32Array;

  constructor(rowsMax: number) {
    this.searched = int32Column(rowsMax);
  }

  open(row: number): void {
    this.searched[row] = 0;
  }

  /** Reads the header block that begins at `start`; a block in pieces is searched once. */
  next(row: number, buf: Uint8Array, start: number, end: number): Upgrade {
    const limit = Math.min(end, start + HTTP_HEAD_MAX);
    let i = start + int32At(this.searched, row);
    for (; i < limit; i++) {
      if (buf[i] === LF && endsBlock(buf, start, i)) break;
    }
    this.searched[row] = i - start;
    if (i < limit) {
      this.consumed = i + 1;
      return readHead(buf, start, i + 1);
    }
    this.consumed = start;
    return end - start >= HTTP_HEAD_MAX ? Upgrade.OTHER : Upgrade.MORE;
  }
}

/** The LF at `lf` stands behind an empty line. */
function endsBlock(buf: Uint8Array, start: number, lf: number): boolean {
  const before = buf[lf - 1] === CR ? lf - 2 : lf - 1;
  return before >= start && buf[before] === LF;
}

function readHead(buf: Uint8Array, start: number, end: number): Upgrade {
  const isResponse = equalsAt(buf, start, end, responseStart);
  if (isResponse && !equalsAt(buf, start + SWITCHING_AT, end, switching)) return Upgrade.OTHER;
  const protocol = readProtocol(buf, start, end);
  if (protocol === Protocol.SIP) return isResponse ? Upgrade.CHOSEN : Upgrade.OFFERED;
  return isResponse && protocol === Protocol.ABSENT ? Upgrade.UNNAMED : Upgrade.OTHER;
}

/** Sec-WebSocket-Protocol, which may stand several times in a request (RFC 6455 11.3.4). */
function readProtocol(buf: Uint8Array, start: number, end: number): Protocol {
  let protocol: Protocol = Protocol.ABSENT;
  let line = start;
  for (let i = start; i < end; i++) {
    if (buf[i] !== LF) continue;
    if (equalsAt(buf, line, i, protocolName)) {
      const colon = skipSpace(buf, line + protocolName.length, i);
      if (buf[colon] === COLON) {
        if (listHasSip(buf, colon + 1, i)) return Protocol.SIP;
        protocol = Protocol.OTHER;
      }
    }
    line = i + 1;
  }
  return protocol;
}

/** One of the comma-separated tokens in [start, end) is `sip`. */
function listHasSip(buf: Uint8Array, start: number, end: number): boolean {
  let i = start;
  while (i < end) {
    const token = skipSpace(buf, i, end);
    i = token;
    while (i < end && buf[i] !== COMMA) i++;
    let tokenEnd = i;
    while (tokenEnd > token && isSpace(buf, tokenEnd - 1)) tokenEnd--;
    if (tokenEnd - token === sipToken.length && equalsAt(buf, token, tokenEnd, sipToken))
      return true;
    i++;
  }
  return false;
}

function skipSpace(buf: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && isSpace(buf, i)) i++;
  return i;
}

function isSpace(buf: Uint8Array, at: number): boolean {
  const byte = buf[at];
  return byte === SP || byte === HT || byte === CR;
}

/** `lower` stands at `at`, in any case, before `end`. */
function equalsAt(buf: Uint8Array, at: number, end: number, lower: Uint8Array): boolean {
  if (at + lower.length > end) return false;
  for (let i = 0; i < lower.length; i++) {
    const byte = readUint8(buf, at + i);
    const folded = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (folded !== lower[i]) return false;
  }
  return true;
}

function lowerCaseBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
