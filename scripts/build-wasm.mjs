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
const BYTES_OF_LINE = 128;
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
    // As numbers: V8 keeps them as they are, where text would have to be decoded at every start.
    const lines = [];
    const bytes = [...readFileSync(output)];
    for (let at = 0; at < bytes.length; at += BYTES_OF_LINE) {
      lines.push(`  ${bytes.slice(at, at + BYTES_OF_LINE).join(', ')},`);
    }
    return `// Built from ${SOURCE} by clang ${version}: npm run build:wasm.\n/** The scanner as WebAssembly. */\n// biome-ignore format: a line a number would be too long a file.\nexport const SCANNER_CODE: readonly number[] = [\n${lines.join('\n')}\n];\n`;
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
