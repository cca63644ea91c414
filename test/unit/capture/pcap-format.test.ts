import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FileSource } from '../../../src/capture/file-source.ts';
import {
  bytes,
  type PcapShape,
  PiecedBytes,
  pcapFile,
  readPackets,
  type TestPacket,
  text,
  Words,
} from '../../helpers/capture-file.ts';

const packets: readonly TestPacket[] = [
  { timestampUs: 1_700_000_000_000_001, data: text('first') },
  { timestampUs: 1_700_000_000_999_999, data: text('second packet'), len: 1500 },
  { timestampUs: 1_700_000_002_000_000, data: text('') },
];

interface Reading {
  readonly packets: Required<TestPacket>[];
  readonly warnings: string[];
}

async function read(content: Uint8Array, pieces: readonly number[] = [1 << 20]): Promise<Reading> {
  const warnings: string[] = [];
  const source = new FileSource({
    path: 'test.pcap',
    warn: (line) => warnings.push(line),
    bytes: new PiecedBytes(content, pieces),
  });
  await source.open();
  const all = await readPackets(source);
  await source.close();
  return { packets: all, warnings };
}

function expected(linktype = 1): unknown[] {
  return packets.map((packet) => ({
    timestampUs: packet.timestampUs,
    data: Uint8Array.from(packet.data),
    len: packet.len ?? packet.data.length,
    linktype,
    interfaceIndex: 0,
  }));
}

/** What stands behind the record header in patched libpcaps: ifindex, protocol, type, padding. */
function kuznetsov(littleEndian: boolean, more: readonly number[] = []): Uint8Array {
  const words = new Words(littleEndian);
  return bytes(words.u32(2), words.u16(0x0800), [4], [0xee], more);
}

const shapes: readonly (readonly [name: string, shape: PcapShape, linktype?: number])[] = [
  ['little-endian, microseconds', {}],
  ['big-endian, microseconds', { littleEndian: false }],
  ['little-endian, nanoseconds', { magic: 0xa1b23c4d, fractionsPerUs: 1000 }],
  ['big-endian, nanoseconds', { magic: 0xa1b23c4d, fractionsPerUs: 1000, littleEndian: false }],
  ['no snapshot length', { snaplen: 0 }],
  ['an FCS length in the link-layer field', { network: 0x24000001 }],
  ['Linux cooked v2', { network: 276 }, 276],
  ['Red Hat 6.1: standard magic, 24-byte headers', { extension: kuznetsov(true) }],
  ['Red Hat 6.1, big-endian', { extension: kuznetsov(false), littleEndian: false }],
  ['Kuznetsov', { magic: 0xa1b2cd34, extension: kuznetsov(true) }],
  ['SuSE 6.3: 28-byte headers', { magic: 0xa1b2cd34, extension: kuznetsov(true, [7, 7, 7, 7]) }],
  ['Nokia', { extension: new Words(true).u32(0x9fbfb601) }],
  ['Nokia, as editcap converts to it', { extension: new Words(true).u32(0) }],
  ['Nokia, other bits', { extension: new Words(true).u32(0xbfbfd902) }],
  ['version 2.2, lengths the other way round', { version: [2, 2], lengthsSwapped: true }],
  ['version 2.3, lengths in order', { version: [2, 3] }],
  ['version 2.3, lengths the other way round', { version: [2, 3], lengthsSwapped: true }],
  ['DG/UX', { version: [543, 0], lengthsSwapped: true }],
  ['Ixia, nanoseconds', ixia(0x1c0001ac, 1000)],
  ['Ixia, microseconds', ixia(0x1c0001ab, 1)],
];

function ixia(magic: number, fractionsPerUs: number): PcapShape {
  return { magic, fractionsPerUs, headerExtension: new Words(true).u32(99) };
}

