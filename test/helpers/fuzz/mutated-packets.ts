/**
 * Packets of captures: single ones made strange, and rows of a capture in their order with a strange one here and
 * there, so that what is remembered between packets has something to remember.
 */
import { PacketMutator } from '../packet-mutator.ts';
import type { CapturedPacket } from '../read-pcap.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { FuzzPacket, PacketGenerator } from './fuzz-packet.ts';
import { PacketTimes } from './packet-times.ts';

const ROW_MAX = 60;
const INTERFACES = 3;

export class MutatedPackets implements PacketGenerator {
  private readonly random: SeededRandom;
  private readonly seeds: readonly CapturedPacket[];
  private readonly mutator: PacketMutator;
  private readonly times: PacketTimes;
  private cursor = 0;
  private rowEnd = 0;

  constructor(random: SeededRandom, seeds: readonly CapturedPacket[]) {
    this.random = random;
    this.seeds = seeds;
    this.mutator = new PacketMutator(random, seeds);
    this.times = new PacketTimes(random);
  }

  next(): FuzzPacket {
    const { random, seeds, mutator } = this;
    const timestampUs = this.times.next();
    const interfaceIndex = random.chance(0.9) ? 0 : random.integer(1, INTERFACES - 1);
    if (this.cursor < this.rowEnd) {
      const seed = seeds[this.cursor++] ?? random.pick(seeds);
      const packet = random.chance(0.2) ? mutator.mutated(seed) : seed;
      const { data, len, linktype } = packet;
      return { timestampUs, interfaceIndex, data, len, linktype };
    }
    if (random.chance(0.02)) {
      this.cursor = random.integer(0, seeds.length - 1);
      this.rowEnd = Math.min(seeds.length, this.cursor + random.integer(1, ROW_MAX));
    }
    return { ...mutator.next(), timestampUs, interfaceIndex };
  }
}
