/** Whatever a host's clock, its silences and its probe do: timers go at the pace of real time. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ClockHost, TICK_S } from '../helpers/clock-host.ts';

const SEED = 20_261_127;
/** Steps ahead of less are taken for time that passed. */
const MARGIN_S = 10;

interface Event {
  readonly silenceS: number;
  readonly stepS: number;
  /** The program does nothing, and then finds packets of all that time. */
  readonly standstillS: number;
  readonly packets: number;
}

const event: fc.Arbitrary<Event> = fc.record({
  silenceS: fc.constantFrom(0, 0.5, 3, 40, 300),
  stepS: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 11, max: 100_000 }),
    fc.integer({ min: -100_000, max: -2 }),
  ),
  standstillS: fc.constantFrom(0, 0, 0, 2, 60),
  packets: fc.integer({ min: 0, max: 5 }),
});

/** Packets at even distances, all of them found at its end. */
function standstill(host: ClockHost, seconds: number, packets: number): void {
  host.sleep(seconds);
  host.packets(Array.from({ length: packets }, (_, i) => seconds - (seconds * i) / packets));
}

describe('IdleClock', () => {
  it('lets timers go at the pace of real time', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const host = new ClockHost();
        host.silence(1);
        /** At a step that falls into a standstill, or to an idle tick, time may stand still for so long. */
        let lostS = 1;
        for (const { silenceS, stepS, standstillS, packets } of events) {
          host.silence(silenceS);
          host.step(stepS);
          if (stepS !== 0) lostS += 1 + standstillS;
          standstill(host, standstillS, packets);
          host.silence(TICK_S);
          assert.ok(host.timerS <= host.realS + MARGIN_S + 1, `${host.timerS} of ${host.realS}`);
          assert.ok(host.timerS >= host.realS - lostS, `${host.timerS} of ${host.realS}`);
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
