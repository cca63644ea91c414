/**
 * The addon under instruments: its Node-free files as a program under AddressSanitizer and UBSan and
 * under valgrind, then the addon inside Node, under both with AddressSanitizer preloaded. Needs g++, valgrind
 * and, to capture, root; without root what captures is skipped. Arguments choose: asan valgrind node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { NODE_FILES } from './lib/native-sources.mjs';
import { hasCommand, main, nodePrefix, root, SetupError, statusOf } from './lib/shell.mjs';
import { filesBelow } from './lib/stamps.mjs';

const BUILD = 'native/test/build';
const COMPILER = 'g++';
const FLAGS = ['-std=c++20', '-g', '-gdwarf-4', '-O1', '-fno-exceptions', '-fno-rtti'];
const WARNINGS = ['-Wall', '-Wextra', '-Werror'];
const SANITIZE = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

const all = [...filesBelow('native/src'), ...filesBelow('native/test')];
const headers = all.filter((file) => file.endsWith('.h'));
const sources = all.filter((file) => file.endsWith('.cc'));
const addonSources = sources.filter((file) => file.startsWith('native/src/'));
const plainSources = sources.filter((file) => !NODE_FILES.includes(file));

function newest(files) {
  return Math.max(...files.map((file) => statSync(join(root, file)).mtimeMs));
}

function isCurrent(path, inputs) {
  return existsSync(join(root, path)) && statSync(join(root, path)).mtimeMs > newest(inputs);
}

function compileOne(args) {
  return new Promise((resolve) => {
    const child = spawn(COMPILER, args, { cwd: root, stdio: ['ignore', 2, 2] });
    child.on('error', () => resolve(127));
    child.on('close', (status) => resolve(status ?? 1));
  });
}

/** Compiles what changed, a file a core at a time; gives the objects, which lie in a folder for these flags. */
async function compile(name, files, flags) {
  const folder = join(BUILD, name);
  mkdirSync(join(root, folder), { recursive: true });
  const objectOf = (file) => join(folder, `${basename(file, '.cc')}.o`);
  const waiting = files.filter((file) => !isCurrent(objectOf(file), [file, ...headers]));
  const worker = async () => {
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      const status = await compileOne([...flags, '-c', file, '-o', objectOf(file)]);
      if (status !== 0) throw new SetupError(`${file} does not compile`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return files.map(objectOf);
}

async function link(objects, output, flags) {
  if (isCurrent(output, objects)) return;
  const status = await compileOne([...flags, ...objects, '-lpcap', '-o', output]);
  if (status !== 0) throw new SetupError(`${output} does not link`);
}

/** The addon's sanitized objects go into a program of tests and into an addon for Node alike. */
const ASAN_FLAGS = [...FLAGS, ...WARNINGS, ...SANITIZE, '-fPIC'];

async function underAsan() {
  const program = join(BUILD, 'asan-test');
  await link(await compile('asan', plainSources, ASAN_FLAGS), program, SANITIZE);
  return statusOf(join(root, program), []);
}

async function underValgrind() {
  if (!hasCommand('valgrind')) throw new SetupError('valgrind is not installed');
  const program = join(BUILD, 'valgrind-test');
  await link(await compile('valgrind', plainSources, [...FLAGS, ...WARNINGS]), program, []);
  const options = ['-q', '--error-exitcode=9', '--leak-check=full', '--fair-sched=yes'];
  return statusOf('valgrind', [...options, join(root, program), '--without-privileges']);
}

/** A file that the compiler brings along, such as libasan.so. */
function compilersFile(name) {
  const result = spawnSync(COMPILER, [`-print-file-name=${name}`], { encoding: 'utf8' });
  return result.stdout.trim();
}

async function insideNode() {
  const includes = [join(nodePrefix() ?? '/usr', 'include/node'), 'node_modules/node-addon-api'];
  const defines = [
    '-DNAPI_VERSION=8',
    '-DNODE_ADDON_API_DISABLE_CPP_EXCEPTIONS',
    '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
  ];
  const system = includes.flatMap((folder) => ['-isystem', folder]);
  const addon = join(BUILD, 'asan-addon.node');
  const plain = addonSources.filter((file) => !NODE_FILES.includes(file));
  const objects = [
    ...(await compile('asan', plain, ASAN_FLAGS)),
    ...(await compile('node', NODE_FILES, [...ASAN_FLAGS, ...defines, ...system])),
  ];
  await link(objects, addon, [...SANITIZE, '-shared']);
  const env = {
    ...process.env,
    LD_PRELOAD: compilersFile('libasan.so'),
    ASAN_OPTIONS: 'detect_leaks=1',
  };
  return statusOf(process.execPath, ['native/test/exercise.mjs', join(root, addon)], { env });
}

const RUNS = { asan: underAsan, valgrind: underValgrind, node: insideNode };

await main(async () => {
  const chosen = process.argv.slice(2);
  const names = Object.keys(RUNS).filter((name) => chosen.length === 0 || chosen.includes(name));
  const failed = [];
  for (const name of names) {
    process.stdout.write(`native, ${name}:\n`);
    if ((await RUNS[name]()) !== 0) failed.push(name);
  }
  process.stdout.write(`native: ${names.length - failed.length} passed, ${failed.length} failed\n`);
  return failed.length === 0 ? 0 : 1;
});
