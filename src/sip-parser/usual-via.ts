/**
 * Via in its usual form: `SIP/2.0/UDP host:port;name=value…`, one, without white space, quotes or an IPv6
 * reference. What is read here, via.ts reads the same; what is not, is its.
 */
import { Transport } from '../core/transport.ts';
import type { SipMessage } from './message.ts';
import { keepVia, ViaParts } from './via.ts';
import { endOfPlain, nextLine, wordFrom } from './words.ts';

const LOWER = 0x2020_2020;
const SIP_SLASH = wordFrom('SIP/');
const VERSION_SLASH = wordFrom('2.0/');
const UDP_SPACE = wordFrom('UDP ');
const TCP_SPACE = wordFrom('TCP ');
const TLS_SPACE = wordFrom('TLS ');
const WSS_SPACE = wordFrom('WSS ');
const BRAN = wordFrom('bran');
const ANCH = wordFrom('anch');
const SP = 32;
const ZERO = 48;
const COLON = 58;
const SEMICOLON = 59;
const EQUALS = 61;
const OPEN_BRACKET = 91;
const PORT_MAX = 65535;
const OTHER_TRANSPORT = Transport.OTHER;

const via = new ViaParts();

/** Read what follows the colon. Returns where the next line begins, or -1 when it is not of the usual form. */
export function readUsualVia(
  words: DataView,
  start: number,
  last: number,
  message: SipMessage,
): number {
  const value = words.getUint8(start) === SP ? start + 1 : start;
  const host = value + 12;
  if (host > last || words.getInt32(value, true) !== SIP_SLASH) return -1;
  if (words.getInt32(value + 4, true) !== VERSION_SLASH) return -1;
  const transport = usualTransport(words.getInt32(value + 8, true));
  if (transport === OTHER_TRANSPORT || words.getUint8(host) === OPEN_BRACKET) return -1;

  let i = endOfPlain(words, host, last);
  if (i <= host) return -1;
  via.transport = transport;
  via.start = value;
  via.hostStart = host;
  via.hostEnd = i;
  via.port = -1;
  if (words.getUint8(i) === COLON) {
    let port = 0;
    const digits = ++i;
    for (; i <= last; i++) {
      const digit = words.getUint8(i) - ZERO;
      if (digit < 0 || digit > 9 || port > PORT_MAX) break;
      port = port * 10 + digit;
    }
    if (i === digits || port > PORT_MAX) return -1;
    via.port = port;
  }
  i = readUsualViaParameters(words, i, last);
  const next = nextLine(words, i, last);
  if (next < 0) return -1;
  via.end = i;
  keepVia(words, via, message);
  return next;
}

function usualTransport(word: number): Transport {
  if (word === UDP_SPACE) return Transport.UDP;
  if (word === TCP_SPACE) return Transport.TCP;
  if (word === TLS_SPACE) return Transport.TLS;
  return word === WSS_SPACE ? Transport.WSS : OTHER_TRANSPORT;
}

/** Parameters without white space and quotes; remembers the branch. Returns what follows, or -1. */
function readUsualViaParameters(words: DataView, start: number, last: number): number {
  via.branchStart = -1;
  via.branchEnd = -1;
  if (start > last) return -1;
  let i = start;
  let stop = words.getUint8(i);
  while (stop === SEMICOLON) {
    const name = i + 1;
    i = endOfPlain(words, name, last);
    if (i <= name) return -1;
    stop = words.getUint8(i);
    if (stop !== EQUALS) continue;
    const value = i + 1;
    const isBranch =
      i - name === 6 &&
      (words.getInt32(name, true) | LOWER) === BRAN &&
      (words.getInt32(name + 2, true) | LOWER) === ANCH;
    i = endOfPlain(words, value, last);
    if (i <= value) return -1;
    stop = words.getUint8(i);
    if (isBranch && via.branchStart < 0) {
      via.branchStart = value;
      via.branchEnd = i;
    }
  }
  return i;
}
