/**
 * npm's install step of the packed program: makes sure that the capture addon loads, by the prebuilt one or by
 * building it from source. It never fails the installation, since replaying needs no addon; it says what is missing.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { NATIVE_PACKAGES } from './lib/debian.mjs';
import { main, root, say } from './lib/shell.mjs';
import { buildAddon } from './lib/steps.mjs';

/** Loads what is there, as the program would. */
function loads(path) {
  try {
    createRequire(import.meta.url)(path);
    return true;
  } catch {
    return false; // Another libc or libpcap: the source build decides.
  }
}

await main(() => {
  const isCheckout = existsSync(join(root, 'src'));
  if (isCheckout || process.platform !== 'linux') return;
  const built = join(root, 'native/build/Release/sipgauge.node');
  const prebuilt = join(root, `native/prebuilds/linux-${process.arch}/sipgauge.node`);
  if ([built, prebuilt].some((path) => existsSync(path) && loads(path))) return;
  const missing = NATIVE_PACKAGES.filter((entry) => !entry.present()).map((entry) => entry.name);
  if (missing.length > 0) {
    const later = 'then: npm rebuild -g sipgauge';
    say(`replay works; to capture, first: apt-get install ${missing.join(' ')}; ${later}`);
    return;
  }
  try {
    buildAddon();
  } catch (error) {
    say(`replay works, capturing does not: ${error.message}`);
  }
});
