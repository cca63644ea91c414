import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HEP_CLOCKS_MAX, HepClocks } from '../../../src/capture/hep-clocks.ts';

const SECOND = 1_000_000;
const START = 1_700_000_000 * SECOND;
const HOUR = 3600 * SECOND;

describe('HepClocks', () => {
  it('gives the time of arrival to what does not say when it was sent', () => {
    const clocks = new HepClocks();
    assert.equal(clocks.timeOf(1, 0, START), START);
    assert.equal(clocks.timeOf(1, 0, START + SECOND), START + SECOND);
  });

  it('gives our time to senders whose clocks differ', () => {
    const clocks = new HepClocks();
    for (let i = 0; i < 100; i++) {
      const now = START + i * SECOND;
      assert.equal(clocks.timeOf(1, now - HOUR, now), now);
      assert.equal(clocks.timeOf(2, now + HOUR, now), now);
      assert.equal(clocks.timeOf(3, now - 1500, now), now);
    }
  });

  it('tells when late messages were sent', () => {
    const clocks = new HepClocks();
    clocks.timeOf(1, START - HOUR, START);
    const arrival = START + 40 * SECOND;
    for (const second of [1, 2, 39]) {
      const sent = START + second * SECOND;
      const time = clocks.timeOf(1, sent - HOUR, arrival);
      assert.ok(time >= sent && time < sent + 0.05 * SECOND);
    }
  });

  it('learns the least lateness, when the first message was late itself', () => {
    const clocks = new HepClocks();
    assert.equal(clocks.timeOf(1, START - 10 * SECOND, START), START);
    assert.equal(clocks.timeOf(1, START + SECOND, START + SECOND), START + SECOND);
    const time = clocks.timeOf(1, START + 2 * SECOND, START + 5 * SECOND);
    assert.ok(time >= START + 2 * SECOND && time < START + 2.01 * SECOND);
  });

  it('never goes back, but with our own clock, and never ahead of it', () => {
    const clocks = new HepClocks();
    clocks.timeOf(1, START, START);
    clocks.timeOf(2, START, START);
    assert.equal(clocks.timeOf(1, START + 9 * SECOND, START + 9 * SECOND), START + 9 * SECOND);
    assert.equal(clocks.timeOf(2, START + SECOND, START + 9 * SECOND), START + 9 * SECOND);
    assert.equal(clocks.timeOf(2, START + HOUR, START + 10 * SECOND), START + 10 * SECOND);
    assert.equal(clocks.timeOf(1, START + 11 * SECOND, START - HOUR), START - HOUR);
  });

  it('learns anew when a sender puts its clock back, and follows one that is slow', () => {
    const clocks = new HepClocks();
    clocks.timeOf(1, START, START);
    assert.equal(clocks.timeOf(1, START - HOUR, START + SECOND), START + SECOND);
    let last = 0;
    for (let second = 2; second < 10_000; second++) {
      const now = START + second * SECOND;
      last = now - clocks.timeOf(1, START - HOUR + second * SECOND * (1 - 100e-6), now);
    }
    assert.ok(last >= 0 && last < 1000);
  });

  it('remembers so many senders', () => {
    const clocks = new HepClocks();
    clocks.timeOf(0, START, START);
    for (let agent = 1; agent <= HEP_CLOCKS_MAX; agent++) clocks.timeOf(agent, START, START);
    // The first is not known any more, so that nothing says that it is late.
    assert.equal(clocks.timeOf(0, START + SECOND, START + 9 * SECOND), START + 9 * SECOND);
    const known = clocks.timeOf(HEP_CLOCKS_MAX, START + 9 * SECOND, START + 20 * SECOND);
    assert.ok(known < START + 9.1 * SECOND);
  });
});
