/** npm run build: TypeScript → dist/, bundled. */
import { main } from './lib/shell.mjs';
import { buildDist } from './lib/steps.mjs';

await main(buildDist);