describe('pcap', () => {
  for (const [name, shape, linktype] of shapes) {
    it(`is read: ${name}`, async () => {
      const reading = await read(pcapFile(packets, shape));
      assert.deepEqual(reading, { packets: expected(linktype), warnings: [] });
    });
  }

  it('of AIX has interface types and nanoseconds', async () => {
    const shape: PcapShape = {
      version: [2, 2],
      network: 6,
      fractionsPerUs: 1000,
      lengthsSwapped: true,
    };
    assert.deepEqual((await read(pcapFile(packets, shape))).packets, expected(1));
  });

  it('keeps the fraction of a microsecond', async () => {
    const file = pcapFile([{ timestampUs: 1000.25, data: text('x') }], {
      magic: 0xa1b23c4d,
      fractionsPerUs: 1000,
    });
    assert.equal((await read(file)).packets[0]?.timestampUs, 1000.25);
  });

  it('with a captured length above the wire length has the larger as both', async () => {
    const file = pcapFile([{ timestampUs: 1, data: text('12345'), len: 3 }, ...packets]);
    const [first, ...rest] = (await read(file)).packets;
    assert.equal(first?.len, 5);
    assert.deepEqual(rest, expected());
  });

  it('without packets is fine', async () => {
    assert.deepEqual(await read(pcapFile([])), { packets: [], warnings: [] });
  });

  it('cut at any byte gives all packets before the cut, and one warning if a packet was cut', async () => {
    const whole = pcapFile(packets);
    const ends = [24, 24 + 16 + 5, 24 + 32 + 18, whole.length];
    for (let length = 24; length <= whole.length; length += 1) {
      const reading = await read(whole.subarray(0, length));
      const complete = ends.filter((end) => end <= length).length - 1;
      assert.deepEqual(reading.packets, expected().slice(0, complete), `cut at ${length}`);
      const line = `test.pcap ends in the middle of a packet; the ${complete} packets before are counted`;
      assert.deepEqual(reading.warnings, ends.includes(length) ? [] : [line]);
    }
  });

  it('of a loopback, cut within its second packet, is no older variant', async () => {
    const data = new Uint8Array(120);
    const whole = pcapFile([
      { timestampUs: 1_700_000_000_000_001, data },
      { timestampUs: 1_700_000_000_000_002, data },
    ]);
    const second = 24 + 16 + data.length;
    for (let length = second + 1; length < whole.length; length += 1) {
      const reading = await read(whole.subarray(0, length));
      const found = reading.packets.map((packet) => [packet.timestampUs, packet.data.length]);
      assert.deepEqual(found, [[1_700_000_000_000_001, data.length]], `cut at ${length}`);
      assert.equal(reading.warnings.length, 1);
    }
  });

  it('with an impossible length gives all packets before, and one warning', async () => {
    const damage = new Words(true).u32(1, 2, 262_145, 262_145);
    const reading = await read(bytes(pcapFile(packets), damage, new Uint8Array(300_000)));
    assert.deepEqual(reading.packets, expected());
    assert.deepEqual(reading.warnings, [
      'test.pcap is damaged: a packet of 262145 bytes, where at most 262144 are possible; the 3 packets before are counted',
    ]);
  });

  it('takes its own snapshot length for the limit when that is larger', async () => {
    const large = { timestampUs: 5, data: new Uint8Array(1_000_000).fill(7) };
    const reading = await read(pcapFile([large, large], { snaplen: 16_777_216 }), [65_536]);
    assert.deepEqual(reading.warnings, []);
    assert.deepEqual(
      reading.packets.map((packet) => packet.data.length),
      [1_000_000, 1_000_000],
    );
    assert.ok(reading.packets.every((packet) => packet.data.every((byte) => byte === 7)));
  });

  it('has a line feed behind the data of every block', async () => {
    const source = new FileSource({
      path: 'test.pcap',
      warn: assert.fail,
      bytes: new PiecedBytes(pcapFile(packets), [31, 50]),
    });
    await source.open();
    for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
      const last = batch.count - 1;
      const end = (batch.offset[last] ?? 0) + (batch.caplen[last] ?? 0);
      assert.ok(batch.block.indexOf(10, end) >= end);
      assert.ok(end + 8 <= batch.block.length);
    }
  });

  it('of another version or with reserved bits is refused by name', async () => {
    await assert.rejects(read(pcapFile([], { version: [1, 0] })), {
      code: 'UNSUPPORTED_CAPTURE',
      message: 'test.pcap: pcap version 1.0 is not supported',
    });
    await assert.rejects(read(pcapFile([], { network: 0x02240002 })), {
      code: 'UNSUPPORTED_CAPTURE',
      message: 'test.pcap: pcap link-layer type 0x2240002 is not supported',
    });
  });
});
