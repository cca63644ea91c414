/** A live packet clock against the host's monotonic one: silences are silences, steps are steps. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClockHost } from '../helpers/clock-host.ts';

const near = (actual: number, expected: number): void => {
  assert.ok(Math.abs(actual - expected) < 1.5, `${actual} is not ${expected}`);
};

describe('IdleClock', () => {
  it('ticks in a silence, and a packet after it is no step', () => {
    const host = new ClockHost();
    host.silence(600);
    near(host.timerS, 600);
    host.packets([0]);
    near(host.timerS, 600);
    assert.equal(host.steps, 0);
  });

  it('stands still when the clock steps ahead, with a packet or without', () => {
    for (const idleS of [0, 2]) {
      const host = new ClockHost();
      host.silence(5);
      host.step(3600);
      host.silence(idleS);
      host.packets([0]);
      near(host.timerS, 5 + idleS);
      assert.equal(host.steps, 1);
      host.silence(30);
      host.packets([0]);
      near(host.timerS, 35 + idleS);
      assert.equal(host.steps, 1);
    }
  });

  it('goes on at its pace after a clock that stepped ahead and back, or back and ahead', () => {
    for (const seconds of [3600, -3600, 40, -40]) {
      const host = new ClockHost();
      host.silence(5);
      host.step(seconds);
      host.packets([0]);
      host.silence(5);
      host.step(-seconds);
      host.packets([0]);
      host.silence(5);
      host.packets([0]);
      near(host.timerS, 15);
      assert.equal(host.steps, 2);
    }
  });

  it('takes no second step for a return from the first', () => {
    for (const [first, betweenS, second] of [
      [20, 2, 20],
      [40, 2, 12],
      [-5, 600, 45],
      [-5, 600, 15],
    ] as const) {
      const host = new ClockHost();
      host.silence(2);
      host.step(first);
      host.packets([0]);
      host.silence(betweenS);
      host.step(second);
      host.packets([0]);
      host.silence(2);
      host.packets([0]);
      // A step by less than the margin cannot be told from lateness.
      assert.ok(Math.abs(host.timerS - (4 + betweenS)) < 12, `${host.timerS}`);
    }
  });

  it('finds a step back that was made in a silence, with packets after it or without', () => {
    for (const packetEvery of [0, 1]) {
      const host = new ClockHost();
      host.silence(100);
      host.step(-50);
      for (let second = 0; second < 20; second++) {
        host.silence(1);
        if (packetEvery > 0) host.packets([0]);
      }
      near(host.timerS, 120);
      assert.equal(host.steps, 1);
    }
  });

  it('goes no faster than the monotonic clock after a standstill', () => {
    const host = new ClockHost();
    host.silence(5);
    host.sleep(60);
    host.packets([59]);
    host.silence(2);
    host.step(60);
    host.packets([0]);
    near(host.timerS, 67);
    host.silence(2);
    host.sleep(20);
    for (let i = 0; i < 4; i++) host.step(25);
    host.packets([100, 75, 50, 25, 0]);
    assert.ok(host.timerS < 67 + 22 + 11, `${host.timerS}`);
  });

  it('finds a step between the packets of one batch', () => {
    const host = new ClockHost();
    host.silence(5);
    host.step(600);
    host.sleep(0.2);
    host.packets([600.2, 600.1, 0.1, 0]);
    near(host.timerS, 5);
    assert.equal(host.steps, 1);
  });

  it('takes no standstill of the program for a step', () => {
    const host = new ClockHost();
    host.silence(5);
    host.sleep(400);
    // All that came meanwhile: one packet soon after it fell asleep, and one when it woke.
    host.packets([399], false);
    near(host.timerS, 6);
    host.packets([0]);
    near(host.timerS, 405);
    host.sleep(300);
    host.packets([299, 200, 100, 1]);
    near(host.timerS, 704);
    assert.equal(host.steps, 0);
  });

  it('takes no packet that was read late for a step, however long the silence after it', () => {
    const host = new ClockHost();
    host.silence(5);
    host.sleep(40);
    host.packets([39]);
    host.silence(600);
    host.packets([0]);
    near(host.timerS, 645);
    assert.equal(host.steps, 0);
  });

  it('does not doubt packets while the source is never empty', () => {
    const host = new ClockHost();
    host.sleep(100);
    for (let i = 0; i < 100; i++) {
      host.sleep(0.01);
      host.packets([100 - i], false);
    }
    host.packets([0], false);
    near(host.timerS, 101);
  });
});
