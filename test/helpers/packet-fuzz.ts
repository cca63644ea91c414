/** Throws mutated packets at a target, one at a time, and says what did not hold. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PacketBatch } from '../../src/core/packet-batch.ts';
import { processorMs } from './own-time.ts';
import { PacketMutator } from './packet-mutator.ts';
import type { PacketTarget } from './packet-target.ts';
import { repoRoot, sharedRoot } from './paths.ts';
import { type CapturedPacket, readPcap } from './read-pcap.ts';
import { SeededRandom } from './seeded-random.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly packets: number;
}

export interface FuzzResult {
  readonly packets: number;
  readonly slowestMs: number;
  /** Each names the packet, in hex, that can become a fixture. */
  readonly problems: readonly string[];
}

/** Of each capture, so that long ones don't outweigh the others. */
const PACKETS_OF_FILE = 60;
/** Headers differ at the front; bodies of this size are enough. */
const SEED_BYTES_MAX = 2000;
const SLOW_MS = 10;
const SETTLED_PACKETS = 2000;
/** Slower, a packet is taken a few times again, since garbage may have been collected. */
const RETRIES = 3;
const BLOCK_BYTES = 16_384;
const PACKET_OFFSET = 100;
const CHECK_EVERY = 10_000;

/** The packets of `pcaps/`, and of the captures beside the checkout when asked for. */
export function seedPackets(withShared: boolean): CapturedPacket[] {
  const folders = [join(repoRoot, 'pcaps')];
  if (withShared && sharedRoot !== undefined) {
    folders.push(join(sharedRoot, 'corpus', 'made'), join(sharedRoot, 'corpus', 'real'));
  }
  const found = folders.filter((folder) => existsSync(folder));
  return found.flatMap((folder) => {
    const names = readdirSync(folder).filter((name) => name.endsWith('.pcap'));
    return names.sort().flatMap((name) => readSome(join(folder, name)));
  });
}

function readSome(path: string): CapturedPacket[] {
  try {
    return readPcap(path)
      .slice(0, PACKETS_OF_FILE)
      .map((packet) => ({ ...packet, data: packet.data.subarray(0, SEED_BYTES_MAX) }));
  } catch {
    // Some captures are there because they are of a kind that this reader does not know.
    return [];
  }
}

export function fuzzPackets(
  createTarget: () => PacketTarget,
  seeds: readonly CapturedPacket[],
  options: FuzzOptions,
): FuzzResult {
  const random = new SeededRandom(options.seed);
  const mutator = new PacketMutator(random, seeds);
  const target = createTarget();
  const batch = new SinglePacketBatch();
  const problems: string[] = [];
  let slowestMs = 0;
  let packets = 0;
  let nowUs = 1e15;
  while (packets < options.packets && problems.length === 0) {
    nowUs += random.chance(0.001) ? random.between(-60e6, 60e6) : random.between(0, 20_000);
    batch.put(mutator.next(), nowUs, random.integer(0, 1));
    const startMs = processorMs();
    try {
      target.take(batch);
    } catch (error) {
      problems.push(`${String(error)} at packet ${packets}: ${batch.hex()}`);
    }
    packets++;
    const tookMs = processorMs() - startMs;
    if (tookMs > SLOW_MS && packets > SETTLED_PACKETS) {
      const againMs = leastTime(createTarget(), batch);
      if (againMs > SLOW_MS) problems.push(`${againMs} ms for packet ${packets}: ${batch.hex()}`);
      slowestMs = Math.max(slowestMs, againMs);
    } else if (packets > SETTLED_PACKETS) slowestMs = Math.max(slowestMs, tookMs);
    if (packets % CHECK_EVERY === 0) problems.push(...target.problems(packets));
  }
  if (problems.length === 0) problems.push(...target.problems(packets));
  return { packets, slowestMs, problems };
}

function leastTime(target: PacketTarget, batch: PacketBatch): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RETRIES; i++) {
    const startMs = processorMs();
    target.take(batch);
    least = Math.min(least, processorMs() - startMs);
  }
  return least;
}

/** One packet in the middle of other bytes. */
class SinglePacketBatch implements PacketBatch {
  readonly block: Uint8Array = new Uint8Array(BLOCK_BYTES).fill(0x45);
  readonly count = 1;
  readonly timestampUs: Float64Array = new Float64Array(1);
  readonly offset: Uint32Array = Uint32Array.of(PACKET_OFFSET);
  readonly caplen: Uint32Array = new Uint32Array(1);
  readonly len: Uint32Array = new Uint32Array(1);
  readonly linktype: Uint16Array = new Uint16Array(1);
  readonly interfaceIndex: Uint16Array = new Uint16Array(1);
  firstFrame = 0;
  readonly drained = false;

  put(
    packet: { readonly data: Uint8Array; readonly len: number; readonly linktype: number },
    timestampUs: number,
    interfaceIndex: number,
  ): void {
    this.block.set(packet.data, PACKET_OFFSET);
    this.timestampUs[0] = timestampUs;
    this.caplen[0] = packet.data.length;
    this.len[0] = packet.len;
    this.linktype[0] = packet.linktype;
    this.interfaceIndex[0] = interfaceIndex;
    this.firstFrame++;
  }

  /** Link type, wire length and bytes. */
  hex(): string {
    const end = PACKET_OFFSET + (this.caplen[0] ?? 0);
    const data = Buffer.from(this.block.subarray(PACKET_OFFSET, end)).toString('hex');
    return `linktype ${this.linktype[0]} len ${this.len[0]} ${data}`;
  }
}
