/**
 * Addresses and networks, with or without a port, each with a value: the longest prefix wins, and of equal
 * prefixes the one that names the port. Asked once or twice per message, so the last answers are remembered.
 */
import { parseAddress, sameAddress } from './address.ts';
import { int32At, uint32At } from './columns.ts';

export interface Endpoint {
  /** Four words, host bits cleared. */
  readonly words: Int32Array;
  /** Of 128, also for IPv4. */
  readonly prefixLength: number;
  /** 0 = any. */
  readonly port: number;
}

const BITS = 128;
const MAPPED_BITS = 96;
const PORT_MAX = 65_535;
/** A power of two. */
const MEMO_ROWS = 16;
const MEMO_STRIDE = 6;

/** IP, CIDR, IP:port, CIDR:port; IPv6 in brackets where a port follows. Undefined when it is none of these. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^\[([^\]]+)\](\/\d{1,3})?(?::(\d{1,5}))?$/.exec(text) ?? splitPlain(text);
  if (match === undefined || match === null) return undefined;
  const [, inside = '', outerPrefix, portText] = match;
  const slash = inside.indexOf('/');
  if (slash >= 0 && outerPrefix !== undefined) return undefined;
  const address = slash < 0 ? inside : inside.slice(0, slash);
  const prefixText = slash < 0 ? outerPrefix?.slice(1) : inside.slice(slash + 1);
  const words = new Int32Array(4);
  if (!parseAddress(address, words, 0)) return undefined;
  const family = address.includes(':') ? BITS : BITS - MAPPED_BITS;
  const prefix = prefixText === undefined ? family : Number(prefixText);
  if ((prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) || prefix > family)
    return undefined;
  const port = portText === undefined ? 0 : Number(portText);
  if (portText !== undefined && (port === 0 || port > PORT_MAX)) return undefined;
  const prefixLength = prefix + BITS - family;
  maskWords(words, prefixLength);
  return { words, prefixLength, port };
}

export class AddressSet {
  private entries: { readonly endpoint: Endpoint; readonly value: number }[] = [];
  /** Per row: four words, port, answer. */
  private readonly memo: Int32Array = new Int32Array(MEMO_ROWS * MEMO_STRIDE);
  private readonly memoUsed: Uint8Array = new Uint8Array(MEMO_ROWS);
  private readonly masks: Uint32Array = new Uint32Array(4);

  /** `value` is 0 or more. */
  add(endpoint: Endpoint, value: number): void {
    this.entries.push({ endpoint, value });
    this.entries.sort((a, b) => {
      const byPrefix = b.endpoint.prefixLength - a.endpoint.prefixLength;
      return byPrefix !== 0
        ? byPrefix
        : Number(b.endpoint.port !== 0) - Number(a.endpoint.port !== 0);
    });
    this.memoUsed.fill(0);
  }

  get size(): number {
    return this.entries.length;
  }

  /** The value for an address and port, -1 when nothing holds it. */
  lookup(words: Int32Array, offset: number, port: number): number {
    const last = int32At(words, offset + 3);
    const row = (last ^ (last >>> 8) ^ port) & (MEMO_ROWS - 1);
    const cell = row * MEMO_STRIDE;
    const { memo } = this;
    const known = this.memoUsed[row] === 1 && memo[cell + 4] === port;
    if (known && sameAddress(memo, cell, words, offset)) return int32At(memo, cell + 5);
    const value = this.search(words, offset, port);
    for (let i = 0; i < 4; i++) memo[cell + i] = int32At(words, offset + i);
    memo[cell + 4] = port;
    memo[cell + 5] = value;
    this.memoUsed[row] = 1;
    return value;
  }

  /** True when some entry holds the address, whatever its port. */
  matchesAddress(words: Int32Array, offset: number): boolean {
    for (let i = 0; i < this.entries.length; i++) {
      const entry = this.entries[i];
      if (entry !== undefined && this.holds(entry.endpoint, words, offset)) return true;
    }
    return false;
  }

  private search(words: Int32Array, offset: number, port: number): number {
    for (let i = 0; i < this.entries.length; i++) {
      const entry = this.entries[i];
      if (entry === undefined) continue;
      const { endpoint } = entry;
      if (endpoint.port !== 0 && endpoint.port !== port) continue;
      if (this.holds(endpoint, words, offset)) return entry.value;
    }
    return -1;
  }

  private holds(endpoint: Endpoint, words: Int32Array, offset: number): boolean {
    fillMasks(this.masks, endpoint.prefixLength);
    for (let i = 0; i < 4; i++) {
      const difference = int32At(endpoint.words, i) ^ int32At(words, offset + i);
      if ((difference & uint32At(this.masks, i)) !== 0) return false;
    }
    return true;
  }
}

/** An address or CIDR without brackets; a port only behind IPv4, where a colon can mean nothing else. */
function splitPlain(text: string): readonly (string | undefined)[] | undefined {
  const colon = text.indexOf(':');
  if (colon < 0 || text.indexOf(':', colon + 1) >= 0) return [text, text];
  return /^\d{1,5}$/.test(text.slice(colon + 1))
    ? [text, text.slice(0, colon), undefined, text.slice(colon + 1)]
    : undefined;
}

function maskWords(words: Int32Array, prefixLength: number): void {
  const masks = new Uint32Array(4);
  fillMasks(masks, prefixLength);
  for (let i = 0; i < 4; i++) words[i] = int32At(words, i) & uint32At(masks, i);
}

function fillMasks(masks: Uint32Array, prefixLength: number): void {
  for (let i = 0; i < 4; i++) {
    const bits = Math.max(0, Math.min(32, prefixLength - 32 * i));
    masks[i] = bits === 0 ? 0 : 0xffffffff << (32 - bits);
  }
}
