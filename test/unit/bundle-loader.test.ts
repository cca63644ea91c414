/** The program as it ships: the same numbers, with the code that V8 kept, without it, and with what is none. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { READ_AHEAD_BYTES } from '../../src/early-reader.ts';
import { repoRoot } from '../helpers/paths.ts';
import { MAIN } from '../helpers/probe-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'sipgauge-bundle-'));
after(() => rmSync(folder, { recursive: true }));
const demo = join(repoRoot, 'pcaps', 'demo.pcap');

function replay(program: string, capture: string = demo): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, 'replay', capture], {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** A copy of what ships, with each file of kept code given to `change`. */
function shipped(name: string, change: (path: string) => void): string {
  const root = join(folder, name);
  cpSync(join(repoRoot, 'dist'), join(root, 'dist'), { recursive: true });
  cpSync(join(repoRoot, 'package.json'), join(root, 'package.json'));
  symlinkSync(join(repoRoot, 'node_modules'), join(root, 'node_modules'));
  const kept = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.cache'))
    .map((path) => join(root, 'dist', path));
  assert.ok(kept.length > 2, 'a build keeps the code of what a replay needs');
  for (const path of kept) change(path);
  return join(root, 'dist', 'main.js');
}

describe('the program as it ships', () => {
  const expected = replay(MAIN);

  it('counts what its modules count', () => {
    assert.equal(replay(join(repoRoot, 'dist', 'main.js')), expected);
  });

  it('says in one line which Node it needs, where that is older', () => {
    const older = ['--import', 'data:text/javascript,process.getBuiltinModule=undefined'];
    const program = join(repoRoot, 'dist', 'main.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [...older, program, 'live'], {
      encoding: 'utf8',
    });
    assert.deepEqual([status, stdout], [1, '']);
    const { node } = JSON.parse(readFileSync(join(repoRoot, 'package.json'), 'utf8')).engines;
    assert.equal(node, '^20.19 || >=22.3');
    const least = 'Node 20.19, or 22.3 or newer';
    assert.equal(
      stderr,
      `sipgauge: this is Node ${process.versions.node}; it needs ${least}. Install that, or name it in PATH.\n`,
    );
  });

  it('has a thread that reads large files', () => {
    const header = 24;
    const bytes = readFileSync(demo);
    const large = join(folder, 'large.pcap');
    writeFileSync(large, bytes.subarray(0, header));
    const packets = Buffer.concat(new Array<Buffer>(100).fill(bytes.subarray(header)));
    while (statSync(large).size < READ_AHEAD_BYTES) appendFileSync(large, packets);
    assert.equal(replay(join(repoRoot, 'dist', 'main.js'), large), replay(MAIN, large));
  });

  it('does without the code that V8 kept, and with what is none', () => {
    assert.equal(replay(shipped('without', (path) => rmSync(path))), expected);
    const spoilt = shipped('spoilt', (path) => writeFileSync(path, 'not what V8 has compiled'));
    assert.equal(replay(spoilt), expected);
  });
});
