/** Compares a text with its golden file; UPDATE_GOLDEN=1 writes the file instead. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from './paths.ts';

export const goldenFolder: string = join(repoRoot, 'test', 'golden');

export function expectGolden(name: string, text: string): void {
  const path = join(goldenFolder, name);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    writeFileSync(path, text);
    return;
  }
  assert.ok(existsSync(path), `${name} is missing: UPDATE_GOLDEN=1 npm test -- golden writes it`);
  assert.equal(text, readFileSync(path, 'utf8'), `${name}: look at it, then UPDATE_GOLDEN=1`);
}
