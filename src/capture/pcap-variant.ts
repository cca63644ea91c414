/**
 * Which variant of pcap a file is. Patched libpcaps of 1999 (Red Hat 6.1, SuSE 6.3) and Nokia's
 * firewalls wrote longer record headers under magic numbers that don't tell, so the first records
 * are read in each way, and the way with the fewest absurdities is taken: the way Wireshark
 * decides.
 */
import type { InputBlock } from './capture-format.ts';
import { CAPLEN_MAX } from './capture-format.ts';

/** The first four bytes of the file, in its byte order. */
export const PcapMagic = {
  US: 0xa1b2c3d4,
  NS: 0xa1b23c4d,
  /** Alexey Kuznetsov's patches. */
  MODIFIED: 0xa1b2cd34,
  IXIA_NS: 0x1c0001ac,
  IXIA_US: 0x1c0001ab,
} as const;
export type PcapMagic = (typeof PcapMagic)[keyof typeof PcapMagic];

export const PcapVariant = { UNDECIDED: 0, STANDARD: 1, KUZNETSOV: 2, SUSE: 3, NOKIA: 4 } as const;
export type PcapVariant = (typeof PcapVariant)[keyof typeof PcapVariant];

/** Indexed by PcapVariant. */
const RECORD_HEADER_BYTES = Uint8Array.of(0, 16, 24, 28, 20);
const STANDARD_CANDIDATES: readonly PcapVariant[] = [
  PcapVariant.STANDARD,
  PcapVariant.KUZNETSOV,
  PcapVariant.NOKIA,
];
const MODIFIED_CANDIDATES: readonly PcapVariant[] = [PcapVariant.KUZNETSOV, PcapVariant.SUSE];

/** The second record's header is the first that a wrong variant reads from the wrong place. */
const RECORDS_TRIED = 2;
const LEN_PLAUSIBLE_MAX = 128 * 1024 * 1024;
const IFINDEX_PLAUSIBLE_MAX = 10_000;
/** The last of the packet types of Linux at the time. */
const PACKET_TYPE_MAX = 4;

export function recordHeaderBytes(variant: PcapVariant): number {
  return RECORD_HEADER_BYTES[variant] ?? 0;
}

const UNREAD = -1;

/** UNDECIDED: more bytes are needed, and the file has more. */
export function findPcapVariant(
  input: InputBlock,
  magic: PcapMagic,
  littleEndian: boolean,
  snaplen: number,
): PcapVariant {
  const candidates = magic === PcapMagic.MODIFIED ? MODIFIED_CANDIDATES : STANDARD_CANDIDATES;
  let best: PcapVariant = PcapVariant.UNDECIDED;
  let fewest = Number.POSITIVE_INFINITY;
  for (const variant of candidates) {
    const absurdities = countAbsurdities(input, variant, littleEndian, snaplen);
    if (absurdities === UNREAD) return PcapVariant.UNDECIDED;
    if (absurdities < fewest) {
      fewest = absurdities;
      best = variant;
    }
    if (absurdities === 0) return variant;
  }
  return best;
}

function countAbsurdities(
  input: InputBlock,
  variant: PcapVariant,
  littleEndian: boolean,
  snaplen: number,
): number {
  const headerBytes = recordHeaderBytes(variant);
  let offset = input.offset;
  let absurdities = 0;
  for (let record = 0; record < RECORDS_TRIED; record += 1) {
    if (offset === input.end && input.final) return absurdities;
    if (offset + headerBytes > input.end) return cutOff(input, variant, absurdities);
    absurdities += absurditiesOfHeader(input.view, offset, littleEndian, snaplen);
    absurdities += absurditiesOfExtension(input.view, offset + 16, littleEndian, variant);
    const caplen = input.view.getUint32(offset + 8, littleEndian);
    if (caplen > CAPLEN_MAX) return absurdities;
    offset += headerBytes + caplen;
    if (offset > input.end) return cutOff(input, variant, absurdities);
  }
  return absurdities;
}

/**
 * A record that ends behind the block is not known yet. Behind the file it is one absurdity more for the
 * rare variants, and none for what nearly all files are: half-written captures of today are many, and zero
 * bytes at a packet's start, as in the MAC addresses of a loopback, pass for any extension.
 */
function cutOff(input: InputBlock, variant: PcapVariant, absurdities: number): number {
  if (!input.final) return UNREAD;
  return variant === PcapVariant.STANDARD ? absurdities : absurdities + 1;
}

function absurditiesOfHeader(
  view: DataView,
  offset: number,
  littleEndian: boolean,
  snaplen: number,
): number {
  const microseconds = view.getUint32(offset + 4, littleEndian);
  const caplen = view.getUint32(offset + 8, littleEndian);
  const len = view.getUint32(offset + 12, littleEndian);
  return (
    Number(microseconds >= 1_000_000) +
    Number(caplen > CAPLEN_MAX) +
    Number(snaplen !== 0 && caplen > snaplen) +
    Number(len > LEN_PLAUSIBLE_MAX) +
    Number(caplen > len)
  );
}

/** What stands behind the sixteen common bytes of a record header. */
function absurditiesOfExtension(
  view: DataView,
  offset: number,
  littleEndian: boolean,
  variant: PcapVariant,
): number {
  if (variant === PcapVariant.STANDARD) return 0;
  const first = view.getUint32(offset, littleEndian);
  if (variant === PcapVariant.NOKIA) return Number(!isNokiaWord(first));
  const protocol = view.getUint16(offset + 4, littleEndian);
  const packetType = view.getUint8(offset + 6);
  return (
    Number(first > IFINDEX_PLAUSIBLE_MAX) +
    Number(!isEthernetProtocol(protocol)) +
    Number(packetType > PACKET_TYPE_MAX)
  );
}

/** An Ethertype, or one of the numbers below them that Linux uses inside. */
function isEthernetProtocol(protocol: number): boolean {
  if (protocol >= 0x0600 || protocol <= 0x0017) return true;
  return protocol === 0x0060 || protocol === 0x0200 || protocol === 0x0400;
}

/**
 * 0x9fbf or 0xbfbf, then b or d, 6 or 9, 0, and 1 or 2: all that firewalls were ever seen to write there. What
 * converts to this format has nothing to say, and writes 0.
 */
function isNokiaWord(word: number): boolean {
  if (word === 0) return true;
  if ((word & 0x0fff00f0) !== 0x0fbf0000) return false;
  const first = word >>> 28;
  const fifth = (word >>> 12) & 0xf;
  const sixth = (word >>> 8) & 0xf;
  const last = word & 0xf;
  const begins = first === 0x9 || first === 0xb;
  const continues = (fifth === 0xb || fifth === 0xd) && (sixth === 0x6 || sixth === 0x9);
  return begins && continues && (last === 1 || last === 2);
}
