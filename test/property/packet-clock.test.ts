/** Timer time never goes back, and between packets without a step it moves exactly as they do. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PacketClock } from '../../src/core/packet-clock.ts';

const SEED = 20_260_103;
const STEP_US = 1_000_000;
const RETURN_US = 60_000_000;
const LEAP_MAX_US = 12_000_000;
const YEAR_US = 365 * 86_400e6;

const timestamp = fc.oneof(
  fc.integer({ min: 0, max: 20_000_000 }),
  fc.double({ min: 0, max: 2e15, noNaN: true }),
  fc.integer({ min: 1_000_000_000, max: 1_050_000_000 }),
  fc.constantFrom(0, -1, Number.NaN, 2 ** 52, Number.POSITIVE_INFINITY),
);
const event = fc.record({ idle: fc.boolean(), timestamp });

describe('PacketClock', () => {
  it('never goes back, steps and returns as METRICS.md says, and follows the packets otherwise', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const clock = new PacketClock();
        let steps = 0;
        let returns = 0;
        let last = 0;
        let started = false;
        /** Timer time minus packet time, since the last step, and before it. */
        let offset = 0;
        let former = Number.NaN;
        for (const { idle, timestamp: at } of events) {
          const before = clock.nowUs;
          if (idle) {
            clock.idle(at);
            assert.equal(clock.lastTimestampUs, last);
          } else {
            const packet = at >= 0 && at < 2 ** 52 ? at : last;
            if (packet < last - STEP_US) {
              steps++;
              [former, offset] = [offset, before - packet];
              assert.equal(clock.advance(at), before);
            } else {
              const leaps = packet + offset - before > RETURN_US;
              const back = packet + former - before;
              if (leaps && back >= -STEP_US && back <= RETURN_US) {
                returns++;
                [former, offset] = [offset, former];
              } else if (leaps && started && last === 0 && packet > YEAR_US) {
                returns++;
                [former, offset] = [offset, before - packet];
              }
              assert.equal(clock.advance(at), Math.max(before, packet + offset));
            }
            last = packet;
            started = true;
          }
          assert.equal(clock.steps, steps);
          assert.equal(clock.era, steps + returns);
          assert.ok(clock.nowUs >= before);
          assert.ok(Number.isFinite(clock.nowUs));
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('is never later than it can be', () => {
    fc.assert(
      fc.property(fc.array(timestamp, { maxLength: 60 }), (timestamps) => {
        const clock = new PacketClock();
        clock.advance(1e9);
        for (const at of timestamps) {
          const before = clock.nowUs;
          clock.nowMaxUs = before + LEAP_MAX_US;
          clock.advance(at);
          assert.ok(clock.nowUs >= before && clock.nowUs <= clock.nowMaxUs);
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
