/**
 * Via (RFC 3261 20.42, 25.1; RFC 3581):
 *   Via       = ( "Via" / "v" ) HCOLON via-parm *(COMMA via-parm)
 *   via-parm  = sent-protocol LWS sent-by *( SEMI via-params )
 * A protocol that is not SIP/2.0 counts as a transport that is none of ours. All are checked, the first VIAS_MAX kept. `received` and `rport` are read over: what a probe matches
 * by is the sent-by and the branch.
 */
import { readUint8 } from '../core/bytes.ts';
import { Transport } from '../core/transport.ts';
import {
  CharClass,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DOT,
  endOfClass,
  isHexDigit,
  OPEN_BRACKET,
  OPEN_PARENTHESIS,
  SEMICOLON,
  SLASH,
  skipCommas,
  skipWhiteSpace,
  trimEnd,
} from './char-class.ts';
import { isIpv6Address } from './ipv6-reference.ts';
import { type SipMessage, Span, VIAS_MAX } from './message.ts';
import { endOfComment } from './name-addr.ts';
import { endOfDigits, readNumber } from './number.ts';
import { Oddity } from './oddity.ts';
import { isNamed, Parameter, parameterName, parseParameter } from './parameter.ts';
import { wordFrom, wordsOf } from './words.ts';

const PORT_MAX = 65535;
const DEFAULT_PORT = 5060;
const DEFAULT_TLS_PORT = 5061;
const COOKIE_BYTES = 7;

const BRANCH = parameterName('branch');
const LOWER = 0x2020_2020;
const TOP_VIA = 2 * Span.TOP_VIA;
const Z9HG = wordFrom('z9hg');
const G4BK = wordFrom('g4bk');
const SIP = wordFrom('sip\0');
const VERSION_2 = wordFrom('2.0\0');
const UDP = wordFrom('udp\0');
const TCP = wordFrom('tcp\0');
const TLS = wordFrom('tls\0');
const WSS = wordFrom('wss\0');
const SCTP = wordFrom('sctp');

/** One via-parm. */
export class ViaParts {
  start = 0;
  end = 0;
  transport: Transport = Transport.OTHER;
  hostStart = 0;
  hostEnd = 0;
  /** -1 = not written. */
  port = -1;
  branchStart = -1;
  branchEnd = -1;
}
const via = new ViaParts();
const parameter = new Parameter();

/** Read a Via header's value. False when it is unreadable. */
export function parseVia(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): boolean {
  let i = skipCommas(buf, start, end);
  if (i === end) return false;
  while (i < end) {
    const next = parseViaParm(buf, i, end, message);
    if (next < 0) return false;
    if (next < end && readUint8(buf, next) !== COMMA) return false;
    via.start = i;
    via.end = trimEnd(buf, i, next);
    keepVia(wordsOf(buf), via, message);
    i = skipCommas(buf, next, end);
  }
  return true;
}

function parseViaParm(buf: Uint8Array, start: number, end: number, message: SipMessage): number {
  const version = behindSlash(buf, start, end);
  const transport = version < 0 ? -1 : behindSlash(buf, version, end);
  if (transport < 0) return -1;
  const transportEnd = endOfClass(buf, transport, end, CharClass.TOKEN);
  if (transportEnd === transport) return -1;
  const isSip2 = isWord(buf, start, end, SIP) && isWord(buf, version, end, VERSION_2);
  via.transport = isSip2 ? transportOf(buf, transport, transportEnd) : Transport.OTHER;

  let i = parseSentBy(buf, skipWhiteSpace(buf, transportEnd, end), end, message);
  via.branchStart = -1;
  via.branchEnd = -1;
  while (i >= 0 && i < end && readUint8(buf, i) === SEMICOLON) {
    i = parseParameter(buf, i, end, parameter);
    if (i < 0) return -1;
    if (parameter.isOdd) message.oddities |= 1 << Oddity.BAD_PARAMETER;
    if (via.branchStart < 0 && parameter.valueStart >= 0 && isNamed(buf, parameter, BRANCH)) {
      via.branchStart = parameter.valueStart;
      via.branchEnd = parameter.valueEnd;
    }
  }
  if (i >= 0 && i < end && readUint8(buf, i) === OPEN_PARENTHESIS) return endOfComment(buf, i, end);
  return i;
}

