/**
 * node scripts/setup.mjs [--all]: what `npm start` does before it begins; with --all also what testing and
 * checking want: the addon, npm's cap, Debian's packages.
 */
import { CHECK_PACKAGES, ensurePackages, NATIVE_PACKAGES, TEST_PACKAGES } from './lib/debian.mjs';
import { main, SetupError } from './lib/shell.mjs';
import { ensureAddon, ensureCap, ensureDist, ensureNodeModules } from './lib/steps.mjs';

await main(() => {
  const all = process.argv.includes('--all');
  const wanted = all ? [...NATIVE_PACKAGES, ...TEST_PACKAGES, ...CHECK_PACKAGES] : [];
  const left = ensurePackages(wanted, { again: true });
  ensureNodeModules();
  ensureDist();
  if (all) {
    ensureAddon();
    ensureCap();
  }
  if (left.length > 0) throw new SetupError(`not to be had: ${left.join(', ')}`);
});
