/** The calls that are counted before the first packet is captured are whole ones, and usual. */
import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { DataPlane } from '../../src/data-plane.ts';
import { ExpositionFormat } from '../../src/metrics/exposition.ts';
import { UsualPackets } from '../../src/usual-packets.ts';
import { warmUp } from '../../src/warm-up.ts';
import { replayConfig } from '../helpers/pipeline-target.ts';

describe('the calls of the warm-up', () => {
  it('are good messages that a live probe would meet, each in its own call', async () => {
    const planes = new Set<DataPlane>();
    let usual = 0;
    const { consume } = DataPlane.prototype;
    mock.method(DataPlane.prototype, 'consume', function (this: DataPlane, ...args: never[]) {
      planes.add(this);
      return Reflect.apply(consume, this, args);
    });
    const { take } = UsualPackets.prototype;
    mock.method(UsualPackets.prototype, 'take', function (this: UsualPackets, ...args: never[]) {
      usual++;
      Reflect.apply(take, this, args);
    });
    await warmUp(await replayConfig(), new AbortController().signal);
    mock.restoreAll();
    const [plane, ...others] = planes;
    assert.ok(plane !== undefined && others.length === 0);
    const { packets, messages } = plane.counters;
    assert.ok(packets >= 280, `${packets} packets`);
    assert.equal(messages, packets);
    assert.equal(usual, packets);
    plane.registry.refresh(plane);
    const text = plane.registry.render(ExpositionFormat.CLASSIC);
    const calls = packets / 14;
    for (const direction of ['in', 'out']) {
      assert.match(
        text,
        new RegExp(`^drachtio_call_answer_seconds_${direction}_count ${calls}$`, 'm'),
      );
    }
    assert.doesNotMatch(text, /retransmissions\w*\{[^}]*\} [1-9]/);
    assert.match(text, /^sofia_bad_msgs_recv_total 0$/m);
  });
});
