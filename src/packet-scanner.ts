/**
 * Reads the usual packets of a batch ahead of the pipeline, by WebAssembly (wasm/usual-packet.h): a good message
 * without anything rare in it, whole in one UDP datagram over IPv4 and Ethernet. A hundred at a time, so that
 * its code and the pipeline's do not push each other out of the processor's caches. All other packets, and
 * all that lie out of its reach, the pipeline reads itself; what both can read they read alike
 * (test/property/packet-scanner.test.ts).
 */
import { blockMemory } from './core/block-memory.ts';
import { int32At } from './core/columns.ts';
import { Linktype } from './core/linktype.ts';
import type { PacketBatch } from './core/packet-batch.ts';
import { RECORD_WORDS } from './packet-records.ts';
import { isScannable, scanner } from './sip-parser/scanner.ts';

/** Packets of one scan. */
export const SCANNED_MAX = 128;
const PORT_WORDS = 2048;

/** What a scan begins the hashes with (core/span-hash.ts). */
export interface ScanSeeds {
  readonly seedLo: number;
  readonly seedHi: number;
}

/** Which ports the scanner looks at: a bit each. */
export type PortSets = Int32Array;

/** One cell a port, 1 = SIP is expected there; and those where something else is looked for first. */
export function portSetsOf(sipPorts: Uint8Array, otherPorts: Uint8Array): PortSets {
  const sets = new Int32Array(2 * PORT_WORDS);
  mark(sets, 0, sipPorts);
  mark(sets, PORT_WORDS, otherPorts);
  return sets;
}

function mark(sets: Int32Array, first: number, cells: Uint8Array): void {
  for (let port = cells.indexOf(1); port >= 0; port = cells.indexOf(1, port + 1)) {
    const word = first + (port >> 5);
    sets[word] = int32At(sets, word) | (1 << (port & 31));
  }
}

const memory = blockMemory?.buffer ?? new ArrayBuffer(0);
const view = (at: number, words: number): Int32Array =>
  scanner === undefined ? new Int32Array(words) : new Int32Array(memory, at, words);
const ports = view(scanner?.ports() ?? 0, 2 * PORT_WORDS);
const frames = view(scanner?.frames() ?? 0, 2 * SCANNED_MAX);
/** What the last scan found: there is one scanner for all data planes of a process. */
export const scannedRecords: Int32Array = view(scanner?.records() ?? 0, SCANNED_MAX * RECORD_WORDS);
/** The sets that the scanner has now. */
let known: PortSets | undefined;

/**
 * Reads packets of the batch from index `from` on into `scannedRecords`; returns how many, at most SCANNED_MAX, or 0
 * when the batch lies out of reach.
 */
export function scanPackets(
  batch: PacketBatch,
  from: number,
  portSets: PortSets,
  seeds: ScanSeeds,
): number {
  const { block, offset, caplen, linktype } = batch;
  if (scanner === undefined || !isScannable(block)) return 0;
  if (known !== portSets) {
    ports.set(portSets);
    known = portSets;
  }
  const count = Math.min(SCANNED_MAX, batch.count - from);
  const origin = block.byteOffset;
  for (let i = 0; i < count; i++) {
    const start = origin + (offset[from + i] ?? 0);
    const length = linktype[from + i] === Linktype.ETHERNET ? (caplen[from + i] ?? 0) : 0;
    frames[2 * i] = start;
    frames[2 * i + 1] = start + length;
  }
  scanner.scanPackets(count, origin, seeds.seedLo, seeds.seedHi);
  return count;
}
