/**
 * Addresses and networks, with or without a port, each with a value: the longest prefix wins, and of
 * equal prefixes the one that names the port. It is asked once or twice a message: one table look-up
 * per prefix length in use, behind a memory of the last answers.
 */
import { ADDRESS_WORDS, isIpv4, parseAddress, sameAddress } from './address.ts';
import { int32At } from './columns.ts';
import { Hasher } from './hash.ts';
import { KeyTable } from './key-table.ts';

export interface Endpoint {
  /** Four words, host bits cleared. */
  readonly words: Int32Array;
  /** Of 128, also for IPv4. */
  readonly prefixLength: number;
  /** 0 = any. */
  readonly port: number;
}

const BITS = 128;
/** What stands before an IPv4 address in its IPv4-mapped form. */
const MAPPED_BITS = 96;
const PORT_MAX = 65_535;
/** Endpoints in one set. */
const ENDPOINTS_MAX = 1 << 20;
const SLOTS_INITIAL = 64;
/** A power of two. */
const MEMO_ROWS = 256;
/** Four words, port, answer + 2 (0: not used). */
const MEMO_STRIDE = 6;
/** Stands for "the address, whatever its port" in keys. */
const WHATEVER_PORT = -1;
/** The seed only has to spread: keys come from the configuration, and a hit is compared. */
const SEED = 0x51b;

/**
 * IP, CIDR, IP:port, CIDR:port; IPv6 with a port in brackets, the prefix inside or behind them.
 * Undefined when it is none of these.
 */
export function parseEndpoint(text: string): Endpoint | undefined {
  const bracketed = /^\[([^\]]*:[^\]]*)\](\/\d+)?(?::(\d{1,5}))?$/.exec(text);
  const plain = /^([^:]*)():(\d{1,5})$/.exec(text);
  const [, network = text, prefixBehind = '', portText] = bracketed ?? plain ?? [];
  const port = portText === undefined ? 0 : Number(portText);
  if (portText !== undefined && (port === 0 || port > PORT_MAX)) return undefined;

  const [address = '', prefixText, ...rest] = `${network}${prefixBehind}`.split('/');
  const words = new Int32Array(ADDRESS_WORDS);
  if (rest.length > 0 || !parseAddress(address, words, 0)) return undefined;
  const familyBits = address.includes(':') ? BITS : BITS - MAPPED_BITS;
  if (prefixText !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefixText)) return undefined;
  const prefix = prefixText === undefined ? familyBits : Number(prefixText);
  if (prefix > familyBits) return undefined;
  const prefixLength = prefix + BITS - familyBits;
  maskWords(words, 0, words, prefixLength);
  return { words, prefixLength, port };
}

export class AddressSet {
  private readonly endpoints: Endpoint[] = [];
  private readonly values: number[] = [];
  /** Prefix lengths in use, longest first. */
  private readonly prefixLengths: number[] = [];
  private readonly keys: KeyTable = new KeyTable(2 * ENDPOINTS_MAX, SLOTS_INITIAL);
  private readonly hasher: Hasher = new Hasher(SEED);
  private readonly masked: Int32Array = new Int32Array(ADDRESS_WORDS);
  private readonly memo: Int32Array = new Int32Array(MEMO_ROWS * MEMO_STRIDE);

  get size(): number {
    return this.endpoints.length;
  }

  /** `value` is 0 or more. Of equal endpoints the first one stays. */
  add(endpoint: Endpoint, value: number): void {
    const row = this.endpoints.length;
    const { words, prefixLength, port } = endpoint;
    this.endpoints.push(endpoint);
    this.values.push(value);
    if (!this.prefixLengths.includes(prefixLength)) {
      this.prefixLengths.push(prefixLength);
      this.prefixLengths.sort((a, b) => b - a);
    }
    for (const keyPort of [port, WHATEVER_PORT]) {
      this.hash(words, 0, prefixLength, keyPort);
      const { lo, hi } = this.hasher;
      if (this.keys.find(lo, hi) < 0) this.keys.insert(lo, hi, row);
    }
    this.memo.fill(0);
  }

  /** The value for the address in words `offset`… and the port; -1 when nothing holds it. */
  lookup(words: Int32Array, offset: number, port: number): number {
    const row = this.rowOf(words, offset, port);
    return row < 0 ? -1 : (this.values[row] ?? -1);
  }

  /** True when some endpoint holds the address, whatever its port. */
  matchesAddress(words: Int32Array, offset: number): boolean {
    return this.rowOf(words, offset, WHATEVER_PORT) >= 0;
  }

  private rowOf(words: Int32Array, offset: number, port: number): number {
    const memo = this.memo;
    const last = int32At(words, offset + 3) ^ Math.imul(port, 0x9e3779b1);
    const cell = ((last ^ (last >>> 8) ^ (last >>> 16)) & (MEMO_ROWS - 1)) * MEMO_STRIDE;
    const known = int32At(memo, cell + 5);
    if (known !== 0 && memo[cell + 4] === port && sameAddress(memo, cell, words, offset)) {
      return known - 2;
    }
    const row = this.search(words, offset, port);
    for (let i = 0; i < ADDRESS_WORDS; i++) memo[cell + i] = int32At(words, offset + i);
    memo[cell + 4] = port;
    memo[cell + 5] = row + 2;
    return row;
  }

  private search(words: Int32Array, offset: number, port: number): number {
    // An IPv6 network above the mapped addresses (`::/0`) does not mean IPv4.
    const shortest = isIpv4(words, offset) ? MAPPED_BITS : 0;
    for (let i = 0; i < this.prefixLengths.length; i++) {
      const prefixLength = this.prefixLengths[i] ?? 0;
      if (prefixLength < shortest) return -1;
      let row = this.rowAt(words, offset, prefixLength, port);
      if (row < 0 && port > 0) row = this.rowAt(words, offset, prefixLength, 0);
      if (row >= 0) return row;
    }
    return -1;
  }

  private rowAt(words: Int32Array, offset: number, prefixLength: number, port: number): number {
    this.hash(words, offset, prefixLength, port);
    const row = this.keys.find(this.hasher.lo, this.hasher.hi);
    const endpoint = row < 0 ? undefined : this.endpoints[row];
    return endpoint !== undefined && sameAddress(endpoint.words, 0, this.masked, 0) ? row : -1;
  }

  /** Leaves the network in `masked` and its key in the hasher. */
  private hash(words: Int32Array, offset: number, prefixLength: number, port: number): void {
    maskWords(words, offset, this.masked, prefixLength);
    this.hasher.reset();
    for (let i = 0; i < ADDRESS_WORDS; i++) this.hasher.word(int32At(this.masked, i));
    this.hasher.word(prefixLength);
    this.hasher.word(port);
    this.hasher.finish();
  }
}

/** Writes to `out` the address at `offset` of `words`, its bits from `prefixLength` on cleared. */
function maskWords(words: Int32Array, offset: number, out: Int32Array, prefixLength: number): void {
  for (let i = 0; i < ADDRESS_WORDS; i++) {
    const bits = prefixLength - 32 * i;
    const word = int32At(words, offset + i);
    if (bits >= 32) out[i] = word;
    else out[i] = bits <= 0 ? 0 : word & (-1 << (32 - bits));
  }
}
