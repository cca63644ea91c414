/** node scripts/setup.mjs [--native]: what `npm start` and `npm test` do before they begin. */
import { ensurePackages, TEST_PACKAGES } from './lib/debian.mjs';
import { main } from './lib/shell.mjs';
import { ensureAddon, ensureCap, ensureDist, ensureNodeModules } from './lib/steps.mjs';

await main(() => {
  ensureNodeModules();
  ensureDist();
  if (!process.argv.includes('--native')) return;
  ensureAddon();
  ensureCap();
  ensurePackages(TEST_PACKAGES);
});
