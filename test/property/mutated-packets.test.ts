import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fuzzPackets, seedPackets } from '../helpers/packet-fuzz.ts';
import { DecodeTarget, type PacketTarget } from '../helpers/packet-target.ts';
import { PipelineTarget, replayConfig } from '../helpers/pipeline-target.ts';

const PACKETS = 40_000;
const FRAGMENTS_MAX = 32;

describe('mutated packets', () => {
  it('have one fate each, without a throw, in bounded time', () => {
    const seeds = seedPackets(false);
    assert.ok(seeds.length > 100);
    const create = (): PacketTarget => new DecodeTarget(FRAGMENTS_MAX);
    const options = { seed: 20_260_102, packets: PACKETS };
    const result = fuzzPackets(create, seeds, options);
    assert.deepEqual(result.problems, []);
    assert.equal(result.packets, PACKETS);
  });

  it('keep the conservation laws through the whole pipeline', async () => {
    const config = await replayConfig({ local: '127.0.0.0/8', 'dedup-window': '5ms' });
    const create = (): PacketTarget => new PipelineTarget(config);
    const options = { seed: 20_260_103, packets: PACKETS };
    const result = fuzzPackets(create, seedPackets(false), options);
    assert.deepEqual(result.problems, []);
    assert.equal(result.packets, PACKETS);
  });

  it('are told about when a target throws, with the packet', () => {
    const broken: PacketTarget = {
      take: () => {
        throw new Error('broken');
      },
      problems: () => [],
    };
    const options = { seed: 1, packets: PACKETS };
    const { problems } = fuzzPackets(() => broken, seedPackets(false), options);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', /broken at packet 0: linktype \d+ len \d+ [0-9a-f]*$/);
  });
});
