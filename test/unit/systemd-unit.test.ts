/** The systemd unit, as systemd itself reads it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { repoRoot } from '../helpers/paths.ts';

const unit = join(repoRoot, 'deploy/systemd/sipgauge.service');
const folder = mkdtempSync(join(tmpdir(), 'sipgauge-unit-'));
after(() => rmSync(folder, { recursive: true }));

/** systemd-analyze's own scale: 0 is locked up, 10 is open. */
const EXPOSURE_MAX = 2.5;

function analyze(...args: string[]) {
  return spawnSync('systemd-analyze', args, { encoding: 'utf8' });
}

const skip = analyze('--version').status === 0 ? false : 'systemd-analyze is not here';

describe('the systemd unit', { skip }, () => {
  it('is one that systemd reads without a complaint', () => {
    // Where sipgauge and its man page are not installed, their absence is no fault of the unit.
    const text = readFileSync(unit, 'utf8').replaceAll('/usr/bin/sipgauge', '/bin/true');
    const copy = join(folder, 'sipgauge.service');
    writeFileSync(copy, text.replace(/^Documentation=.*$/m, ''));
    const { stderr, status } = analyze('verify', '--man=no', copy);
    const complaints = stderr.split('\n').filter((line) => line.includes('sipgauge.service'));
    assert.deepEqual(complaints, []);
    assert.equal(status, 0, stderr);
  });

  it('leaves little open, by systemd’s own count', () => {
    const copy = join(folder, 'exposed.service');
    copyFileSync(unit, copy);
    const { stdout, stderr } = analyze('security', '--offline=true', copy);
    const level = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1];
    assert.ok(level !== undefined, stderr);
    assert.ok(Number(level) <= EXPOSURE_MAX, `exposure level ${level}`);
  });
});
