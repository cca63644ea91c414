/** The addon in workers: each has its own, and ending one ends its capture. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import {
  addonMissing,
  numbersFrom,
  numbersOf,
  openSource,
  sendNumbered,
  takeAtLeast,
} from '../../helpers/live-source.ts';
import { startLiveWorker } from '../../helpers/live-worker.ts';
import { namespacesMissing, VethPair } from '../../helpers/namespaces.ts';

const WORKERS = 4;
/** Heaps of workers come and go; one lost block in each cycle would be 1,200 MiB. */
const GROWTH_MAX_BYTES = 100 * 1024 * 1024;

const skip = addonMissing || namespacesMissing();
const pair = new VethPair(2);

/** The kernel takes tens of milliseconds to close a packet socket, so several close side by side. */
async function cycles(count: number): Promise<void> {
  const workers = Array.from({ length: WORKERS }, () =>
    startLiveWorker({ interface: pair.near, cycles: count / WORKERS }),
  );
  const ends = await Promise.all(workers.map((worker) => once(worker, 'exit')));
  assert.deepEqual(ends.flat(), [0, 0, 0, 0]);
}

describe('the native live source in workers', { skip }, () => {
  before(() => pair.create());
  after(() => pair.destroy());

  it('captures, and ends with its worker while packets come', async () => {
    const { source } = await openSource([pair.near]);
    for (let round = 0; round < 5; round++) {
      const worker = startLiveWorker({ interface: pair.near, cycles: 0 });
      await once(worker, 'message');
      // Listened for from here on: on a busy machine all may have been said before all is sent.
      const captured = once(worker, 'message');
      await sendNumbered(pair.farAddress, 200, round * 1000);
      const [message] = await captured;
      assert.ok(message.count > 0);
      const sending = sendNumbered(pair.farAddress, 800, round * 1000 + 200);
      await worker.terminate();
      await sending;
    }
    // The capture of this thread has seen none of it.
    assert.deepEqual(numbersOf(await takeAtLeast(source, 5000)), numbersFrom(0, 5000));
    await source.close();
  });

  it('opens and closes a thousand times without a leak', async () => {
    await cycles(200);
    const descriptorsBefore = readdirSync('/proc/self/fd').length;
    const residentBefore = process.memoryUsage.rss();
    await cycles(1000);
    assert.equal(readdirSync('/proc/self/fd').length, descriptorsBefore);
    const grown = process.memoryUsage.rss() - residentBefore;
    assert.ok(grown < GROWTH_MAX_BYTES, `${grown} bytes more after 1,000 cycles`);
  });
});
