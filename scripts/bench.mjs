/**
 * npm run bench [-- --quick | --OPTION]: the whole, in ratios (test/bench/bench.ts).
 * npm run bench -- NAME … [--OPTION]: other benches of test/bench by name, one process each; `all` runs every one.
 */
import { runFolder } from './lib/compiled.mjs';
import { main } from './lib/shell.mjs';
import { ensureDist } from './lib/steps.mjs';

const words = process.argv.slice(2);
const named = words.filter((word) => !word.startsWith('-'));

await main(() => {
  ensureDist();
  if (named.length === 0) return runFolder('test/bench', ['bench', ...words]);
  return runFolder(
    'test/bench',
    named.includes('all') ? words.filter((word) => word !== 'all') : words,
  );
});
