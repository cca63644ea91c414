/**
 * npm run make:prebuild: the addon for this machine's architecture into native/prebuilds/, where npm pack takes it up. It
 * is linked against Debian's libpcap.so.0.8; where that is not what is installed, the installation builds from source.
 */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { main, root, run } from './lib/shell.mjs';
import { ensureAddon, ensureNodeModules } from './lib/steps.mjs';

await main(() => {
  ensureNodeModules();
  ensureAddon();
  const folder = join(root, `native/prebuilds/${process.platform}-${process.arch}`);
  mkdirSync(folder, { recursive: true });
  const target = join(folder, 'sipgauge.node');
  cpSync(join(root, 'native/build/Release/sipgauge.node'), target);
  run('strip', ['--strip-unneeded', target]);
});
