/** The timer wheel is a list sorted by deadline, then row, however time goes on. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TimerWheel } from '../../src/core/timer-wheel.ts';

const SEED = 20_260_102;
const ROWS = 24;
/** The slowest deadlines lie a hundred days ahead, beyond what the wheel reaches. */
const SPANS_US = [3, 900, 5e3, 3e5, 7e6, 4e7, 4e9, 9e10, 9e12];

const span = fc
  .tuple(fc.constantFrom(...SPANS_US), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([longest, part]) => Math.round(longest * part * 4) / 4);
const row = fc.integer({ min: 0, max: ROWS - 1 });

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('schedule' as const), row, span }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('past' as const), row, span }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), row, span }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance' as const), row, span }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drain' as const), row, span }) },
);

/** What the wheel should be: looked through from end to end each time. */
class SortedList {
  readonly deadlines: Map<number, number> = new Map();
  nowUs = 0;

  nextDue(): number {
    let first = -1;
    for (const [candidate, deadline] of this.deadlines) {
      if (deadline > this.nowUs) continue;
      const best = this.deadlines.get(first) ?? Number.POSITIVE_INFINITY;
      if (deadline < best || (deadline === best && candidate < first)) first = candidate;
    }
    this.deadlines.delete(first);
    return first;
  }
}

const startUs = fc.constantFrom(0, 1.7e15 + 0.5, 2 ** 32 * 1000 - 3e6, 2 ** 31 * 1000 - 5e4);

describe('TimerWheel', () => {
  it('gives the rows that a sorted list gives, in its order', () => {
    fc.assert(
      fc.property(startUs, fc.array(operation, { maxLength: 120 }), (start, operations) => {
        const wheel = new TimerWheel(ROWS);
        const list = new SortedList();
        const advance = (to: number): void => {
          list.nowUs = Math.max(list.nowUs, to);
          wheel.advance(to);
        };
        const schedule = (scheduled: number, deadline: number): void => {
          list.deadlines.set(scheduled, deadline);
          wheel.schedule(scheduled, deadline);
        };
        advance(start);
        for (const step of operations) {
          if (step.kind === 'schedule') schedule(step.row, list.nowUs + step.span);
          else if (step.kind === 'past') schedule(step.row, Math.max(0, list.nowUs - step.span));
          else if (step.kind === 'advance') advance(list.nowUs + step.span);
          else if (step.kind === 'cancel') {
            list.deadlines.delete(step.row);
            wheel.cancel(step.row);
          } else {
            for (let pops = 0, due = 0; due >= 0 && pops < 2 * ROWS; pops++) {
              due = wheel.nextDue();
              assert.equal(due, list.nextDue());
              // Some rows come back while the wheel is emptied, as a retransmission timer does.
              if (due >= 0 && due === step.row) schedule(due, wheel.dueAtUs + step.span + 1);
            }
          }
          for (let i = 0; i < ROWS; i++) {
            assert.equal(wheel.deadlineUs(i), list.deadlines.get(i) ?? Number.POSITIVE_INFINITY);
          }
        }
      }),
      { seed: SEED, numRuns: 1500 },
    );
  });

  it('gives the same rows in one leap as in many steps', () => {
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: ROWS }),
        fc.array(span, { maxLength: 60 }),
        (spans, steps) => {
          const leap = new TimerWheel(ROWS);
          const walk = new TimerWheel(ROWS);
          const found: number[][] = [[], []];
          const drain = (wheel: TimerWheel, into: number[] | undefined): void => {
            for (let due = wheel.nextDue(); due >= 0; due = wheel.nextDue()) into?.push(due);
          };
          for (const wheel of [leap, walk]) {
            wheel.advance(1.7e15);
            spans.forEach((ahead, i) => {
              wheel.schedule(i, 1.7e15 + ahead);
            });
          }
          let now = 1.7e15;
          for (const step of [0, ...steps]) {
            now += step;
            walk.advance(now);
            drain(walk, found[1]);
          }
          leap.advance(now);
          drain(leap, found[0]);
          assert.deepEqual(found[0], found[1]);
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });
});
