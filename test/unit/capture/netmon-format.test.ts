import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FileSource } from '../../../src/capture/file-source.ts';
import {
  bytes,
  PiecedBytes,
  readPackets,
  type TestPacket,
  text,
  Words,
} from '../../helpers/capture-file.ts';

const words = new Words(true);
const START_US = Date.UTC(2005, 6, 17, 15, 39, 20, 502) * 1000;
const FRAME_TABLE = bytes(words.u32(128), new Uint8Array(20).fill(0xff));

function netmon(version: readonly [major: number, minor: number], frames: Uint8Array): Uint8Array {
  const [major, minor] = version;
  const header = bytes(
    text(major === 1 ? 'RTSS' : 'GMBU'),
    [minor, major],
    words.u16(1, 2005, 7, 0, 17, 15, 39, 20, 502),
    words.u32(128 + frames.length, FRAME_TABLE.length),
  );
  return bytes(header, new Uint8Array(128 - header.length), frames, FRAME_TABLE);
}

async function read(content: Uint8Array): Promise<[Required<TestPacket>[], string[]]> {
  const warnings: string[] = [];
  const source = new FileSource({
    path: 'a.cap',
    warn: (line) => warnings.push(line),
    bytes: new PiecedBytes(content, [50]),
  });
  await source.open();
  const packets = await readPackets(source);
  await source.close();
  return [packets, warnings];
}

function packet(timestampUs: number, linktype = 1, len = 4): Required<TestPacket> {
  const data = Uint8Array.from(text('data'));
  return { timestampUs, data, len, linktype, interfaceIndex: 0 };
}

describe('Network Monitor', () => {
  it('1.x has milliseconds and 16-bit lengths', async () => {
    const frames = bytes(words.u32(1500), words.u16(60, 4), text('data'));
    const [packets, warnings] = await read(netmon([1, 1], frames));
    assert.deepEqual(packets, [packet(START_US + 1_500_000, 1, 60)]);
    assert.deepEqual(warnings, []);
  });

  it('2.0 has microseconds, also before the start', async () => {
    const frames = bytes(
      bytes(words.u32(7, 0, 60, 4), text('data')),
      bytes(words.u32(0xffffffff, 0xffffffff, 4, 4), text('data')),
    );
    const [packets] = await read(netmon([2, 0], frames));
    assert.deepEqual(packets, [packet(START_US + 7, 1, 60), packet(START_US - 1)]);
  });

  it('2.1 and 2.2 have a network type behind each frame; metadata is left out', async () => {
    for (const [minor, process] of [
      [1, []],
      [2, [1, 2, 3, 4]],
    ] as const) {
      const types = [1, 0, 8, 0xe071, 0xffff, 3];
      const frames = types.map((type) => {
        return bytes(words.u32(0, 0, 4, 4), text('data'), words.u16(type), process);
      });
      const [packets] = await read(netmon([2, minor], bytes(...frames)));
      const linktypes = packets.map((item) => item.linktype);
      assert.deepEqual(linktypes, [1, 1, 101, 113, 0xffff]);
    }
  });

  it('2.3 has the UTC time behind each frame', async () => {
    const filetime = BigInt(START_US + 11_644_473_600e6) * 10n + 5n;
    const time = words.u32(Number(filetime & 0xffffffffn), Number(filetime >> 32n));
    const trailer = bytes(words.u16(1), words.u32(9), time, [3]);
    const frames = bytes(words.u32(99, 0, 4, 4), text('data'), trailer);
    const [packets] = await read(netmon([2, 3], frames));
    assert.deepEqual(packets, [packet(START_US + 0.5)]);
  });

  it('with an impossible length gives all frames before, and one warning', async () => {
    const good = bytes(words.u32(7, 0, 4, 4), text('data'));
    const frames = bytes(good, words.u32(7, 0, 300_000, 300_000), new Uint8Array(300_000));
    const [packets, warnings] = await read(netmon([2, 0], frames));
    assert.deepEqual(packets, [packet(START_US + 7)]);
    assert.deepEqual(warnings, [
      'a.cap is damaged: a frame of 300000 bytes, where at most 262144 are possible; the 1 packets before are counted',
    ]);
  });

  it('of another version is refused by name', async () => {
    await assert.rejects(read(netmon([3, 1], bytes())), {
      message: 'a.cap: Network Monitor version 3.1 is not supported',
    });
  });
});
