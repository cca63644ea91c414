/** npm run build:native: the capture addon, always anew. */
import { main } from './lib/shell.mjs';
import { buildAddon } from './lib/steps.mjs';

await main(() => buildAddon());
