/**
 * Mutated packets against the decoding stages, then against the whole data plane: no throw, no packet slower than
 * 10 ms, one fate each, no growth of memory. `--packets=N --seed=N --seconds=N`, each for both; the same seed
 * makes the same packets.
 */
import { parseArgs } from 'node:util';
import { fuzzPackets, seedPackets } from '../helpers/packet-fuzz.ts';
import { DecodeTarget, type PacketTarget } from '../helpers/packet-target.ts';
import { PipelineTarget, replayConfig } from '../helpers/pipeline-target.ts';

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
const config = await replayConfig({
  local: '0.0.0.0/1',
  'dedup-window': '5ms',
  'hep-port': '9060',
});

function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function fuzz(name: string, create: () => PacketTarget): void {
  const warmUp = { seed, packets: packets / 10, milliseconds: milliseconds / 10 };
  const first = fuzzPackets(create, seeds, warmUp);
  const before = memory();
  const result = fuzzPackets(create, seeds, { seed, packets, milliseconds });
  const grown = memory() - before;
  const problems = [...first.problems, ...result.problems];
  if (grown > GROWTH_BYTES_MAX) problems.push(`memory grew by ${grown} bytes`);
  const slowest = result.slowestMs.toFixed(2);
  console.log(`${name}: seed ${seed}, ${result.packets} packets, slowest ${slowest} ms`);
  for (const problem of problems) console.log(`${name}: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

fuzz('decode', () => new DecodeTarget(FRAGMENTS_MAX));
fuzz('pipeline', () => new PipelineTarget(config));
