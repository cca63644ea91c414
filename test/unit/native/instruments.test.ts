/** scripts/native-test.mjs: the addon's C++ under AddressSanitizer, UBSan and valgrind. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { repoRoot } from '../../helpers/paths.ts';

function missing(...commands: readonly string[]): string | false {
  const absent = commands.find((command) => spawnSync(command, ['--version']).error !== undefined);
  return absent === undefined ? false : `${absent} is not installed`;
}

function runInstrument(name: string): void {
  const script = join(repoRoot, 'scripts/native-test.mjs');
  const result = spawnSync(process.execPath, [script, name], { encoding: 'utf8' });
  assert.equal(result.status, 0, `${result.stdout}\n${result.stderr}`);
}

describe("the addon's C++", () => {
  it('is clean under AddressSanitizer and UBSan', { skip: missing('g++') }, () => {
    runInstrument('asan');
  });

  it('is clean under valgrind', { skip: missing('g++', 'valgrind') }, () => {
    runInstrument('valgrind');
  });

  it('is clean inside Node under a preloaded AddressSanitizer', { skip: missing('g++') }, () => {
    runInstrument('node');
  });
});
