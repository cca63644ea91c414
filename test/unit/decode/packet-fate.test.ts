import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PipelineCounters } from '../../../src/core/pipeline-counters.ts';
import { PACKET_FATE_NAMES, PacketFate } from '../../../src/decode/packet-fate.ts';
import { repoRoot } from '../../helpers/paths.ts';

/** The text of all tests but this one. */
function testSources(): string {
  const folder = join(repoRoot, 'test');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const others = names.filter(
    (name) => name.endsWith('.test.ts') && !name.endsWith('packet-fate.test.ts'),
  );
  return others.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

describe('PacketFate', () => {
  it('numbers its codes from 0 without a gap, within the counters', () => {
    const codes = Object.values(PacketFate);
    assert.deepEqual(
      codes,
      codes.map((_, i) => i),
    );
    assert.ok(codes.length <= new PipelineCounters().packetFates.length);
  });

  it('names each code in snake case', () => {
    assert.equal(PACKET_FATE_NAMES.length, Object.keys(PacketFate).length);
    assert.equal(PACKET_FATE_NAMES[PacketFate.FRAGMENT_HELD], 'fragment_held');
    for (const name of PACKET_FATE_NAMES) assert.match(name, /^[a-z0-9]+(_[a-z0-9]+)*$/);
  });

  it('has a test that provokes each code', () => {
    const sources = testSources();
    const missing = Object.keys(PacketFate).filter(
      (name) => !new RegExp(`PacketFate\\.${name}\\b|'${name.toLowerCase()}'`).test(sources),
    );
    assert.deepEqual(missing, []);
  });
});
