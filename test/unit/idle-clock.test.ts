/** A live packet clock against the host's monotonic one: silences are silences, steps are steps. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BatchBuilder } from '../../src/capture/batch-builder.ts';
import type { PacketBatch } from '../../src/core/packet-batch.ts';
import { IdleClock } from '../../src/idle-clock.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { planeFor } from '../helpers/load/load-runs.ts';

const START_S = 1_700_000_000;
const frame = new Uint8Array(60);

/** A host: what its clocks show, and what its probe hears. */
class Host {
  readonly pipeline: Pipeline;
  private readonly idle: IdleClock;
  private monotonicS = 1000;
  /** The clock that stamps packets, minus the monotonic one. */
  private offsetS = START_S - 1000;

  private constructor(pipeline: Pipeline) {
    this.pipeline = pipeline;
    this.idle = new IdleClock(pipeline, true, () => this.monotonicS * 1000);
  }

  static async start(): Promise<Host> {
    const host = new Host((await planeFor()).pipeline);
    host.hear(host.batch([host.wallS], true));
    return host;
  }

  get wallS(): number {
    return this.monotonicS + this.offsetS;
  }

  /** Timer time, seconds since the first packet. */
  get timerS(): number {
    return this.pipeline.clock.nowUs / 1e6 - START_S;
  }

  get steps(): number {
    return this.pipeline.clock.steps;
  }

  step(seconds: number): void {
    this.offsetS += seconds;
  }

  /** The program does nothing for a while. */
  sleep(seconds: number): void {
    this.monotonicS += seconds;
  }

  /** Nothing arrives for a while, and the source says so four times a second. */
  silence(seconds: number): void {
    for (let i = 0; i < seconds * 4; i++) {
      this.monotonicS += 0.25;
      this.hear(this.batch([], true));
    }
  }

  /** Packets stamped so many seconds ago. */
  packets(agoS: readonly number[], drained = true): void {
    this.hear(
      this.batch(
        agoS.map((ago) => this.wallS - ago),
        drained,
      ),
    );
  }

  hear(batch: PacketBatch): void {
    this.idle.before();
    this.pipeline.consume(batch, 0, Number.POSITIVE_INFINITY);
    this.idle.after(batch);
  }

  /** When drained, everything stamped until a tenth of a second ago has been read. */
  private batch(times: readonly number[], drained: boolean): PacketBatch {
    const builder = new BatchBuilder();
    builder.beginCopy();
    for (const [row, time] of times.entries()) {
      const at = builder.reserve(frame.length);
      builder.block.set(frame, at);
      builder.timestampUs[row] = time * 1e6;
      builder.offset[row] = at;
      builder.caplen[row] = frame.length;
      builder.len[row] = frame.length;
      builder.linktype[row] = 1;
      builder.count = row + 1;
    }
    const { block, count, timestampUs, offset, caplen, len, linktype, interfaceIndex } = builder;
    const packets = { block, count, timestampUs, offset, caplen, len, linktype, interfaceIndex };
    const settled = drained ? { settledUs: (this.wallS - 0.1) * 1e6 } : {};
    return { ...packets, ...settled, firstFrame: 1, drained };
  }
}

const near = (actual: number, expected: number): void => {
  assert.ok(Math.abs(actual - expected) < 1.5, `${actual} is not ${expected}`);
};

describe('IdleClock', () => {
  it('ticks in a silence, and a packet after it is no step', async () => {
    const host = await Host.start();
    host.silence(600);
    near(host.timerS, 600);
    host.packets([0]);
    near(host.timerS, 600);
    assert.equal(host.steps, 0);
  });

  it('stands still when the clock steps ahead, with a packet or without', async () => {
    for (const idleS of [0, 2]) {
      const host = await Host.start();
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

  it('goes on at its pace after a clock that stepped ahead and back, or back and ahead', async () => {
    for (const seconds of [3600, -3600, 40, -40]) {
      const host = await Host.start();
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

  it('takes no second step for a return from the first', async () => {
    for (const [first, betweenS, second] of [
      [20, 2, 20],
      [40, 2, 12],
      [-5, 600, 45],
      [-5, 600, 15],
    ] as const) {
      const host = await Host.start();
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

  it('finds a step back that was made in a silence, with packets after it or without', async () => {
    for (const packetEvery of [0, 1]) {
      const host = await Host.start();
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

  it('goes no faster than the monotonic clock after a standstill', async () => {
    const host = await Host.start();
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

  it('finds a step between the packets of one batch', async () => {
    const host = await Host.start();
    host.silence(5);
    host.step(600);
    host.sleep(0.2);
    host.packets([600.2, 600.1, 0.1, 0]);
    near(host.timerS, 5);
    assert.equal(host.steps, 1);
  });

  it('takes no standstill of the program for a step', async () => {
    const host = await Host.start();
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

  it('takes no packet that was read late for a step, however long the silence after it', async () => {
    const host = await Host.start();
    host.silence(5);
    host.sleep(40);
    host.packets([39]);
    host.silence(600);
    host.packets([0]);
    near(host.timerS, 645);
    assert.equal(host.steps, 0);
  });

  it('does not doubt packets while the source is never empty', async () => {
    const host = await Host.start();
    host.sleep(100);
    for (let i = 0; i < 100; i++) {
      host.sleep(0.01);
      host.packets([100 - i], false);
    }
    host.packets([0], false);
    near(host.timerS, 101);
  });
});
