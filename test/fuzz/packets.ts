/**
 * Mutated packets against decoding, fragments and duplicates: no throw, no packet slower than 10 ms, one fate
 * each, no growth of memory. `--packets=N --seed=N --seconds=N`; the same seed makes the same packets.
 */
import { parseArgs } from 'node:util';
import { fuzzPackets, seedPackets } from '../helpers/packet-fuzz.ts';
import { DecodeTarget } from '../helpers/packet-target.ts';

const FRAGMENTS_MAX = 256;
/** What a run may hold more at its end than after a tenth of it. */
const GROWTH_BYTES_MAX = 48 * 1024 * 1024;

const { values } = parseArgs({
  options: {
    packets: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '30' },
  },
});
const packets = Number(values.packets);
const seed = Number(values.seed);
const milliseconds = Number(values.seconds) * 1000;
const seeds = seedPackets(true);

const create = (): DecodeTarget => new DecodeTarget(FRAGMENTS_MAX);
const first = fuzzPackets(create, seeds, {
  seed,
  packets: packets / 10,
  milliseconds: milliseconds / 10,
});
const before = process.memoryUsage();
const result = fuzzPackets(create, seeds, { seed, packets, milliseconds });
const after = process.memoryUsage();
const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
const problems = [...first.problems, ...result.problems];
if (grown > GROWTH_BYTES_MAX) problems.push(`memory grew by ${grown} bytes`);

console.log(
  `packets: seed ${seed}, ${result.packets} packets of ${seeds.length} seeds, slowest ${result.slowestMs.toFixed(2)} ms`,
);
for (const problem of problems) console.log(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
