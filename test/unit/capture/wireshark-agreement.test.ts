/**
 * Our readers against Wireshark's: the same packets to the byte, with the same times, lengths and link types, in
 * every capture.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { FileSource } from '../../../src/capture/file-source.ts';
import type { PacketBatch } from '../../../src/core/packet-batch.ts';
import {
  bytes,
  PcapngBlocks,
  type PcapShape,
  pcapFile,
  text,
  Words,
} from '../../helpers/capture-file.ts';
import { sharedRoot } from '../../helpers/paths.ts';
import { plainPackets, Sharkd, wiresharkMissing } from '../../helpers/wireshark.ts';

const skip = wiresharkMissing();
const skipShared = sharedRoot === undefined ? 'there are no captures beside the checkout' : skip;

/** Wireshark's names for link types. */
const ENCAPSULATIONS: ReadonlyMap<string, number> = new Map([
  ['NULL/Loopback', 0],
  ['Ethernet', 1],
  ['Raw IP', 101],
  ['OpenBSD loopback', 108],
  ['Linux cooked-mode capture v1', 113],
  ['Raw IPv4', 228],
  ['Linux cooked-mode capture v2', 276],
]);
/** Captures looked at side by side. */
const PARALLEL = 4;
/** Half the distance of two numbers of microseconds since the epoch, plus rounding. */
const TIME_TOLERANCE_US = 0.26;

const folder = mkdtempSync(join(tmpdir(), 'sipgauge-'));

interface Frame {
  readonly timestampUs: number;
  readonly len: number;
  readonly caplen: number;
  readonly linktype: number | undefined;
  /** Where they are known. */
  readonly data?: Uint8Array;
}

/** By editcap where one pcap can hold it all, else by sharkd, which does not give the bytes. */
async function theirFrames(path: string): Promise<Frame[]> {
  const target = join(folder, `${basename(path)}.plain`);
  const packets = await plainPackets(path, target);
  return packets === undefined
    ? dissectedFrames(path)
    : packets.map((packet) => ({ ...packet, caplen: packet.data.length }));
}

async function dissectedFrames(path: string): Promise<Frame[]> {
  const sharkd = new Sharkd();
  const fields = ['frame.time_epoch', 'frame.len', 'frame.cap_len', 'frame.encap_type'];
  const frames = await sharkd.fields(path, fields);
  sharkd.close();
  return frames.map(([time = '', len = '', caplen = '', encapsulation = '']) => ({
    timestampUs: microseconds(time),
    len: Number(len),
    caplen: Number(caplen),
    linktype: ENCAPSULATIONS.get(encapsulation),
  }));
}

/** From seconds with nine decimals, without losing any. */
function microseconds(time: string): number {
  const [seconds = '0', fraction = '0'] = time.split('.');
  return Number(seconds) * 1e6 + Number(fraction) / 1000;
}

async function ourFrames(path: string): Promise<Frame[]> {
  const source = new FileSource({ path, warn: () => undefined });
  await source.open();
  const frames: Frame[] = [];
  for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
    for (let row = 0; row < batch.count; row += 1) {
      frames.push({
        timestampUs: batch.timestampUs[row] ?? 0,
        len: batch.len[row] ?? 0,
        caplen: batch.caplen[row] ?? 0,
        linktype: batch.linktype[row],
        data: dataOf(batch, row),
      });
    }
  }
  await source.close();
  return frames;
}

function dataOf(batch: PacketBatch, row: number): Uint8Array {
  const start = batch.offset[row] ?? 0;
  return batch.block.slice(start, start + (batch.caplen[row] ?? 0));
}

async function compare(path: string): Promise<void> {
  const [theirs, ours] = await Promise.all([theirFrames(path), ourFrames(path)]);
  assert.equal(ours.length, theirs.length, path);
  for (const [i, frame] of ours.entries()) {
    const their = theirs[i];
    assert.ok(their !== undefined);
    const name = `${path} frame ${i + 1}`;
    const difference = Math.abs(frame.timestampUs - their.timestampUs);
    assert.ok(difference <= TIME_TOLERANCE_US, `${name}: ${difference} us apart`);
    const same = { timestampUs: 0, data: undefined };
    assert.deepEqual({ ...frame, ...same }, { ...their, ...same }, name);
    if (their.data !== undefined) assert.deepEqual(frame.data, their.data, name);
  }
}

describe('agreement with Wireshark', () => {
  for (const place of ['corpus/made', 'corpus/real', 'oracle']) {
    it(`on all of ${place}`, { skip: skipShared }, async () => {
      const path = join(sharedRoot ?? '', place);
      const captures = readdirSync(path).filter((name) => name.includes('.pcap'));
      assert.ok(captures.length > 50);
      for (let i = 0; i < captures.length; i += PARALLEL) {
        const some = captures.slice(i, i + PARALLEL);
        await Promise.all(some.map((name) => compare(join(path, name))));
      }
    });
  }

  after(() => rmSync(folder, { recursive: true }));
  const little = new Words(true);
  const extension = bytes(little.u32(2), little.u16(0x0800), [4, 0]);
  const shapes: Readonly<Record<string, PcapShape>> = {
    'red-hat': { extension },
    kuznetsov: { magic: 0xa1b2cd34, extension },
    suse: { magic: 0xa1b2cd34, extension: bytes(extension, [1, 2, 3, 4]) },
    nokia: { extension: little.u32(0xbfbfd602) },
    'nanoseconds, big-endian': { magic: 0xa1b23c4d, fractionsPerUs: 1000, littleEndian: false },
    'version 2.2': { version: [2, 2], lengthsSwapped: true },
    'version 2.3': { version: [2, 3], lengthsSwapped: true },
    aix: { version: [2, 2], network: 6, fractionsPerUs: 1000, lengthsSwapped: true },
    fcs: { network: 0x24000001 },
  };
  for (const [name, shape] of Object.entries(shapes)) {
    it(`on pcap of the kind ${name}`, { skip }, async () => {
      const packets = [60, 1514, 14].map((length, i) => {
        return { timestampUs: 1_700_000_000_123_456 + i, data: new Uint8Array(length), len: 1514 };
      });
      const path = join(folder, `${name}.pcap`);
      writeFileSync(path, pcapFile(packets, shape));
      await compare(path);
    });
  }

  it('on pcapng with clocks of many resolutions', { skip }, async () => {
    const b = new PcapngBlocks(false);
    const parts: Uint8Array[] = [b.section()];
    const resolutions = [6, 9, 3, 0, 8, 10, 0x80 | 20, 0x80 | 30, 0x80 | 32, 0x80 | 10];
    for (const code of resolutions) parts.push(b.interface(1, 0, b.option(9, [code])));
    for (const [i, code] of resolutions.entries()) {
      const perSecond = (code & 0x80) === 0 ? 10n ** BigInt(code) : 1n << BigInt(code & 0x7f);
      const ticks = 1_700_000_000n * perSecond + perSecond / 3n;
      parts.push(b.enhanced(i, ticks, text('a packet that is long enough')));
    }
    const path = join(folder, 'resolutions.pcapng');
    writeFileSync(path, bytes(...parts));
    await compare(path);
  });
});
