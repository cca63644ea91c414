import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TimerWheel } from '../../../src/core/timer-wheel.ts';
import { processorMs } from '../../helpers/own-time.ts';

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const START = 1_700_000_000 * SECOND + 123.5;

function started(rowsMax: number): TimerWheel {
  const wheel = new TimerWheel(rowsMax);
  wheel.advance(START);
  assert.equal(wheel.nextDue(), -1);
  return wheel;
}

function dueAt(wheel: TimerWheel, nowUs: number): number[] {
  const rows: number[] = [];
  wheel.advance(nowUs);
  for (let row = wheel.nextDue(); row >= 0; row = wheel.nextDue()) rows.push(row);
  return rows;
}

describe('TimerWheel', () => {
  it('gives a row when its deadline has come, to the microsecond', () => {
    const wheel = started(4);
    wheel.schedule(2, START + 500);
    assert.deepEqual(dueAt(wheel, START + 499.75), []);
    assert.deepEqual(dueAt(wheel, START + 500), [2]);
    assert.deepEqual(dueAt(wheel, START + 501), []);
  });

  it('orders by deadline, then row', () => {
    const wheel = started(8);
    wheel.schedule(5, START + 300);
    wheel.schedule(1, START + 32 * SECOND);
    wheel.schedule(7, START + 300);
    wheel.schedule(0, START + 301);
    wheel.schedule(3, START + 299);
    assert.deepEqual(dueAt(wheel, START + DAY), [3, 5, 7, 0, 1]);
  });

  it('says when the row it gave was due', () => {
    const wheel = started(4);
    wheel.schedule(0, START + 7.25);
    wheel.advance(START + DAY);
    wheel.nextDue();
    assert.equal(wheel.dueAtUs, START + 7.25);
  });

  it('knows deadlines, and Infinity for rows without', () => {
    const wheel = started(4);
    wheel.schedule(1, START + 9);
    assert.equal(wheel.deadlineUs(1), START + 9);
    assert.equal(wheel.deadlineUs(0), Number.POSITIVE_INFINITY);
    wheel.cancel(1);
    assert.equal(wheel.deadlineUs(1), Number.POSITIVE_INFINITY);
    wheel.schedule(1, START + 9);
    dueAt(wheel, START + 9);
    assert.equal(wheel.deadlineUs(1), Number.POSITIVE_INFINITY);
  });

  it('moves a deadline later, sooner, and takes it away', () => {
    const wheel = started(4);
    wheel.schedule(0, START + SECOND);
    wheel.schedule(0, START + 40 * SECOND);
    wheel.schedule(1, START + 3600 * SECOND);
    wheel.schedule(1, START + 2 * SECOND);
    wheel.schedule(2, START + SECOND);
    wheel.cancel(2);
    wheel.schedule(3, START + SECOND);
    wheel.schedule(3, Number.POSITIVE_INFINITY);
    assert.deepEqual(dueAt(wheel, START + 39 * SECOND), [1]);
    assert.deepEqual(dueAt(wheel, START + 40 * SECOND), [0]);
    assert.deepEqual(dueAt(wheel, START + 2 * DAY), []);
  });

  it('gives what is due in the past or at once', () => {
    const wheel = started(4);
    wheel.schedule(0, START - DAY);
    wheel.schedule(1, START);
    wheel.schedule(2, 0);
    assert.deepEqual(dueAt(wheel, START), [2, 0, 1]);
  });

  it('moves a row that is already due', () => {
    const wheel = started(4);
    wheel.schedule(0, START + 10);
    wheel.schedule(1, START + 20);
    wheel.schedule(2, START + 30);
    wheel.advance(START + 100);
    assert.equal(wheel.nextDue(), 0);
    wheel.schedule(1, START + 5000);
    wheel.cancel(2);
    assert.equal(wheel.nextDue(), -1);
    assert.deepEqual(dueAt(wheel, START + 5000), [1]);
  });

  it('takes rows back while it is emptied', () => {
    const wheel = started(4);
    wheel.schedule(0, START + SECOND);
    wheel.advance(START + 10 * SECOND);
    const deadlines: number[] = [];
    for (let row = wheel.nextDue(); row >= 0; row = wheel.nextDue()) {
      deadlines.push(wheel.dueAtUs - START);
      if (deadlines.length < 20) wheel.schedule(row, wheel.dueAtUs + SECOND);
    }
    assert.deepEqual(
      deadlines,
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((second) => second * SECOND),
    );
    assert.equal(wheel.deadlineUs(0), START + 11 * SECOND);
  });

  it('does not go back', () => {
    const wheel = started(4);
    wheel.schedule(0, START + SECOND);
    wheel.advance(START + 2 * SECOND);
    assert.deepEqual(dueAt(wheel, START - DAY), [0]);
  });

  it('takes deadlines before the first advance', () => {
    const wheel = new TimerWheel(4);
    wheel.schedule(0, START + 1);
    wheel.schedule(1, START - 1);
    assert.deepEqual(dueAt(wheel, START), [1]);
    assert.deepEqual(dueAt(wheel, START + 1), [0]);
  });

  it('works from time 0 on', () => {
    const wheel = new TimerWheel(4);
    wheel.schedule(0, 0);
    wheel.schedule(1, 500);
    wheel.schedule(2, 70 * SECOND);
    assert.deepEqual(dueAt(wheel, 0), [0]);
    assert.deepEqual(dueAt(wheel, 70 * SECOND), [1, 2]);
  });

  it('is exact at the borders of every level', () => {
    const offsets: number[] = [];
    for (let level = 0; level < 14; level++) {
      const span = 256 * 4 ** level * 1000;
      offsets.push(span - 1000, span - 1, span, span + 1, span + 1000);
    }
    for (const startMs of [0, 255, 256 ** 2 - 1, 2 ** 31 - 7, 2 ** 32 - 3, 1_700_000_000_123]) {
      const wheel = new TimerWheel(offsets.length);
      const start = startMs * 1000;
      wheel.advance(start);
      assert.equal(wheel.nextDue(), -1);
      offsets.forEach((offset, row) => {
        wheel.schedule(row, start + offset);
      });
      offsets.forEach((offset, row) => {
        assert.deepEqual(dueAt(wheel, start + offset - 0.25), []);
        assert.deepEqual(dueAt(wheel, start + offset), [row]);
      });
    }
  });

  it('crosses ten idle years without walking through them, and keeps a deadline there', () => {
    const wheel = started(4);
    wheel.schedule(0, START + 4000 * DAY);
    const before = processorMs();
    assert.deepEqual(dueAt(wheel, START + 3999 * DAY), []);
    assert.deepEqual(dueAt(wheel, START + 4000 * DAY), [0]);
    assert.deepEqual(dueAt(wheel, START + 8000 * DAY), []);
    assert.ok(processorMs() - before < 200);
  });
});
