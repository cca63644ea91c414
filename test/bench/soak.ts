/**
 * A simulated week under load, longer than the test of it: counted to the message, no growth after the first
 * quarter, gauges at zero at the end; memory is printed at each quarter. --conversations=N, --once for a short one.
 */
import { once } from '../helpers/bench-once.ts';
import { runSoak } from '../helpers/load/run-soak.ts';

const WEEK_SECONDS = 7 * 86_400;
const CONVERSATIONS = 500_000;
const SHORT = once ? 1000 : 6400;

const prefix = '--conversations=';
const given = process.argv.find((word) => word.startsWith(prefix))?.slice(prefix.length);
const usual = once || process.argv.includes('--quick') ? SHORT : CONVERSATIONS;
const started = performance.now();
const { messages, rows, residentMb } = await runSoak(Number(given ?? usual), WEEK_SECONDS, 1);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
process.stdout.write(
  `a week, ${messages} messages in ${seconds} s: equal to the generator's ledger, gauges at zero\n` +
    `rows at each quarter and after the rest: ${rows.join(' ')}\n` +
    `resident MiB, generator included: ${residentMb.join(' ')}\n`,
);
