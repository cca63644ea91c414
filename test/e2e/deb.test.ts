/** The Debian package: made, unpacked, and its program started from where it was unpacked. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { repoRoot } from '../helpers/paths.ts';

const hasDpkg = spawnSync('dpkg-deb', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'sipgauge-deb-test-'));
after(() => rmSync(folder, { recursive: true }));

describe('the Debian package', { skip: hasDpkg ? false : 'dpkg-deb is not here' }, () => {
  it('unpacks to a program that starts, finds its addon, and has its man page and completion', () => {
    const made = spawnSync('node', ['scripts/make-deb.mjs', `--output=${folder}`], {
      cwd: repoRoot,
      encoding: 'utf8',
    });
    assert.equal(made.status, 0, made.stderr);
    const [name = ''] = readdirSync(folder).filter((file) => file.endsWith('.deb'));
    const tree = join(folder, 'tree');
    execFileSync('dpkg-deb', ['-x', join(folder, name), tree]);

    const program = join(tree, 'usr/lib/sipgauge/dist/main.js');
    assert.match(
      execFileSync('node', [program, '--version'], { encoding: 'utf8' }),
      /^sipgauge \d/,
    );
    const capture = join(tree, 'usr/lib/sipgauge/pcaps/demo.pcap');
    const replayed = spawnSync('node', [program, 'replay', capture], { encoding: 'utf8' });
    assert.equal(replayed.status, 0, replayed.stderr);
    assert.match(replayed.stdout, /^sofia_msgs_recv_total [1-9]/m);
    const live = spawnSync('node', [program, 'live', '-i', 'no-such-interface'], {
      encoding: 'utf8',
    });
    assert.equal(live.status, 1);
    assert.doesNotMatch(live.stderr, /not built|does not load/);

    for (const path of [
      'usr/bin/sipgauge',
      'etc/sipgauge/sipgauge.yml',
      'usr/share/man/man1/sipgauge.1.gz',
      'lib/systemd/system/sipgauge.service',
    ]) {
      assert.ok(existsSync(join(tree, path)), path);
    }
    const completion = join(tree, 'usr/share/bash-completion/completions/sipgauge');
    assert.match(readFileSync(completion, 'utf8'), /complete .* sipgauge/);
    const control = execFileSync('dpkg-deb', ['-f', join(folder, name)], { encoding: 'utf8' });
    assert.match(control, /^Depends: nodejs \(>= 20\.19\), libpcap0\.8/m);
  });
});
