/** npm run build: TypeScript → dist/. */
import { main } from './lib/shell.mjs';
import { build } from './lib/steps.mjs';

await main(() => build('tsconfig.json', 'dist', ['src']));
