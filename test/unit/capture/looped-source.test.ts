import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FileSource } from '../../../src/capture/file-source.ts';
import { LoopedSource } from '../../../src/capture/looped-source.ts';
import { PiecedBytes, pcapFile, type TestPacket, text } from '../../helpers/capture-file.ts';

function looped(packets: readonly TestPacket[]): LoopedSource {
  return new LoopedSource(() => {
    const bytes = new PiecedBytes(pcapFile(packets), [64]);
    return new FileSource({ path: 'a.pcap', warn: assert.fail, bytes });
  });
}

/** The first packets, as text and time. */
async function take(source: LoopedSource, count: number): Promise<[number, string][]> {
  const all: [number, string][] = [];
  while (all.length < count) {
    const batch = await source.next();
    assert.ok(batch !== undefined);
    for (let row = 0; row < batch.count; row += 1) {
      const offset = batch.offset[row] ?? 0;
      const data = batch.block.subarray(offset, offset + (batch.caplen[row] ?? 0));
      all.push([batch.timestampUs[row] ?? 0, Buffer.from(data).toString('latin1')]);
    }
  }
  return all.slice(0, count);
}

describe('LoopedSource', () => {
  it('lets time go on, a second from the latest packet of a round to the next round', async () => {
    const times = [10e6, 12e6, 11e6];
    const source = looped(times.map((time) => ({ timestampUs: time, data: text('x') })));
    await source.open();
    const taken = await take(source, 9);
    const seconds = taken.map(([time]) => time / 1e6);
    assert.deepEqual(seconds, [10, 12, 11, 13, 15, 14, 16, 18, 17]);
    assert.deepEqual(source.interfaces, ['a.pcap']);
    assert.ok((source.stats()[0]?.packets ?? 0) >= 9);
    await source.close();
    assert.equal(await source.next(), undefined);
  });

  it('makes the messages of each round new', async () => {
    const message = 'OPTIONS sip:a SIP/2.0\r\nCall-ID: abcdefgh\r\n\r\n';
    const source = looped([{ timestampUs: 1, data: text(message) }]);
    await source.open();
    const taken = await take(source, 100);
    const texts = taken.map(([, data]) => data);
    assert.equal(texts[0], message);
    assert.equal(new Set(texts).size, 100);
    assert.ok(
      texts.every((data) => /^OPTIONS sip:a SIP\/2\.0\r\nCall-ID: \w{8}\r\n\r\n$/.test(data)),
    );
    await source.close();
  });

  it('counts packets over all rounds', async () => {
    const source = looped([
      { timestampUs: 1, data: text('x') },
      { timestampUs: 2, data: text('y') },
    ]);
    await source.open();
    let packets = 0;
    while (packets < 11) packets += (await source.next())?.count ?? 0;
    assert.equal(source.stats()[0]?.packets, packets);
    await source.close();
  });

  it('ends at once when there is no packet to repeat', async () => {
    const source = looped([]);
    await source.open();
    assert.equal(await source.next(), undefined);
    await source.close();
  });
});
