/** However a capture file's bytes are cut into reads, the same packets come out. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { FileSource } from '../../src/capture/file-source.ts';
import {
  bytes,
  PcapngBlocks,
  PiecedBytes,
  pcapFile,
  readPackets,
  type TestPacket,
  Words,
} from '../helpers/capture-file.ts';

const SEED = 20_261_123;

const packet: fc.Arbitrary<TestPacket> = fc.record({
  timestampUs: fc.integer({ min: 0, max: 2 ** 31 }),
  data: fc.uint8Array({ maxLength: 300 }),
});
const packets = fc.array(packet, { maxLength: 40 });

const standard = packets.map((all) => pcapFile(all));
const kuznetsov = packets.map((all) => {
  const words = new Words(false);
  const extension = bytes(words.u32(2), words.u16(0x0800), [4, 0]);
  return pcapFile(all, { littleEndian: false, extension });
});
const pcapng = fc.tuple(packets, fc.boolean()).map(([all, littleEndian]) => {
  const b = new PcapngBlocks(littleEndian);
  const blocks = all.map((item, i) => {
    const unknown = b.block(5, item.data);
    return bytes(
      b.enhanced(i % 2, BigInt(item.timestampUs), item.data),
      i % 3 === 0 ? unknown : [],
    );
  });
  return bytes(b.section(), b.interface(1), b.interface(276), ...blocks);
});
const whole = fc.oneof(standard, kuznetsov, pcapng);
const file = fc.tuple(whole, fc.double({ min: 0, max: 1, noNaN: true })).map(([content, part]) => {
  return content.subarray(0, Math.max(28, Math.ceil(content.length * part)));
});

async function read(
  content: Uint8Array,
  pieces: readonly number[],
  chunkBytes: number,
): Promise<unknown> {
  const warnings: string[] = [];
  const source = new FileSource({
    path: 'file',
    warn: (line) => warnings.push(line),
    bytes: new PiecedBytes(content, pieces),
    chunkBytes,
  });
  try {
    await source.open();
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
  const all = await readPackets(source);
  await source.close();
  return { all, warnings };
}

it('any chunking of a capture file gives the same packets', async () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });
  const chunkBytes = fc.integer({ min: 16, max: 2000 });
  await fc.assert(
    fc.asyncProperty(file, pieces, chunkBytes, async (content, sizes, chunk) => {
      const atOnce = await read(content, [1 << 20], 1 << 20);
      assert.deepEqual(await read(content, sizes, chunk), atOnce);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

it('any chunking of a compressed file gives the same packets', async () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(standard, pieces, async (content, sizes) => {
      const plain = await read(content, [1 << 20], 1 << 20);
      assert.deepEqual(await read(gzipSync(content), sizes, 1 << 16), plain);
    }),
    { seed: SEED, numRuns: 50 },
  );
});

it('bytes that are no capture, or a damaged one, are never more than an error or a warning', async () => {
  const damaged = fc.tuple(whole, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 20 }));
  await fc.assert(
    fc.asyncProperty(damaged, async ([content, changes]) => {
      const copy = Uint8Array.from(content);
      for (const [at, value] of changes) copy[at % copy.length] = value;
      await read(copy, [1000], 4096);
    }),
    { seed: SEED, numRuns: 500 },
  );
});
