/**
 * The steps of the set-up, each of which looks first and does nothing when there is nothing to do:
 * npm packages, the TypeScript builds, the addon.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NATIVE_PACKAGES, requirePackages } from './debian.mjs';
import { nativeEnvironment, nodeProgram, root, run, SetupError, say } from './shell.mjs';
import { contentDigest, filesBelow, setStamp, signature, stampOf } from './stamps.mjs';

const INSTALLED_LOCK = 'node_modules/.package-lock.json';

/** npm packages as the lock file has them. Install scripts wait: replaying needs no addon. */
export function ensureNodeModules() {
  if (!existsSync(join(root, 'package-lock.json'))) return; // An installed package, not a checkout.
  const wanted = contentDigest('package-lock.json');
  const installed = existsSync(join(root, INSTALLED_LOCK));
  if (installed && stampOf('node-modules') === wanted) return;
  const newer = installed && modified(INSTALLED_LOCK) >= modified('package-lock.json');
  if (!newer) {
    say('npm ci');
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  setStamp('node-modules', wanted);
}

function modified(path) {
  return statSync(join(root, path)).mtimeMs;
}

/** Compiles one project into `outDir`, copies what is no TypeScript, and drops what has no source now. */
export function build(project, outDir, inputs) {
  say(`tsc -p ${project}`);
  const tsc = nodeProgram('typescript/bin/tsc');
  run(process.execPath, [tsc, '-p', project, '--outDir', outDir]);
  const sources = inputs.flatMap(filesBelow);
  const strip = inputs.length === 1 ? `${inputs[0]}/` : '';
  const expected = new Set();
  for (const source of sources) {
    const target = join(outDir, source.slice(strip.length));
    if (source.endsWith('.ts')) expected.add(target.replace(/\.ts$/, ''));
    else if (source.startsWith('src/')) {
      mkdirSync(join(root, dirname(target)), { recursive: true });
      copyFileSync(join(root, source), join(root, target));
      expected.add(target);
    }
  }
  for (const output of filesBelow(outDir)) {
    const stem = output.replace(/(\.d\.ts|\.js|\.js\.map)$/, '');
    if (!expected.has(stem) && !expected.has(output)) rmSync(join(root, output));
  }
}

/** The program as it ships: compiled, then bundled. */
export function buildDist() {
  build('tsconfig.json', 'dist', ['src']);
  run(process.execPath, ['scripts/bundle.mjs']);
}

function ensureBuilt(stamp, outDir, inputs, make) {
  const configs = [
    'tsconfig.json',
    'tsconfig.test.json',
    'package-lock.json',
    'scripts/bundle.mjs',
    'scripts/lib/code-cache.mjs',
    'scripts/lib/inline-reads.mjs',
  ];
  const wanted = signature([...configs, ...inputs], process.version);
  if (stampOf(stamp) === wanted && existsSync(join(root, outDir))) return;
  make();
  setStamp(stamp, wanted);
}

/** The program: src → dist. */
export function ensureDist() {
  if (!existsSync(join(root, 'src'))) return; // An installed package brings dist along.
  ensureBuilt('dist', 'dist', ['src'], buildDist);
}

/** The program, its tests, benches and generators: → build. */
export function ensureTestBuild() {
  const inputs = ['src', 'test', 'pcaps/make', 'docs/make'];
  ensureBuilt('build', 'build', inputs, () => build('tsconfig.test.json', 'build', inputs));
}

/** Compiles the addon in native/ by node-gyp. */
export function buildAddon() {
  requirePackages(NATIVE_PACKAGES, 'the capture addon');
  const own = nodeProgram('node-gyp/bin/node-gyp.js');
  // An installed package has no node-gyp of its own; npm brings one along.
  const gyp = existsSync(own) ? own : process.env.npm_config_node_gyp;
  if (gyp === undefined)
    throw new SetupError('building the capture addon needs node-gyp, by npm run build:native');
  const args = [gyp, 'rebuild', '-C', 'native', '--loglevel=warn'];
  run(process.execPath, args, { env: nativeEnvironment() });
}

/** The addon, when native/ changed since it was last built. */
export function ensureAddon() {
  const inputs = ['native/binding.gyp', 'native/src'];
  const wanted = signature(inputs, process.version, process.arch);
  const built = existsSync(join(root, 'native/build/Release'));
  if (built && stampOf('addon') === wanted) return;
  say('compiling the capture addon');
  buildAddon();
  setStamp('addon', wanted);
}

/** npm's `cap` for `--source cap`; optional, so a failure is one line. */
export function ensureCap() {
  if (!existsSync(join(root, 'node_modules/cap'))) return;
  if (existsSync(join(root, 'node_modules/cap/build/Release/cap.node'))) return;
  if (stampOf('cap') === process.version) return;
  setStamp('cap', process.version);
  say('npm rebuild cap');
  const options = { env: nativeEnvironment() };
  try {
    run('npm', ['rebuild', 'cap', '--foreground-scripts=false', '--loglevel=error'], options);
  } catch (error) {
    say(`npm's cap could not be built, --source cap is not to be had: ${error.message}`);
  }
}
