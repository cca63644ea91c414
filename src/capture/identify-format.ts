/**
 * What a file is, by its first bytes: a capture format that can be read, a compression, or
 * something else that deserves to be called by its name.
 */
import type { CaptureFormat } from './capture-format.ts';
import { NetmonFormat } from './netmon-format.ts';
import { PcapFormat } from './pcap-format.ts';
import { PcapMagic } from './pcap-variant.ts';
import { PcapngFormat } from './pcapng-format.ts';

/** Bytes that decide. */
export const MAGIC_BYTES = 8;

export const Compression = { NONE: 0, GZIP: 1, ZSTD: 2 } as const;
export type Compression = (typeof Compression)[keyof typeof Compression];

const PCAPNG_MAGIC = 0x0a0d0d0a;
const NETMON_MAGICS: readonly number[] = [0x55424d47, 0x53535452]; // GMBU and RTSS
const GZIP_MAGIC = 0x8b1f;
const ZSTD_MAGIC = 0xfd2fb528;

/** First bytes of what people give by mistake, or what other programs read. */
const OTHERS: readonly (readonly [prefix: string, name: string])[] = [
  ['snoop\0', 'a Solaris snoop capture'],
  ['TRSNIFF ', 'a Sniffer capture'],
  ['XCP\0', 'a NetXRay or Windows Sniffer capture'],
  ['\u00fd7zXZ', 'xz-compressed'],
  ['BZh', 'bzip2-compressed'],
  ['7z\u00bc\u00af', 'a 7z archive'],
  ['PK\u0003\u0004', 'a zip archive'],
  ['\u0004"M\u0018', 'lz4-compressed'],
  ['RIFF', 'a RIFF (sound) file'],
  ['\u007fELF', 'a program'],
];

function readUint32(head: Uint8Array, littleEndian: boolean): number {
  if (head.length < 4) return 0;
  return new DataView(head.buffer, head.byteOffset).getUint32(0, littleEndian);
}

export function identifyCompression(head: Uint8Array): Compression {
  const word = readUint32(head, true);
  if (word === ZSTD_MAGIC) return Compression.ZSTD;
  return (word & 0xffff) === GZIP_MAGIC ? Compression.GZIP : Compression.NONE;
}

/** The parser for a file that begins with `head`; undefined when it is none of ours. */
export function identifyFormat(head: Uint8Array): CaptureFormat | undefined {
  const word = readUint32(head, true);
  if (word === PCAPNG_MAGIC) return new PcapngFormat();
  if (NETMON_MAGICS.includes(word)) return new NetmonFormat();
  for (const magic of Object.values(PcapMagic)) {
    if (word === magic) return new PcapFormat(magic, true);
    if (readUint32(head, false) === magic) return new PcapFormat(magic, false);
  }
  return undefined;
}

/** What a file of no known format seems to be, or undefined. */
export function nameOther(head: Uint8Array): string | undefined {
  const text = String.fromCharCode(...head);
  const other = OTHERS.find(([prefix]) => text.startsWith(prefix));
  return other?.[1];
}
