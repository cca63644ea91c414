/** npm run fuzz [-- NAME … --seconds=N]: the fuzzers of test/fuzz, one a core at a time. */
import { availableParallelism } from 'node:os';
import { runFolder } from './lib/compiled.mjs';
import { main } from './lib/shell.mjs';

await main(() => runFolder('test/fuzz', process.argv.slice(2), availableParallelism()));
