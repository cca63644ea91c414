import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FileSource } from '../../../src/capture/file-source.ts';
import { type PaceClock, PacedSource } from '../../../src/capture/paced-source.ts';
import { PiecedBytes, pcapFile, text } from '../../helpers/capture-file.ts';

/** A clock that moves when it is slept on. */
class TestClock implements PaceClock {
  ms = 5000;

  now(): number {
    return this.ms;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (!signal.aborted) this.ms += ms;
    return Promise.resolve();
  }
}

function paced(timesMs: readonly number[], speed: number): [PacedSource, TestClock] {
  const packets = timesMs.map((time) => ({ timestampUs: time * 1000, data: text(`${time}`) }));
  const content = new PiecedBytes(pcapFile(packets), [1 << 16]);
  const source = new FileSource({ path: 'a', warn: assert.fail, bytes: content });
  const clock = new TestClock();
  return [new PacedSource({ source, speed, clock }), clock];
}

/** What came when: packet times, and milliseconds since the first call. */
async function deliveries(source: PacedSource, clock: TestClock): Promise<[number, string][]> {
  const startMs = clock.ms;
  const all: [number, string][] = [];
  await source.open();
  for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
    for (let row = 0; row < batch.count; row += 1) {
      const offset = batch.offset[row] ?? 0;
      const data = batch.block.subarray(offset, offset + (batch.caplen[row] ?? 0));
      all.push([clock.ms - startMs, Buffer.from(data).toString()]);
    }
  }
  return all;
}

describe('PacedSource', () => {
  it('gives packets at their own pace', async () => {
    const [source, clock] = paced([100, 200, 200, 1300, 1250, 1400], 1);
    assert.deepEqual(await deliveries(source, clock), [
      [0, '100'],
      [100, '200'],
      [100, '200'],
      [1200, '1300'],
      [1200, '1250'],
      [1300, '1400'],
    ]);
  });

  it('gives packets at a multiple of their pace', async () => {
    const [source, clock] = paced([0, 1000, 9000], 4);
    assert.deepEqual(await deliveries(source, clock), [
      [0, '0'],
      [250, '1000'],
      [2250, '9000'],
    ]);
  });

  it('does not shift the pace by a consumer that is held up', async () => {
    const [source, clock] = paced([0, 1000, 2000, 3000], 1);
    await source.open();
    assert.equal((await source.next())?.count, 1);
    clock.ms += 2500;
    assert.equal((await source.next())?.count, 2);
    const waiting = await source.next();
    assert.deepEqual([waiting?.count, waiting?.drained, clock.ms], [0, true, 7750]);
    assert.equal((await source.next())?.count, 1);
    assert.equal(clock.ms, 8000);
  });

  it('says at its own pace only that it is drained, and where its frames are', async () => {
    for (const speed of [1, 2]) {
      const [source] = paced([0, 0, 1000], speed);
      await source.open();
      const first = await source.next();
      assert.deepEqual([first?.count, first?.firstFrame, first?.drained], [2, 1, speed === 1]);
      const empty = await source.next();
      assert.deepEqual([empty?.count, empty?.firstFrame, empty?.drained], [0, 3, speed === 1]);
    }
  });

  it('passes over silences of more than an hour', async () => {
    const year = 365 * 86_400_000;
    const [source, clock] = paced([0, year, year + 10], 1);
    assert.deepEqual(await deliveries(source, clock), [
      [0, '0'],
      [3_600_000, `${year}`],
      [3_600_010, `${year + 10}`],
    ]);
  });

  it('ends a wait when it is closed', async () => {
    const content = pcapFile([
      { timestampUs: 0, data: text('a') },
      { timestampUs: 60e6, data: text('b') },
    ]);
    const bytes = new PiecedBytes(content, [1 << 16]);
    const source = new PacedSource({
      source: new FileSource({ path: 'a', warn: assert.fail, bytes }),
      speed: 1,
    });
    await source.open();
    assert.equal((await source.next())?.count, 1);
    const waiting = source.next();
    await source.close();
    assert.equal(await waiting, undefined);
    assert.ok(bytes.closed);
  });
});
