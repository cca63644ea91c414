/** Timer time never goes back, and between packets without a step it moves exactly as they do. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PacketClock } from '../../src/core/packet-clock.ts';

const SEED = 20_260_103;
const STEP_US = 1_000_000;

const timestamp = fc.oneof(
  fc.integer({ min: 0, max: 20_000_000 }),
  fc.double({ min: 0, max: 2e15, noNaN: true }),
  fc.constantFrom(0, -1, Number.NaN, 2 ** 52, Number.POSITIVE_INFINITY),
);
const event = fc.record({ idle: fc.boolean(), timestamp });

describe('PacketClock', () => {
  it('never goes back, steps as METRICS.md says, and follows the packets otherwise', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const clock = new PacketClock();
        let steps = 0;
        let last = 0;
        /** Timer time minus packet time, since the last step. */
        let offset = 0;
        for (const { idle, timestamp: at } of events) {
          const before = clock.nowUs;
          if (idle) {
            clock.idle(at);
            assert.equal(clock.era, steps);
            assert.equal(clock.lastTimestampUs, last);
          } else {
            const packet = at >= 0 && at < 2 ** 52 ? at : last;
            if (packet < last - STEP_US) {
              steps++;
              offset = before - packet;
              assert.equal(clock.advance(at), before);
            } else {
              assert.equal(clock.advance(at), Math.max(before, packet + offset));
            }
            last = packet;
            assert.equal(clock.era, steps);
          }
          assert.ok(clock.nowUs >= before);
          assert.ok(Number.isFinite(clock.nowUs));
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