/** Reads a token and the slash behind it; returns what follows both, or -1. */
function behindSlash(buf: Uint8Array, start: number, end: number): number {
  const tokenEnd = endOfClass(buf, start, end, CharClass.TOKEN);
  const slash = skipWhiteSpace(buf, tokenEnd, end);
  if (tokenEnd === start || slash === end || readUint8(buf, slash) !== SLASH) return -1;
  return skipWhiteSpace(buf, slash + 1, end);
}

/** The token at `start` is this one of three characters; its letters in any case. */
function isWord(buf: Uint8Array, start: number, end: number, word: number): boolean {
  if (endOfClass(buf, start, end, CharClass.TOKEN) !== start + 3) return false;
  const first = wordsOf(buf).getUint16(start, true) | (readUint8(buf, start + 2) << 16);
  return (first | (word & LOWER)) === word;
}

function parseSentBy(buf: Uint8Array, start: number, end: number, message: SipMessage): number {
  const hostEnd = endOfHost(buf, start, end, message);
  if (hostEnd < 0) return -1;
  via.hostStart = start;
  via.hostEnd = hostEnd;
  via.port = -1;
  const i = skipWhiteSpace(buf, hostEnd, end);
  if (i === end || readUint8(buf, i) !== COLON) return i;
  const portStart = skipWhiteSpace(buf, i + 1, end);
  const portEnd = endOfDigits(buf, portStart, end);
  via.port = readNumber(buf, portStart, portEnd);
  if (via.port < 0 || via.port > PORT_MAX) return -1;
  return skipWhiteSpace(buf, portEnd, end);
}

function endOfHost(buf: Uint8Array, start: number, end: number, message: SipMessage): number {
  if (start === end) return -1;
  if (readUint8(buf, start) !== OPEN_BRACKET) {
    const hostEnd = endOfClass(buf, start, end, CharClass.NAME);
    return hostEnd === start ? -1 : hostEnd;
  }
  let i = start + 1;
  while (i < end) {
    const byte = readUint8(buf, i);
    if (!isHexDigit(byte) && byte !== COLON && byte !== DOT) break;
    i++;
  }
  if (i === end || readUint8(buf, i) !== CLOSE_BRACKET) return -1;
  if (!isIpv6Address(buf, start + 1, i)) message.oddities |= 1 << Oddity.BAD_IPV6_REFERENCE;
  return i + 1;
}

/** The transport a token names; OTHER when it is none of ours. */
function transportOf(buf: Uint8Array, start: number, end: number): Transport {
  const length = end - start;
  if (length < 2 || length > 4) return Transport.OTHER;
  let word = 0;
  for (let i = 0; i < length; i++) word |= (readUint8(buf, start + i) | 0x20) << (8 * i);
  if (word === UDP) return Transport.UDP;
  if (word === TCP) return Transport.TCP;
  if (word === TLS) return Transport.TLS;
  if (word === WSS) return Transport.WSS;
  if (word === SCTP) return Transport.SCTP;
  return length === 2 && word === (WSS & 0xffff) ? Transport.WS : Transport.OTHER;
}

/** Put a via-parm into the message, as far as there is room. */
export function keepVia(words: DataView, parts: ViaParts, message: SipMessage): void {
  const index = message.viaCount++;
  if (index >= VIAS_MAX) return;
  const vias = message.vias;
  const column = 4 * index;
  const branchLength = parts.branchStart < 0 ? -1 : parts.branchEnd - parts.branchStart;
  vias[column] = parts.hostStart;
  vias[column + 1] = parts.hostEnd - parts.hostStart;
  vias[column + 2] = parts.branchStart;
  vias[column + 3] = branchLength;
  message.viaPorts[index] = parts.port >= 0 ? parts.port : defaultPort(parts.transport);
  if (index > 0) return;
  message.viaTransport = parts.transport;
  message.branchHasCookie =
    branchLength > COOKIE_BYTES && beginsWithCookie(words, parts.branchStart);
  message.spans[TOP_VIA] = parts.start;
  message.spans[TOP_VIA + 1] = parts.end - parts.start;
}

function defaultPort(transport: Transport): number {
  const isTls = transport === Transport.TLS || transport === Transport.WSS;
  return isTls ? DEFAULT_TLS_PORT : DEFAULT_PORT;
}

/** `z9hG4bK` in any case: two words that overlap by one letter. */
function beginsWithCookie(words: DataView, start: number): boolean {
  return (
    (words.getInt32(start, true) | LOWER) === Z9HG &&
    (words.getInt32(start + 3, true) | LOWER) === G4BK
  );
}
