import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { torturePage, tortureRows } from '../../../docs/make/torture.ts';
import { repoRoot, sharedRoot } from '../../helpers/paths.ts';

const PAGE = join(repoRoot, 'docs', 'TORTURE.md');
const skip = sharedRoot === undefined ? '../shared/corpus/torture is not there' : false;
const rows = sharedRoot === undefined ? [] : tortureRows(join(sharedRoot, 'corpus', 'torture'));

describe('the torture messages of RFC 4475 and RFC 5118', { skip }, () => {
  it('are 61', () => {
    assert.equal(rows.length, 61);
  });

  for (const row of rows) {
    const { name, valid, faults } = row;
    it(`${name} is ${valid ? 'valid: no error and no fault' : 'invalid: an error or a fault'}`, () => {
      assert.equal(faults.length === 0, valid, `${faults}`);
    });
  }

  it('stand in docs/TORTURE.md as the parser sees them, each invalid one with its reason', () => {
    const page = torturePage(rows);
    if (process.env['SIPGAUGE_WRITE'] === 'TORTURE.md') writeFileSync(PAGE, page);
    assert.equal(readFileSync(PAGE, 'utf8'), page, 'SIPGAUGE_WRITE=TORTURE.md writes it');
    assert.doesNotMatch(page, /\| invalid \| [^|]* \| {2}\|/);
  });
});
