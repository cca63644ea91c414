import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FileSource } from '../../../src/capture/file-source.ts';
import {
  bytes,
  PcapngBlocks,
  PiecedBytes,
  readPackets,
  type TestPacket,
  text,
} from '../../helpers/capture-file.ts';

const TIME_US = 1_700_000_000_123_456;
const TIME = BigInt(TIME_US);
const TSRESOL = 9;
const TSOFFSET = 14;

interface Reading {
  readonly packets: Required<TestPacket>[];
  readonly warnings: string[];
  readonly interfaces: readonly string[];
}

async function read(...parts: readonly Uint8Array[]): Promise<Reading> {
  const warnings: string[] = [];
  const source = new FileSource({
    path: 'a.pcapng',
    warn: (line) => warnings.push(line),
    bytes: new PiecedBytes(bytes(...parts), [1 << 20]),
  });
  await source.open();
  const packets = await readPackets(source);
  await source.close();
  return { packets, warnings, interfaces: source.interfaces };
}

function packet(timestampUs: number, linktype = 1, interfaceIndex = 0): Required<TestPacket> {
  return { timestampUs, data: Uint8Array.from(text('data!')), len: 5, linktype, interfaceIndex };
}

const data = text('data!');

for (const littleEndian of [true, false]) {
  const b = new PcapngBlocks(littleEndian);
  describe(`pcapng, ${littleEndian ? 'little' : 'big'}-endian`, () => {
    it('has enhanced, obsolete and simple packets; the last with the time before them', async () => {
      const packets = [b.enhanced(0, TIME, data), b.obsolete(0, TIME + 5n, data), b.simple(data)];
      const reading = await read(b.section(), b.interface(1), ...packets);
      assert.deepEqual(reading.warnings, []);
      const times = [TIME_US, TIME_US + 5, TIME_US + 5];
      assert.deepEqual(
        reading.packets,
        times.map((time) => packet(time)),
      );
    });

    it('cuts a simple packet at the snapshot length', async () => {
      const simple = b.simple(text('data!'), 900);
      const [only] = (await read(b.section(), b.interface(1, 5), simple)).packets;
      assert.deepEqual({ length: only?.data.length, len: only?.len }, { length: 5, len: 900 });
    });

    it('has interfaces of different link types and clocks', async () => {
      const nanoseconds = b.interface(276, 0, b.option(TSRESOL, [9]));
      const seconds = b.interface(101, 0, b.option(TSRESOL, [0]));
      const milliseconds = b.interface(113, 0, b.option(TSRESOL, [3]));
      const halves = b.interface(1, 0, b.option(TSRESOL, [0x80 | 1]));
      const ntp = b.interface(1, 0, b.option(TSRESOL, [0x80 | 32]));
      const reading = await read(
        bytes(b.section(), b.interface(1), nanoseconds, seconds, milliseconds, halves, ntp),
        b.enhanced(1, TIME * 1000n + 500n, data),
        b.enhanced(2, TIME / 1_000_000n, data),
        b.enhanced(3, TIME / 1000n, data),
        b.enhanced(4, (TIME / 1_000_000n) * 2n + 1n, data),
        b.enhanced(5, ((TIME / 1_000_000n) << 32n) + (1n << 30n), data),
        b.enhanced(0, TIME, data),
      );
      assert.deepEqual(reading.packets, [
        packet(TIME_US + 0.5, 276, 1),
        packet(1_700_000_000_000_000, 101, 2),
        packet(1_700_000_000_123_000, 113, 3),
        packet(1_700_000_000_500_000, 1, 4),
        packet(1_700_000_000_250_000, 1, 5),
        packet(TIME_US, 1, 0),
      ]);
      const names = ['a.pcapng', 'a.pcapng#1', 'a.pcapng#2', 'a.pcapng#3', 'a.pcapng#4'];
      assert.deepEqual(reading.interfaces, [...names, 'a.pcapng#5']);
    });

    it('adds the time offset of an interface, negative ones too', async () => {
      const ahead = b.words.u32(...(littleEndian ? [3600, 0] : [0, 3600]));
      const behind = b.words.u32(...(littleEndian ? [-1, -1] : [-1, -1]));
      const first = b.interface(1, 0, b.option(TSOFFSET, ahead));
      const second = b.interface(1, 0, b.option(TSOFFSET, behind));
      const packets = bytes(b.enhanced(0, TIME, data), b.enhanced(1, TIME, data));
      const reading = await read(b.section(), first, second, packets);
      const times = reading.packets.map((item) => item.timestampUs - TIME_US);
      assert.deepEqual(times, [3600e6, -1e6]);
    });

    it('finds the resolution behind other options, and none behind the end of options', async () => {
      const name = b.option(2, text('eth0'));
      const end = b.option(0, []);
      const resolution = b.option(TSRESOL, [3]);
      const reading = await read(
        bytes(b.section(), b.interface(1, 0, name, resolution), b.interface(1, 0, end, resolution)),
        bytes(b.enhanced(0, 7n, data), b.enhanced(1, 7n, data)),
      );
      const times = reading.packets.map((item) => item.timestampUs);
      assert.deepEqual(times, [7000, 7]);
    });

    it('skips blocks of other types, and reads sections in either byte order', async () => {
      const other = new PcapngBlocks(!littleEndian);
      const unknown = bytes(b.block(5, [1, 2, 3, 4]), b.block(0x0bad, new Uint8Array(70_000)));
      const reading = await read(
        bytes(b.section(), unknown, b.interface(1), b.enhanced(0, TIME, data), unknown),
        bytes(other.section(), other.interface(113), other.enhanced(0, TIME, data)),
        bytes(b.section(), b.interface(276), b.enhanced(0, TIME, data)),
      );
      assert.deepEqual(reading.packets, [
        packet(TIME_US, 1),
        packet(TIME_US, 113),
        packet(TIME_US, 276),
      ]);
      assert.deepEqual(reading.interfaces, ['a.pcapng']);
    });

    const damages: readonly (readonly [what: string, damage: Uint8Array])[] = [
      [
        'a pcapng block of 8 bytes, where 12 to 16777216 are possible',
        bytes(b.words.u32(6, 8, 8), new Uint8Array(40)),
      ],
      [
        'a pcapng block of 4294967295 bytes, where 12 to 16777216 are possible',
        bytes(b.words.u32(6, 0xffffffff, 8), new Uint8Array(40)),
      ],
      [
        'a block that begins with length 16 ends with another',
        bytes(b.words.u32(5, 16, 0, 20), new Uint8Array(40)),
      ],
      ['a packet on interface 1, which is not described', b.enhanced(1, TIME, data)],
      ['a short packet block', b.block(6, [1, 2, 3, 4])],
      ['a short packet block', b.block(3)],
      ['a short interface description', b.block(1, [1, 2, 3, 4])],
      ['a packet longer than its block', b.block(6, b.words.u32(0, 0, 0, 5, 5), [1, 2, 3, 4])],
      ['a packet longer than its block', b.block(3, b.words.u32(9), [1, 2, 3, 4])],
      ['a short pcapng section header', b.block(0x0a0d0d0a, b.words.u32(0x1a2b3c4d))],
      [
        'a pcapng section header without its byte-order magic',
        b.block(0x0a0d0d0a, new Uint8Array(16)),
      ],
      [
        'pcapng version 2 is not supported',
        b.block(0x0a0d0d0a, b.words.u32(0x1a2b3c4d), b.words.u16(2, 0), new Uint8Array(8)),
      ],
      ['a packet before any interface', bytes(b.section(), b.simple(data))],
      [
        'a section with more than 1024 interfaces',
        bytes(...Array.from({ length: 1024 }, () => b.interface(1))),
      ],
    ];
    for (const [what, damage] of damages) {
      it(`with ${what} gives all packets before, and one warning`, async () => {
        const good = bytes(b.section(), b.interface(1), b.enhanced(0, TIME, data));
        const reading = await read(good, damage, b.enhanced(0, TIME, data));
        assert.deepEqual(reading.packets, [packet(TIME_US)]);
        assert.deepEqual(reading.warnings, [
          `a.pcapng is damaged: ${what}; the 1 packets before are counted`,
        ]);
      });
    }
  });
}

describe('pcapng', () => {
  it('whose first section is unreadable is refused', async () => {
    const b = new PcapngBlocks(true);
    await assert.rejects(read(b.block(0x0a0d0d0a, new Uint8Array(16))), {
      code: 'UNSUPPORTED_CAPTURE',
      message: 'a.pcapng: a pcapng section header without its byte-order magic',
    });
    await assert.rejects(read(b.section().subarray(0, 20)), {
      code: 'NOT_A_CAPTURE',
      message: 'a.pcapng ends inside its file header',
    });
  });
});
