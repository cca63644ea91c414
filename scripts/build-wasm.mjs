/**
 * npm run build:wasm [-- --check]: wasm/scanner.c → src/sip-parser/scanner-code.ts, by clang and lld.
 * The built file is committed, so that only who changes the source needs them. With --check it is compared:
 * 0 = equal, 1 = not, 127 = no such clang here.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCommand, main, root, run, SetupError } from './lib/shell.mjs';

const SOURCE = 'wasm/scanner.c';
const TARGET = 'src/sip-parser/scanner-code.ts';
const FLAGS = [
  ...['--target=wasm32', '-O2', '-msimd128', '-ffreestanding', '-nostdlib'],
  ...['-Wall', '-Wextra', '-Werror', '-Wl,--no-entry', '-Wl,--import-memory', '-Wl,--strip-all'],
  ...['-Wl,--stack-first', '-Wl,-z,stack-size=4096'],
];

/** Other versions make other code of the same source. */
function clangVersion() {
  if (!hasCommand('clang') || !hasCommand('wasm-ld')) return '';
  const text = spawnSync('clang', ['--version'], { encoding: 'utf8' }).stdout;
  return /version (\d+)/.exec(text)?.[1] ?? '';
}

function build(version) {
  const folder = mkdtempSync(join(tmpdir(), 'sipgauge-wasm-'));
  try {
    const output = join(folder, 'scanner.wasm');
    run('clang', [...FLAGS, '-o', output, SOURCE]);
    const code = readFileSync(output).toString('base64').replaceAll('=', '');
    return `// Built from ${SOURCE} by clang ${version}: npm run build:wasm.\n/** The scanner as WebAssembly, in base64 without padding. */\nexport const SCANNER_CODE: string =\n  '${code}';\n`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main(() => {
  const version = clangVersion();
  const target = join(root, TARGET);
  if (!process.argv.includes('--check')) {
    if (version === '')
      throw new SetupError('building the scanner needs: apt-get install clang lld');
    writeFileSync(target, build(version));
    return 0;
  }
  const committed = readFileSync(target, 'utf8');
  if (version === '' || !committed.includes(`by clang ${version}:`)) return 127;
  return build(version) === committed ? 0 : 1;
});
