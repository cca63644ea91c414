/** npm run check: compiler, linters and formatters, all of them, then one line each. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHECK_PACKAGES, ensurePackages } from './lib/debian.mjs';
import { hasCommand, main, nodeProgram, root, statusOf } from './lib/shell.mjs';
import { filesBelow } from './lib/stamps.mjs';
import { ensureNodeModules } from './lib/steps.mjs';

const strict = process.argv.includes('--strict');

await main(() => {
  ensureNodeModules();
  ensurePackages(CHECK_PACKAGES);
  const results = [];
  const check = (name, command, args) => {
    const started = Date.now();
    const status = statusOf(command, args);
    results.push({ name, status, seconds: (Date.now() - started) / 1000 });
  };
  const node = (name, program, ...args) =>
    check(name, process.execPath, [nodeProgram(program), ...args]);

  node('tsc', 'typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json');
  node('tsc, tests', 'typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.test.json');
  node('biome', '@biomejs/biome/bin/biome', 'ci', '--error-on-warnings');
  node('knip', 'knip/bin/knip.js');
  checkNative(check, results);

  for (const { name, status, seconds } of results) {
    const verdict = status === 0 ? 'ok' : status === 127 ? 'not installed' : 'FAILED';
    process.stdout.write(`${name.padEnd(14)} ${verdict.padEnd(14)} ${seconds.toFixed(1)} s\n`);
  }
  const failed = results.filter(({ status }) => status !== 0 && (strict || status !== 127));
  process.stdout.write(
    `check: ${results.length - failed.length} passed, ${failed.length} failed\n`,
  );
  return failed.length === 0 ? 0 : 1;
});

/** The addon's C++; left out where Debian's clang tools are missing, unless --strict. */
function checkNative(check, results) {
  const all = filesBelow('native/src');
  const sources = all.filter((file) => /\.(cc|cpp|h|hpp)$/.test(file));
  if (sources.length === 0) return;
  for (const tool of ['clang-format', 'clang-tidy']) {
    if (!hasCommand(tool)) results.push({ name: tool, status: 127, seconds: 0 });
  }
  if (hasCommand('clang-format')) {
    check('clang-format', 'clang-format', ['--dry-run', '-Werror', ...sources]);
  }
  if (hasCommand('clang-tidy')) check('clang-tidy', 'clang-tidy', tidyArguments(sources));
}

function tidyArguments(sources) {
  const prefixes = [join(process.execPath, '..', '..'), '/usr', '/usr/local'];
  const headers = prefixes
    .map((prefix) => join(prefix, 'include', 'node'))
    .find((folder) => existsSync(join(folder, 'node_api.h')));
  const units = sources.filter((file) => /\.(cc|cpp)$/.test(file));
  const system = [headers ?? '/usr/include/node', join(root, 'node_modules/node-addon-api')];
  const includes = system.flatMap((folder) => ['-isystem', folder]);
  const defines = [
    '-DNAPI_VERSION=8',
    '-DNODE_ADDON_API_DISABLE_DEPRECATED',
    '-DNAPI_DISABLE_CPP_EXCEPTIONS',
  ];
  return ['--quiet', ...units, '--', '-std=c++20', ...includes, ...defines];
}
