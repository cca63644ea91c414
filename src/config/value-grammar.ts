/**
 * The grammars of option values: each function reads one text as an operator writes it and gives a value, or a
 * Problem that says what is wrong with it. No function knows which option it reads for.
 */
import { ADDRESS_WORDS, parseAddress } from '../core/address.ts';
import { parseEndpoint } from '../core/address-set.ts';

/** Why a text is no value, as the end of a sentence that begins with the text. */
export class Problem {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export interface PortRange {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

/** An address to listen on. */
export interface AddressPort {
  /** '' for all addresses of both families. */
  readonly host: string;
  readonly port: number;
}

export interface HepListener extends AddressPort {
  readonly transport: 'udp' | 'tcp';
}

export interface PeerName {
  readonly name: string;
  /** CIDRs. */
  readonly networks: readonly string[];
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

const DIGITS_MAX = 15;
const PEER_NAME_LENGTH_MAX = 64;

function digits(text: string): number | undefined {
  return /^\d+$/.test(text) && text.length <= DIGITS_MAX ? Number(text) : undefined;
}

function outside(value: number, { min = 0, max = Number.MAX_SAFE_INTEGER }: Bounds): boolean {
  return value < min || value > max;
}

function boundsText({ min = 0, max }: Bounds): string {
  return max === undefined ? `is below ${min}` : `is not within ${min} to ${max}`;
}

export function parseFlag(text: string): boolean | Problem {
  if (text === 'true') return true;
  return text === 'false' ? false : new Problem('is neither true nor false');
}

export function parseChoice(text: string, choices: readonly string[]): string | Problem {
  return choices.includes(text) ? text : new Problem(`is none of ${choices.join(', ')}`);
}

export function parseInteger(text: string, bounds: Bounds): number | Problem {
  const value = digits(text);
  if (value === undefined) return new Problem('is not a whole number');
  return outside(value, bounds) ? new Problem(boundsText(bounds)) : value;
}

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** `32s`, `1h`, `5ms`, `1h30m`, or plain seconds. In microseconds; the bounds are in seconds. */
export function parseDurationUs(text: string, bounds: Bounds): number | Problem {
  const seconds = durationSeconds(text);
  if (seconds === undefined) return new Problem('is not a duration such as 5ms, 32s, 1h or 1h30m');
  if (outside(seconds, bounds)) return new Problem(`${boundsText(bounds)} seconds`);
  return Math.round(seconds * 1e6);
}

function durationSeconds(text: string): number | undefined {
  if (text.length > DIGITS_MAX) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, number = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) {
    seconds += Number(number) * (SECONDS[unit] ?? 0);
  }
  return seconds;
}

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
};

/** `1MiB`, `512 MB`, `2GiB`, or plain bytes. */
export function parseSize(text: string, bounds: Bounds): number | Problem {
  const match = /^(\d{1,12}(?:\.\d{1,3})?) ?([A-Za-z]*)$/.exec(text);
  const factor = FACTORS[match?.[2]?.toUpperCase() ?? '?'];
  if (match === null || factor === undefined) {
    return new Problem('is not a size such as 65536, 64KiB, 1MiB or 2GiB');
  }
  const bytes = Math.round(Number(match[1]) * factor);
  return outside(bytes, bounds) ? new Problem(`${boundsText(bounds)} bytes`) : bytes;
}

/** `max` is Infinity. */
export function parseSpeed(text: string): number | Problem {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const speed = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  return speed > 0 ? speed : new Problem('is neither "max" nor a number above 0');
}

const EPOCH_SECONDS_MAX = 253_402_300_799;

/** Seconds since 1970 with up to nine decimals; in microseconds. */
export function parseEpochUs(text: string): number | Problem {
  const seconds = /^\d{1,12}(\.\d{1,9})?$/.test(text) ? Number(text) : -1;
  if (seconds >= 0 && seconds <= EPOCH_SECONDS_MAX) return seconds * 1e6;
  return new Problem('is not a number of seconds since 1970');
}

function parsePort(text: string): number | undefined {
  const port = digits(text);
  return port !== undefined && port >= 1 && port <= 65_535 ? port : undefined;
}

/** `5060` or `5060-5090`. */
export function parsePortRange(text: string): PortRange | Problem {
  const [from = '', to = from, ...rest] = text.split('-');
  const first = parsePort(from);
  const last = parsePort(to);
  if (first === undefined || last === undefined || last < first || rest.length > 0) {
    return new Problem('is neither a port from 1 to 65535 nor a range such as 5060-5090');
  }
  return { first, last };
}

/** `:9099`, `127.0.0.1:9099`, `[::1]:9099`, `name:9099`. Port 0 lets the system choose. */
export function parseAddressPort(text: string): AddressPort | Problem {
  const colon = text.lastIndexOf(':');
  const bracketed = text.slice(0, Math.max(colon, 0));
  const port = digits(text.slice(colon + 1));
  if (colon < 0 || port === undefined || port > 65_535) {
    return new Problem('is not an address such as :9099, 127.0.0.1:9099 or [::1]:9099');
  }
  const host = /^\[.*\]$/.test(bracketed) ? bracketed.slice(1, -1) : bracketed;
  const isIpv6 = host.includes(':');
  if (host !== bracketed && !(isIpv6 && isAddress(host)))
    return new Problem('has no IPv6 address in its brackets');
  if (host === bracketed && isIpv6) return new Problem('needs [ ] around its IPv6 address');
  if (/^[\d.]+$/.test(host) && !isAddress(host)) return new Problem('has no valid IPv4 address');
  return { host, port };
}

function isAddress(text: string): boolean {
  if (parseAddress(text, new Int32Array(ADDRESS_WORDS), 0)) return true;
  // Knows zones (fe80::1%eth0) too. Not imported: hardly a start needs it, and all would load it.
  return process.getBuiltinModule('node:net').isIP(text) !== 0;
}

/** `udp:0.0.0.0:9060`, `tcp:[::]:9060`, `udp::9060`. */
export function parseHepListener(text: string): HepListener | Problem {
  const [transport, address] = splitOnce(text, ':');
  if (transport !== 'udp' && transport !== 'tcp') {
    return new Problem('does not begin with udp: or tcp:, as in udp:0.0.0.0:9060');
  }
  const parsed = parseAddressPort(address);
  return parsed instanceof Problem ? parsed : { transport, ...parsed };
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** An IP address, with `/prefix` or without. Kept as it is written; core/address-set reads it. */
export function parseNetwork(text: string): string | Problem {
  if (parseEndpoint(text)?.port === 0) return text;
  return new Problem('is neither an IP address nor a network such as 10.0.0.0/8 or 2001:db8::/32');
}

/** Kept as it is written. */
export function parseEndpointText(text: string): string | Problem {
  if (parseEndpoint(text) !== undefined) return text;
  return new Problem('is no IP, CIDR, IP:port or CIDR:port (IPv6 with a port in brackets)');
}

/** `trunk-a=192.0.2.0/24,2001:db8::/32`. The name is a label value. */
export function parsePeer(text: string): PeerName | Problem {
  if (!text.includes('=')) return new Problem('is no NAME=CIDR, such as trunk-a=192.0.2.0/24');
  const [name, list] = splitOnce(text, '=');
  const networks = list.split(',').map((network) => network.trim());
  const nameProblem = peerNameProblem(name);
  if (nameProblem !== undefined) return nameProblem;
  for (const network of networks) {
    const parsed = parseNetwork(network);
    if (parsed instanceof Problem)
      return new Problem(`has a network "${network}" that ${parsed.text}`);
  }
  return { name, networks };
}

function peerNameProblem(name: string): Problem | undefined {
  if (name === 'other') return new Problem('takes the name "other", which stands for all the rest');
  const valid = /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) && name.length <= PEER_NAME_LENGTH_MAX;
  if (valid) return undefined;
  return new Problem('does not begin with a name of letters, digits, ".", "_" or "-" and "="');
}
