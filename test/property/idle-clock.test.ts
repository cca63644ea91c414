/** Whatever a host's clock, its silences and its probe do: timers go at the pace of real time. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BatchBuilder } from '../../src/capture/batch-builder.ts';
import { PacketClock } from '../../src/core/packet-clock.ts';
import { type Clocked, IdleClock } from '../../src/idle-clock.ts';

const SEED = 20_261_127;
const START_S = 1_700_000_000;
const TICK_S = 0.25;
const DELAY_S = 0.1;
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

const batch = new BatchBuilder();

class Clocks implements Clocked {
  readonly clock: PacketClock = new PacketClock();
  idle(timestampUs: number): void {
    this.clock.idle(timestampUs);
  }
  settle(timestampUs: number): void {
    this.clock.advance(timestampUs);
  }
}

class Host {
  readonly clocks: Clocks = new Clocks();
  realS = 0;
  wallS: number = START_S;
  private readonly idle: IdleClock = new IdleClock(this.clocks, true, () => this.realS * 1000);

  get timerS(): number {
    return this.clocks.clock.nowUs / 1e6 - START_S;
  }

  pass(seconds: number): void {
    this.realS += seconds;
    this.wallS += seconds;
  }

  hear(stamps: readonly number[]): void {
    for (const [row, stamp] of stamps.entries()) batch.timestampUs[row] = stamp * 1e6;
    batch.count = stamps.length;
    this.idle.before();
    for (const stamp of stamps) this.clocks.clock.advance(stamp * 1e6);
    const { block, count, timestampUs, offset, caplen, len, linktype, interfaceIndex } = batch;
    const packets = { block, count, timestampUs, offset, caplen, len, linktype, interfaceIndex };
    const settledUs = (this.wallS - DELAY_S) * 1e6;
    this.idle.after({ ...packets, firstFrame: 1, drained: true, settledUs });
  }

  silence(seconds: number): void {
    for (let passed = 0; passed < seconds; passed += TICK_S) {
      this.pass(TICK_S);
      this.hear([]);
    }
  }

  standstill(seconds: number, packets: number): void {
    const stamps = Array.from({ length: packets }, (_, i) => this.wallS + (seconds * i) / packets);
    this.pass(seconds);
    this.hear(stamps);
  }
}

describe('IdleClock', () => {
  it('lets timers go at the pace of real time', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const host = new Host();
        host.hear([host.wallS]);
        host.silence(1);
        /** At a step that falls into a standstill, or to an idle tick, time may stand still for so long. */
        let lostS = 1;
        for (const { silenceS, stepS, standstillS, packets } of events) {
          host.silence(silenceS);
          host.wallS += stepS;
          if (stepS !== 0) lostS += 1 + standstillS;
          host.standstill(standstillS, packets);
          host.silence(TICK_S);
          assert.ok(host.timerS <= host.realS + MARGIN_S + 1, `${host.timerS} of ${host.realS}`);
          assert.ok(host.timerS >= host.realS - lostS, `${host.timerS} of ${host.realS}`);
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
