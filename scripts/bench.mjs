/** npm run bench [-- NAME … --OPTION]: the benches of test/bench, one process each. */
import { runFolder } from './lib/compiled.mjs';
import { main } from './lib/shell.mjs';

await main(() => runFolder('test/bench', process.argv.slice(2)));
