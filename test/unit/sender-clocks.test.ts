import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Flow } from '../../src/core/flow.ts';
import { HepRecord } from '../../src/decode/hep.ts';
import { HEP_CLOCKS_MAX, HEP_DIFFERENCE_US_MAX, SenderClocks } from '../../src/sender-clocks.ts';

const SECOND = 1e6;
const START = 1.7e15;

interface Taken {
  readonly era: number;
  readonly timestampUs: number;
}

/** What becomes of a message that `agent` stamped `lateS` before it arrived, `atS` seconds after the start. */
function take(clocks: SenderClocks, agent: number, atS: number, lateS: number): Taken {
  const hep = new HepRecord();
  const flow = new Flow();
  flow.timestampUs = START + atS * SECOND;
  hep.agent = agent;
  hep.timestampUs = flow.timestampUs - lateS * SECOND;
  const era = clocks.take(hep, flow, HEP_DIFFERENCE_US_MAX);
  return { era, timestampUs: flow.timestampUs - START };
}

describe('SenderClocks', () => {
  it('gives the sender its time, and one era to all that are within a second of ours', () => {
    const clocks = new SenderClocks();
    assert.deepEqual(take(clocks, 1, 0, 0.25), { era: 0, timestampUs: -0.25 * SECOND });
    assert.deepEqual(take(clocks, 2, 1, -0.5), { era: 0, timestampUs: 1.5 * SECOND });
  });

  it('leaves our time where the sender gives none, or one that is days off', () => {
    const clocks = new SenderClocks();
    const flow = new Flow();
    flow.timestampUs = START;
    assert.equal(clocks.take(new HepRecord(), flow, HEP_DIFFERENCE_US_MAX), 0);
    assert.equal(flow.timestampUs, START);
    assert.deepEqual(take(clocks, 1, 0, 2 * 86_400), { era: 0, timestampUs: 0 });
  });

  it('gives eras of their own to senders whose clocks are off, either way', () => {
    const clocks = new SenderClocks();
    const slow = take(clocks, 1, 0, 3600).era;
    const fast = take(clocks, 2, 0, -5).era;
    assert.equal(new Set([0, slow, fast]).size, 3);
    assert.equal(take(clocks, 1, 50, 3600.2).era, slow);
    assert.equal(take(clocks, 2, 50, -4.9).era, fast);
  });

  it('parts late messages, or those of another sender of that number, from the others', () => {
    const clocks = new SenderClocks();
    const right = take(clocks, 1, 0, 0).era;
    const late = take(clocks, 1, 1, 5).era;
    assert.equal(right, 0);
    assert.notEqual(late, right);
    assert.equal(take(clocks, 1, 2, 5).era, late);
    assert.equal(take(clocks, 1, 3, 0).era, right);
  });

  it('learns in a minute that a clock was put back, and at once that it was put right', () => {
    const clocks = new SenderClocks();
    for (let second = 0; second < 40; second++) take(clocks, 1, second, 0);
    for (let second = 40; second < 140; second++) take(clocks, 1, second, 60);
    const back = take(clocks, 1, 140, 60).era;
    const other = take(clocks, 1, 141, 65).era;
    assert.notEqual(back, 0);
    assert.notEqual(other, back);
    assert.equal(take(clocks, 1, 142, 0).era, 0);
  });

  it('forgets the sender that is silent longest', () => {
    const clocks = new SenderClocks();
    for (let agent = 0; agent < HEP_CLOCKS_MAX; agent++) take(clocks, agent, 0, 0);
    // The first goes on, the second is silent.
    take(clocks, 0, 31, 0);
    take(clocks, HEP_CLOCKS_MAX, 32, 0);
    assert.notEqual(take(clocks, 0, 33, 0.5 + 1).era, 0, 'late, as it is known');
    const learned = take(clocks, 1, 33, 0.9);
    assert.equal(learned.era, 0);
    assert.equal(take(clocks, 1, 34, 1.8).era, 0, 'not late by what it was before');
  });
});
