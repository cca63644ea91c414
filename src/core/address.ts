/**
 * IP addresses as four signed 32-bit words in an Int32Array, IPv4 as IPv4-mapped IPv6
 * (RFC 4291 2.5.5.2). Reading and comparing is for every packet; parsing and formatting is cold code,
 * for configuration, logs and pages. Zone ids (`%eth0`) are not taken.
 */
import { readInt32 } from './bytes.ts';
import { int32At } from './columns.ts';

export const ADDRESS_WORDS = 4;
/** The third word of an IPv4-mapped address; the first two are 0. */
const MAPPED = 0x0000ffff;
const GROUPS = 8;

export function readIpv4(
  buf: Uint8Array,
  offset: number,
  out: Int32Array,
  outOffset: number,
): void {
  out[outOffset] = 0;
  out[outOffset + 1] = 0;
  out[outOffset + 2] = MAPPED;
  out[outOffset + 3] = readInt32(buf, offset);
}

export function readIpv6(
  buf: Uint8Array,
  offset: number,
  out: Int32Array,
  outOffset: number,
): void {
  out[outOffset] = readInt32(buf, offset);
  out[outOffset + 1] = readInt32(buf, offset + 4);
  out[outOffset + 2] = readInt32(buf, offset + 8);
  out[outOffset + 3] = readInt32(buf, offset + 12);
}

export function sameAddress(
  a: Int32Array,
  aOffset: number,
  b: Int32Array,
  bOffset: number,
): boolean {
  // The last word first: it is where addresses differ.
  return (
    a[aOffset + 3] === b[bOffset + 3] &&
    a[aOffset + 2] === b[bOffset + 2] &&
    a[aOffset + 1] === b[bOffset + 1] &&
    a[aOffset] === b[bOffset]
  );
}

export function isIpv4(words: Int32Array, offset: number): boolean {
  return words[offset + 2] === MAPPED && words[offset + 1] === 0 && words[offset] === 0;
}

/** Fills four words of `out`; false when the text is no IPv4 or IPv6 address, `out` then undefined. */
export function parseAddress(text: string, out: Int32Array, offset: number): boolean {
  if (!text.includes(':')) {
    const word = parseIpv4(text);
    if (word === undefined) return false;
    out.set([0, 0, MAPPED, word], offset);
    return true;
  }
  const groups = parseGroups(text);
  if (groups === undefined) return false;
  for (let i = 0; i < ADDRESS_WORDS; i++) {
    out[offset + i] = ((groups[2 * i] ?? 0) << 16) | (groups[2 * i + 1] ?? 0);
  }
  return true;
}

/** RFC 5952; IPv4-mapped as plain IPv4. */
export function formatAddress(words: Int32Array, offset: number): string {
  if (isIpv4(words, offset)) return formatIpv4(int32At(words, offset + 3));
  const groups: number[] = [];
  for (let i = 0; i < ADDRESS_WORDS; i++) {
    const word = int32At(words, offset + i);
    groups.push(word >>> 16, word & 0xffff);
  }
  const [start, length] = longestZeroes(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** Dotted decimal, four numbers without leading zeroes (RFC 6943 3.1.1: anything else is ambiguous). */
function parseIpv4(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  let word = 0;
  for (const digits of match.slice(1)) {
    const value = Number(digits);
    if (value > 255 || (digits.length > 1 && digits.startsWith('0'))) return undefined;
    word = (word << 8) | value;
  }
  return word;
}

/** The eight groups of an IPv6 address (RFC 4291 2.2), or undefined. */
function parseGroups(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseHalf(halves[0] ?? '', halves.length === 1);
  if (head === undefined || halves.length === 1) return head?.length === GROUPS ? head : undefined;
  const tail = parseHalf(halves[1] ?? '', true);
  // `::` stands for one group of zeroes at least.
  if (tail === undefined || head.length + tail.length >= GROUPS) return undefined;
  const zeroes = new Array<number>(GROUPS - head.length - tail.length).fill(0);
  return [...head, ...zeroes, ...tail];
}

/** Groups on one side of `::`. Only the last group of the address may be written as dotted decimal. */
function parseHalf(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const dotted = last && i === parts.length - 1 ? parseIpv4(part) : undefined;
    if (dotted !== undefined) groups.push(dotted >>> 16, dotted & 0xffff);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** Start and length of the first of the longest runs of zero groups. */
function longestZeroes(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  let start = 0;
  for (const [i, group] of groups.entries()) {
    if (group !== 0) start = i + 1;
    else if (i + 1 - start > best[1]) best = [start, i + 1 - start];
  }
  return best;
}
