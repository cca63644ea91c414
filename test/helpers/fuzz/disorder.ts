/** Repeats, delays and drops packets of another generator, as networks and captures on several interfaces do. */
import type { SeededRandom } from '../seeded-random.ts';
import type { FuzzPacket, PacketGenerator } from './fuzz-packet.ts';

/** Packets that may be waiting to come late or again. */
const WAITING_MAX = 8;

export class Disorder implements PacketGenerator {
  private readonly random: SeededRandom;
  private readonly generator: PacketGenerator;
  private readonly waiting: FuzzPacket[] = [];

  constructor(random: SeededRandom, generator: PacketGenerator) {
    this.random = random;
    this.generator = generator;
  }

  next(): FuzzPacket {
    const { random, waiting } = this;
    if (waiting.length > 0 && random.chance(waiting.length / WAITING_MAX / 2)) {
      const [late] = waiting.splice(random.integer(0, waiting.length - 1), 1);
      if (late !== undefined) return late;
    }
    const packet = this.generator.next();
    if (waiting.length >= WAITING_MAX || random.chance(0.9)) return packet;
    if (random.chance(0.5)) {
      waiting.push({ ...packet, interfaceIndex: random.integer(0, 2) });
      return packet;
    }
    if (random.chance(0.8)) waiting.push(packet);
    return this.generator.next();
  }
}
