/**
 * npm test [-- WORD …] [--no-skips]: sets up, compiles, runs all tests (those whose path holds one of
 * the words), end-to-end tests one file after the other. With --no-skips a skipped test is a failure.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePackages, NATIVE_PACKAGES, TEST_PACKAGES } from './lib/debian.mjs';
import { main, root, say, statusOf } from './lib/shell.mjs';
import { filesBelow } from './lib/stamps.mjs';
import {
  ensureAddon,
  ensureCap,
  ensureDist,
  ensureNodeModules,
  ensureTestBuild,
} from './lib/steps.mjs';

const given = process.argv.slice(2);
const noSkips = given.includes('--no-skips');
const words = given.filter((word) => !word.startsWith('-'));

function compiledTests() {
  return filesBelow('test')
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .map((file) => join('build', file.replace(/\.ts$/, '.js')));
}

/** Runs files under node --test and gives its totals; a run that gave none counts as one failure. */
function runTests(files, options) {
  const none = { passed: 0, failed: 0, skipped: [], failures: [] };
  if (files.length === 0) return none;
  const folder = mkdtempSync(join(tmpdir(), 'sipgauge-test-'));
  const path = join(folder, 'totals.json');
  const reporter = join(root, 'scripts', 'lib', 'test-reporter.mjs');
  const args = ['--enable-source-maps', '--test', ...options, `--test-reporter=${reporter}`];
  const env = { ...process.env, SIPGAUGE_TEST_TOTALS: path };
  const stdio = ['ignore', 'inherit', 'inherit'];
  const status = statusOf(process.execPath, [...args, ...files], { env, stdio });
  const totals = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { ...none };
  rmSync(folder, { recursive: true });
  if (status !== 0 && totals.failed === 0) {
    totals.failed = 1;
    totals.failures.push({ file: files.join(' '), name: `node --test ended with ${status}` });
  }
  return totals;
}

await main(() => {
  ensurePackages([...NATIVE_PACKAGES, ...TEST_PACKAGES]);
  ensureNodeModules();
  ensureDist();
  ensureAddon();
  ensureCap();
  ensureTestBuild();
  const files = compiledTests();
  if (files.length === 0) say('no test file matches');
  const serial = files.filter((file) => file.includes('/e2e/') || file.includes('/native/'));
  const parallel = files.filter((file) => !serial.includes(file));
  const runs = [runTests(parallel, []), runTests(serial, ['--test-concurrency=1'])];

  const skipped = runs.flatMap((run) => run.skipped);
  const failures = runs.flatMap((run) => run.failures);
  for (const { file, name, reason } of skipped)
    process.stdout.write(`skipped: ${file}: ${name}: ${reason}\n`);
  for (const { file, name } of failures) process.stdout.write(`failed: ${file}: ${name}\n`);
  const sum = (name) => runs.reduce((total, run) => total + run[name], 0);
  const failed = sum('failed') + (noSkips ? skipped.length : 0);
  const rest = noSkips ? 0 : skipped.length;
  process.stdout.write(`${sum('passed')} passed, ${failed} failed, ${rest} skipped\n`);
  return failed === 0 && files.length > 0 ? 0 : 1;
});
