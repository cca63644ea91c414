/** npm run fuzz [-- NAME … --seconds=N]: the fuzzers of test/fuzz, one after the other. */
import { runFolder } from './lib/compiled.mjs';
import { main } from './lib/shell.mjs';

await main(() => runFolder('test/fuzz', process.argv.slice(2)));
