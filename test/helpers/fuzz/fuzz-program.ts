/** The command line of a fuzzer: `--seed=N --count=N --seconds=N`; says what it did, and fails when it found something. */
import { parseArgs } from 'node:util';
import { writeCrasher } from './crasher.ts';
import { type FuzzSubject, fuzzRun } from './fuzz-run.ts';

const MEBIBYTE = 1024 * 1024;

export function fuzzProgram(subject: FuzzSubject): void {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '10000000' },
      seed: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '30' },
    },
  });
  const seed = Number(values.seed);
  const milliseconds = Number(values.seconds) * 1000;
  const outcome = fuzzRun(subject, { seed, packets: Number(values.count), milliseconds });
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
