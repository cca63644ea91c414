/**
 * npm test [-- WORD …] [--no-skips]: sets up, compiles, runs all tests (those whose path holds one of the words), a file a
 * core at a time, each end-to-end test in a network of its own. With --no-skips a skipped test is a failure, unless what it
 * lacks can't be installed: the captures that lie beside a checkout, or don't.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages, NATIVE_PACKAGES, TEST_PACKAGES } from './lib/debian.mjs';
import { main, root, say } from './lib/shell.mjs';
import { filesBelow } from './lib/stamps.mjs';
import {
  ensureAddon,
  ensureCap,
  ensureDist,
  ensureNodeModules,
  ensureTestBuild,
} from './lib/steps.mjs';
import { TestRuns } from './lib/test-runs.mjs';

const given = process.argv.slice(2);
const noSkips = given.includes('--no-skips');
const words = given.filter((word) => !word.startsWith('-'));

const hasShared = existsSync(join(root, '..', 'shared'));
/** What tests of the captures beside the checkout say when there are none. */
const OF_SHARED = /shared|beside the checkout/;

function compiledTests() {
  return filesBelow('test')
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .map((file) => join('build', file.replace(/\.ts$/, '.js')));
}

await main(async () => {
  ensurePackages([...NATIVE_PACKAGES, ...TEST_PACKAGES]);
  ensureNodeModules();
  ensureDist();
  ensureAddon();
  ensureCap();
  ensureTestBuild();
  const files = compiledTests();
  if (files.length === 0) say('no test file matches');
  const runs = new TestRuns();
  // Those of native/ first: one of them compiles for longer than any other takes.
  const native = files.filter((file) => file.includes('/native/'));
  const live = files.filter((file) => file.includes('/e2e/'));
  const others = files.filter((file) => ![...native, ...live].includes(file));
  const results = others.length > 0 ? [await runs.together(others)] : [];
  results.push(...(await runs.apart([...native, ...live])));

  const skipped = results.flatMap((run) => run.skipped);
  const failures = results.flatMap((run) => run.failures);
  for (const { file, name, reason } of skipped)
    process.stdout.write(`skipped: ${file}: ${name}: ${reason}\n`);
  for (const { file, name } of failures) process.stdout.write(`failed: ${file}: ${name}\n`);
  const sum = (name) => results.reduce((total, run) => total + run[name], 0);
  const excused = ({ reason }) => !noSkips || (!hasShared && OF_SHARED.test(reason));
  const rest = skipped.filter(excused).length;
  const failed = sum('failed') + skipped.length - rest;
  process.stdout.write(`${sum('passed')} passed, ${failed} failed, ${rest} skipped\n`);
  return failed === 0 && files.length > 0 ? 0 : 1;
});
