import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FileSource } from '../../../src/capture/file-source.ts';
import { MergedSource } from '../../../src/capture/merged-source.ts';
import {
  bytes,
  PcapngBlocks,
  PiecedBytes,
  pcapFile,
  readPackets,
  text,
} from '../../helpers/capture-file.ts';

function file(path: string, content: Uint8Array): FileSource {
  return new FileSource({ path, warn: assert.fail, bytes: new PiecedBytes(content, [100]) });
}

function pcap(path: string, times: readonly number[]): FileSource {
  const packets = times.map((time) => ({ timestampUs: time, data: text(`${path}@${time}`) }));
  return file(path, pcapFile(packets));
}

async function read(...sources: readonly FileSource[]): Promise<[string[], MergedSource]> {
  const merged = new MergedSource(sources);
  await merged.open();
  const packets = await readPackets(merged);
  await merged.close();
  return [packets.map((packet) => Buffer.from(packet.data).toString()), merged];
}

describe('MergedSource', () => {
  it('orders by timestamp, ties in the order of the sources', async () => {
    const [order] = await read(
      pcap('a', [1, 4, 4, 9]),
      pcap('b', [1, 2, 4]),
      pcap('c', [0, 4, 10]),
    );
    const expected = ['c@0', 'a@1', 'b@1', 'b@2', 'a@4', 'a@4', 'b@4', 'c@4', 'a@9', 'c@10'];
    assert.deepEqual(order, expected);
  });

  it('leaves the order inside a source alone', async () => {
    const [order] = await read(pcap('a', [5, 3, 8]), pcap('b', [4, 6]));
    assert.deepEqual(order, ['b@4', 'a@5', 'a@3', 'b@6', 'a@8']);
  });

  it('does with sources that are empty', async () => {
    const [order] = await read(pcap('a', []), pcap('b', [1]), pcap('c', []));
    assert.deepEqual(order, ['b@1']);
    assert.deepEqual((await read())[0], []);
  });

  it('numbers interfaces over all sources, and counts each source on its own', async () => {
    const b = new PcapngBlocks(true);
    const content = bytes(
      bytes(b.section(), b.interface(1), b.interface(276)),
      b.enhanced(1, 2n, text('x')),
      b.enhanced(0, 3n, text('y')),
    );
    const merged = new MergedSource([pcap('a', [1, 4]), file('b', content)]);
    await merged.open();
    const packets = await readPackets(merged);
    const names = packets.map((packet) => merged.interfaces[packet.interfaceIndex]);
    assert.deepEqual(names, ['a', 'b#1', 'b', 'a']);
    const linktypes = packets.map((packet) => packet.linktype);
    assert.deepEqual(linktypes, [1, 276, 1, 1]);
    const counts = merged.stats().map((stats) => [stats.interface, stats.packets]);
    assert.deepEqual(counts, [
      ['a', 2],
      ['b', 2],
    ]);
    await merged.close();
  });

  it('copies packets larger than its batch', async () => {
    const large = { timestampUs: 2, data: new Uint8Array(3_000_000).fill(9) };
    const shape = { snaplen: 16_777_216 };
    const packets = [{ timestampUs: 1, data: text('small') }, large, large];
    const merged = new MergedSource([file('a', pcapFile(packets, shape)), pcap('b', [3])]);
    await merged.open();
    const all = await readPackets(merged);
    const lengths = all.map((packet) => packet.data.length);
    assert.deepEqual(lengths, [5, 3_000_000, 3_000_000, 3]);
    assert.ok(all.slice(1, 3).every((packet) => packet.data.every((byte) => byte === 9)));
    await merged.close();
  });

  it('closes all when one does not open', async () => {
    const content = new PiecedBytes(pcapFile([]), [100]);
    const good = new FileSource({ path: 'good', warn: assert.fail, bytes: content });
    await assert.rejects(new MergedSource([good, file('bad', text('nothing'))]).open(), {
      code: 'NOT_A_CAPTURE',
    });
    assert.ok(content.closed);
  });
});
