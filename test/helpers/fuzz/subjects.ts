/** The fuzzers: which packets they make, and what they throw them at. */
import { seedPackets } from '../packet-fuzz.ts';
import { SeededRandom } from '../seeded-random.ts';
import { CheckedParser } from './checked-parser.ts';
import { CheckedPlane, planeConfigs } from './checked-plane.ts';
import { Disorder } from './disorder.ts';
import type { PacketGenerator } from './fuzz-packet.ts';
import type { FuzzSubject } from './fuzz-run.ts';
import { HepPackets } from './hep-packets.ts';
import { MessagePackets } from './message-packets.ts';
import { MutatedPackets } from './mutated-packets.ts';
import { StreamPackets } from './stream-packets.ts';

export type FuzzerName = 'packets' | 'streams' | 'hep' | 'messages';

/** `withShared`: seeds of `packets` are also taken from the captures beside the checkout. */
export async function fuzzSubject(name: FuzzerName, withShared: boolean): Promise<FuzzSubject> {
  const configs = await planeConfigs();
  const plane = (seed: number): CheckedPlane => {
    const config = configs[seed % configs.length];
    if (config === undefined) throw new Error(`no configuration for seed ${seed}`);
    return new CheckedPlane(config);
  };
  const create = generatorOf(name, withShared);
  return {
    name,
    generator: (seed) => {
      const random = new SeededRandom(seed);
      return new Disorder(random, create(random));
    },
    target: name === 'messages' ? (seed) => new CheckedParser(plane(seed)) : plane,
  };
}

function generatorOf(
  name: FuzzerName,
  withShared: boolean,
): (random: SeededRandom) => PacketGenerator {
  switch (name) {
    case 'packets': {
      const seeds = seedPackets(withShared);
      return (random) => new MutatedPackets(random, seeds);
    }
    case 'streams':
      return (random) => new StreamPackets(random);
    case 'hep':
      return (random) => new HepPackets(random);
    case 'messages':
      return (random) => new MessagePackets(random);
  }
}
