/** The captures of pcaps/ are what their generators make and what their list says. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { repoRoot } from '../helpers/paths.ts';

const PROGRAMS = fileURLToPath(new URL('../../pcaps/make/', import.meta.url));
const folder = join(repoRoot, 'pcaps');
const captures = readdirSync(folder).filter((name) => name.endsWith('.pcap'));

/** By file: packets and generator, as the README's table has them. */
function listed(): ReadonlyMap<string, { packets: number; generator: string }> {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const rows = readme.matchAll(/^\| `([^`]+)` \| .+ \| (\d+) \| `([^`]+)` \|$/gm);
  return new Map(
    [...rows].map(([, file = '', packets, generator = '']) => [
      file,
      { packets: Number(packets), generator },
    ]),
  );
}

function countPackets(file: string): number {
  const content = readFileSync(join(folder, file));
  let packets = 0;
  for (let offset = 24; offset < content.length; offset += 16 + content.readUInt32LE(offset + 8)) {
    packets++;
  }
  return packets;
}

describe('pcaps', () => {
  const made = mkdtempSync(join(tmpdir(), 'sipgauge-pcaps-'));
  before(() => {
    mkdirSync(join(made, 'pcaps'));
  });
  after(() => {
    rmSync(made, { recursive: true });
  });

  it('are all in the list, and the list names no others', () => {
    assert.deepEqual([...listed().keys()].sort(), [...captures].sort());
  });

  for (const [file, { packets, generator }] of listed()) {
    it(`${file} has ${packets} packets and a generator`, () => {
      assert.equal(countPackets(file), packets);
      assert.ok(existsSync(join(folder, generator)), generator);
    });
    if (!generator.endsWith('.ts')) continue;
    it(`${file} is made by ${generator}, byte for byte`, () => {
      const program = join(PROGRAMS, generator.replace(/^make\/(.*)\.ts$/, '$1.js'));
      const env = { ...process.env, SIPGAUGE_REPO: made };
      execFileSync(process.execPath, [program], { env, stdio: 'pipe' });
      const again = readFileSync(join(made, 'pcaps', file));
      assert.ok(again.equals(readFileSync(join(folder, file))), `${file} differs`);
    });
  }
});
