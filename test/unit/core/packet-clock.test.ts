import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PacketClock } from '../../../src/core/packet-clock.ts';

const SECOND = 1_000_000;
const START = 1_700_000_000 * SECOND;

describe('PacketClock', () => {
  it('follows the packets', () => {
    const clock = new PacketClock();
    assert.equal(clock.advance(START), START);
    assert.equal(clock.advance(START + 0.25), START + 0.25);
    assert.equal(clock.nowUs, START + 0.25);
    assert.equal(clock.steps, 0);
  });

  it('stays where it is while packets are up to a second late', () => {
    const clock = new PacketClock();
    clock.advance(START);
    assert.equal(clock.advance(START - SECOND), START);
    assert.equal(clock.lastTimestampUs, START - SECOND);
    assert.equal(clock.era, 0);
  });

  it('steps when a packet is more than a second before the previous one', () => {
    const clock = new PacketClock();
    clock.advance(START);
    assert.equal(clock.advance(START - SECOND - 1), START);
    assert.equal(clock.era, 1);
    assert.equal(clock.steps, 1);
  });

  it('goes on at the pace of the packets after a step', () => {
    const clock = new PacketClock();
    clock.advance(START);
    clock.advance(0);
    assert.equal(clock.advance(3 * SECOND), START + 3 * SECOND);
  });

  it('returns from a step, to the time it would have without', () => {
    const clock = new PacketClock();
    clock.advance(START);
    assert.equal(clock.advance(0), START);
    assert.equal(clock.advance(START + SECOND), START + SECOND);
    assert.deepEqual([clock.steps, clock.era], [1, 2]);
    assert.equal(clock.packetUs, START + SECOND);
  });

  it('moves at the pace of each of two recorders whose packets alternate', () => {
    const clock = new PacketClock();
    for (let second = 0; second < 100; second++) {
      const now = START + second * SECOND;
      assert.equal(clock.advance(now), now);
      assert.equal(clock.advance(now - 3600 * SECOND), now);
    }
    assert.equal(clock.steps, 100);
  });

  it('takes a leap ahead for a silence when it leads elsewhere', () => {
    for (const secondsLater of [3600 - 2, 3600 + 61, 7200]) {
      const clock = new PacketClock();
      clock.advance(START);
      clock.advance(START - 3600 * SECOND);
      const packet = START + (secondsLater - 3600) * SECOND;
      assert.equal(clock.advance(packet), START + secondsLater * SECOND);
      assert.deepEqual([clock.steps, clock.era], [1, 1]);
    }
  });

  it('stands still from time zero to the first real time', () => {
    for (const first of [0, -1, Number.NaN]) {
      const clock = new PacketClock();
      assert.equal(clock.advance(first), 0);
      assert.equal(clock.advance(START), 0);
      assert.equal(clock.advance(START + SECOND), SECOND);
      assert.deepEqual([clock.steps, clock.era], [0, 1]);
      assert.equal(clock.packetUs, START + SECOND);
    }
  });

  it('goes on from time zero where a recording counts from its beginning', () => {
    const clock = new PacketClock();
    clock.advance(0);
    assert.equal(clock.advance(4000 * SECOND), 4000 * SECOND);
    assert.equal(clock.era, 0);
  });

  it('takes no short leap for a return', () => {
    const clock = new PacketClock();
    clock.advance(START);
    clock.advance(START - 30 * SECOND);
    assert.equal(clock.advance(START), START + 30 * SECOND);
    assert.equal(clock.era, 1);
  });

  it('measures a step against the packet before, not against the latest', () => {
    const clock = new PacketClock();
    clock.advance(START);
    clock.advance(START - 0.9 * SECOND);
    clock.advance(START - 1.8 * SECOND);
    assert.equal(clock.steps, 0);
    assert.equal(clock.nowUs, START);
  });

  it('takes what is no time for the time of the packet before', () => {
    for (const odd of [Number.NaN, -1, 2 ** 52, 2 ** 84, Infinity, -Infinity]) {
      const clock = new PacketClock();
      clock.advance(START);
      assert.equal(clock.advance(odd), START);
      assert.equal(clock.idle(odd), START);
      assert.equal(clock.lastTimestampUs, START);
      assert.equal(clock.advance(START + SECOND), START + SECOND);
      assert.equal(clock.steps, 0);
    }
  });

  it("tells its time on the packets' own scale, before and after a step, idle or not", () => {
    const clock = new PacketClock();
    assert.equal(clock.packetUs, 0);
    clock.advance(START);
    clock.idle(START + 2 * SECOND);
    assert.equal(clock.packetUs, START + 2 * SECOND);
    clock.advance(5 * SECOND);
    assert.equal(clock.packetUs, 5 * SECOND);
    clock.idle(6 * SECOND);
    assert.equal(clock.packetUs, 6 * SECOND);
  });

  it('moves on while idle, without touching the last packet', () => {
    const clock = new PacketClock();
    clock.advance(START);
    assert.equal(clock.idle(START + 5 * SECOND), START + 5 * SECOND);
    assert.equal(clock.lastTimestampUs, START);
    assert.equal(clock.advance(START + SECOND), START + 5 * SECOND);
    assert.equal(clock.steps, 0);
  });

  it('never goes back nor steps while idle', () => {
    const clock = new PacketClock();
    clock.advance(START);
    for (const odd of [START - 10 * SECOND, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.equal(clock.idle(odd), START);
    }
    assert.equal(clock.steps, 0);
  });

  it('is idle on the packets’ time after a step', () => {
    const clock = new PacketClock();
    clock.advance(START);
    clock.advance(100 * SECOND);
    assert.equal(clock.idle(107 * SECOND), START + 7 * SECOND);
  });
});
