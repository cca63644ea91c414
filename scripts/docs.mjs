/** npm run docs: writes what derives from the table of options: docs/CONFIGURATION.md, the man page, the schema. */
import { runFolder } from './lib/compiled.mjs';
import { main } from './lib/shell.mjs';

await main(() => runFolder('docs/make', process.argv.slice(2)));
