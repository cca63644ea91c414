/** npm run check: compiler, linters and formatters, all of them, then one line each. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { CHECK_PACKAGES, ensurePackages } from './lib/debian.mjs';
import { NODE_FILES } from './lib/native-sources.mjs';
import { hasCommand, main, nodePrefix, nodeProgram, root, statusOf } from './lib/shell.mjs';
import { filesBelow } from './lib/stamps.mjs';
import { ensureNodeModules } from './lib/steps.mjs';

const strict = process.argv.includes('--strict');

await main(() => {
  ensureNodeModules();
  ensurePackages(CHECK_PACKAGES);
  const results = [];
  const check = (name, command, args, options = {}) => {
    const started = Date.now();
    const status = statusOf(command, args, options);
    results.push({ name, status, seconds: (Date.now() - started) / 1000 });
  };
  const node = (name, program, ...args) =>
    check(name, process.execPath, [nodeProgram(program), ...args]);

  node('tsc', 'typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json');
  node('tsc, tests', 'typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.test.json');
  node('biome', '@biomejs/biome/bin/biome', 'ci', '--error-on-warnings');
  node('knip', 'knip/bin/knip.js');
  check('scanner', process.execPath, ['scripts/build-wasm.mjs', '--check']);
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

/** The C++; what is left out where Debian's clang tools are missing fails with --strict. */
function checkNative(check, results) {
  const all = ['native/src', 'native/test'].flatMap(filesBelow);
  const sources = all.filter((file) => /\.(cc|h)$/.test(file));
  for (const tool of ['clang-format', 'clang-tidy']) {
    if (!hasCommand(tool)) results.push({ name: tool, status: 127, seconds: 0 });
  }
  if (hasCommand('clang-format')) {
    check('clang-format', 'clang-format', ['--dry-run', '-Werror', ...sources]);
  }
  if (hasCommand('clang-tidy')) {
    // xargs runs one clang-tidy a core; it counts the warnings in system headers on stderr, which nobody asks for.
    // Those that take longest come first.
    const units = sources.filter((file) => file.startsWith('native/src/') && file.endsWith('.cc'));
    units.sort((a, b) => Number(NODE_FILES.includes(b)) - Number(NODE_FILES.includes(a)));
    const jobs = ['-P', String(availableParallelism()), '-I', '{}'];
    const input = { input: units.join('\n'), stdio: ['pipe', 'inherit', 'ignore'] };
    check(
      'clang-tidy',
      'xargs',
      [...jobs, 'clang-tidy', '--quiet', '{}', ...tidyArguments()],
      input,
    );
  }
}

function tidyArguments() {
  const headers = join(nodePrefix() ?? '/usr', 'include/node');
  const system = [headers, join(root, 'node_modules/node-addon-api')];
  const includes = system.flatMap((folder) => ['-isystem', folder]);
  return [
    '--',
    '-std=c++20',
    ...includes,
    '-DNAPI_VERSION=8',
    '-DNODE_ADDON_API_DISABLE_CPP_EXCEPTIONS',
  ];
}
