import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearestName } from '../../../src/config/nearest-name.ts';
import { environmentName } from '../../../src/config/option.ts';
import { OPTIONS } from '../../../src/config/options.ts';
import { parseConfig } from '../../../src/config/parse-config.ts';

describe('the table of options', () => {
  it('has unique names, aliases and variables', () => {
    for (const key of [
      OPTIONS.map((option) => option.name),
      OPTIONS.flatMap((option) => option.alias ?? []),
      OPTIONS.map(environmentName),
    ]) {
      assert.equal(new Set(key).size, key.length);
    }
  });

  it('has only defaults that its own grammars accept', async () => {
    const line = { command: 'live' as const, operands: ['lo'], flags: new Map<string, string[]>() };
    await parseConfig(line, {});
  });

  it('gives a placeholder to every value and none to a flag', () => {
    for (const { name, kind, placeholder } of OPTIONS) {
      assert.equal(placeholder === '', kind === 'flag', name);
    }
  });

  it('writes texts as phrases', () => {
    for (const { name, text } of OPTIONS) assert.doesNotMatch(text, /[.\s]$/, name);
  });
});

describe('nearestName', () => {
  const names = ['local', 'log.level', 'loop', 'web.listen-address'];

  it('finds what was mistyped or cut short', () => {
    assert.equal(nearestName('locl', names), 'local');
    assert.equal(nearestName('log-level', names), 'log.level');
    assert.equal(nearestName('web', names), 'web.listen-address');
  });

  it('does not guess', () => {
    assert.equal(nearestName('zzzzzz', names), undefined);
    assert.equal(nearestName('x', names), undefined);
    assert.equal(nearestName('l'.repeat(100), names), undefined);
  });
});
