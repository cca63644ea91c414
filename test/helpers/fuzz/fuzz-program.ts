/**
 * The command line of a fuzzer: `--seed=N --count=N --seconds=N`, and `--compared=0.05` when a twentieth of the packets
 * is enough for the second pass; `--slow=MS` for what one packet may take, where a machine does not have its processors for
 * itself. Says what it did, and fails when it found something.
 */
import { parseArgs } from 'node:util';
import { writeCrasher } from './crasher.ts';
import { type FuzzSubject, fuzzRun, SLOW_MS } from './fuzz-run.ts';

const MEBIBYTE = 1024 * 1024;

export function fuzzProgram(subject: FuzzSubject): void {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '10000000' },
      seed: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '30' },
      compared: { type: 'string', default: '1' },
      slow: { type: 'string', default: String(SLOW_MS) },
    },
  });
  const seed = Number(values.seed);
  const compared = Number(values.compared);
  const milliseconds = (Number(values.seconds) * 1000) / (1 + compared);
  const slowMs = Number(values.slow);
  const limits = { seed, packets: Number(values.count), milliseconds, compared, slowMs };
  const outcome = fuzzRun(subject, limits);
  const { packets, slowestMs, memory, grown, problems } = outcome;
  console.log(
    `${subject.name}: seed ${seed}, ${packets} packets, slowest ${slowestMs.toFixed(2)} ms, ` +
      `${(memory / MEBIBYTE).toFixed(1)} MiB held, ${(grown / MEBIBYTE).toFixed(1)} MiB more than after warm-up`,
  );
  for (const problem of problems) {
    const path = writeCrasher(subject, seed, problem);
    console.log(`${subject.name}: seed ${seed}, packet ${problem.at}: ${problem.text}`);
    console.log(path === undefined ? 'not seen again by a fresh data plane' : `fixture: ${path}`);
  }
  if (problems.length > 0) process.exitCode = 1;
}
