import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FragmentResult, PipelineCounters } from '../../../src/core/pipeline-counters.ts';
import { Table } from '../../../src/core/table.ts';
import { decodeTransport } from '../../../src/decode/decode-packet.ts';
import { DecodedPacket } from '../../../src/decode/decoded-packet.ts';
import { PacketFate } from '../../../src/decode/packet-fate.ts';
import {
  FRAGMENT_BYTES_MAX,
  FRAGMENT_LIFE_US,
  IpFragments,
} from '../../../src/reassembly/ip-fragments.ts';
import { bytes } from '../../helpers/capture-file.ts';
import {
  type Capture,
  decodeInto,
  ethernet,
  gre,
  type Ipv4Shape,
  ipv4,
  ipv6,
  ipv6Fragment,
  nameOf,
  surround,
  udp,
  vlan,
} from '../../helpers/frames.ts';

/** A payload whose bytes tell where they belong. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
}

const PAYLOAD = pattern(2992);
const DATAGRAM = udp(PAYLOAD);

/** Bytes [from, to) of the datagram as an Ethernet frame. */
function piece(from: number, to: number, shape: Ipv4Shape = {}, datagram = DATAGRAM): Uint8Array {
  const moreFragments = to < datagram.length;
  return ethernet(
    0x0800,
    ipv4(datagram.subarray(from, to), { fragmentOffset: from, moreFragments, ...shape }),
  );
}

class Reassembly {
  readonly counters: PipelineCounters = new PipelineCounters();
  readonly fragments: IpFragments;
  readonly packet: DecodedPacket = new DecodedPacket();
  /** Payloads of the datagrams delivered. */
  readonly delivered: Buffer[] = [];

  constructor(rowsMax = 64) {
    this.fragments = new IpFragments({ rowsMax, seed: 1, counters: this.counters });
  }

  push(frame: Uint8Array, nowUs = 0, capture: Capture = {}): string {
    const { packet, fragments } = this;
    const buf = surround(frame, 0xee);
    let fate = decodeInto(packet, buf, frame.length, capture);
    let from = buf;
    while (fate === PacketFate.DELIVERED && packet.fragment) {
      fate = fragments.push(from, packet, nowUs);
      if (fate !== PacketFate.DELIVERED) return nameOf(fate);
      from = fragments.buf;
      fate = decodeTransport(from, fragments.start, fragments.end, fragments.end, packet);
    }
    if (fate === PacketFate.DELIVERED) {
      const start = packet.payloadOffset;
      this.delivered.push(Buffer.from(from.slice(start, start + packet.payloadLength)));
    }
    return nameOf(fate);
  }

  count(result: FragmentResult): number {
    return this.counters.fragmentResults[result] ?? -1;
  }

  rows(): number {
    return this.fragments.use().rows;
  }
}

const DELIVERED = nameOf(PacketFate.DELIVERED);
const HELD = nameOf(PacketFate.FRAGMENT_HELD);
const BAD = nameOf(PacketFate.FRAGMENT_BAD);
const CUT = nameOf(PacketFate.FRAGMENT_TRUNCATED);

describe('IP fragments', () => {
  it('in order are held until the last one completes the datagram', () => {
    const reassembly = new Reassembly();
    assert.equal(reassembly.push(piece(0, 1480)), HELD);
    assert.equal(reassembly.push(piece(1480, 2960)), HELD);
    assert.equal(reassembly.rows(), 1);
    assert.equal(reassembly.push(piece(2960, 3000)), DELIVERED);
    assert.deepEqual(reassembly.delivered, [Buffer.from(PAYLOAD)]);
    assert.equal(reassembly.packet.sourcePort, 5060);
    assert.equal(reassembly.count(FragmentResult.COMPLETED), 1);
    assert.equal(reassembly.rows(), 0);
  });

  it('may come in reverse', () => {
    const reassembly = new Reassembly();
    reassembly.push(piece(2960, 3000));
    reassembly.push(piece(1480, 2960));
    assert.equal(reassembly.push(piece(0, 1480)), DELIVERED);
    assert.deepEqual(reassembly.delivered, [Buffer.from(PAYLOAD)]);
  });

  it('may be as small as eight bytes', () => {
    const reassembly = new Reassembly();
    for (let from = 0; from < 3000; from += 8)
      reassembly.push(piece(from, Math.min(from + 8, 3000)));
    assert.deepEqual(reassembly.delivered, [Buffer.from(PAYLOAD)]);
  });

  it('make up a datagram of the largest size', () => {
    const payload = pattern(65_515 - 8);
    const datagram = udp(payload);
    const reassembly = new Reassembly();
    for (let from = 0; from < datagram.length; from += 1480) {
      reassembly.push(piece(from, Math.min(from + 1480, datagram.length), {}, datagram));
    }
    assert.deepEqual(reassembly.delivered, [Buffer.from(payload)]);
  });

  it('repeated are no overlap and complete nothing twice', () => {
    const reassembly = new Reassembly();
    reassembly.push(piece(0, 1480));
    assert.equal(reassembly.push(piece(0, 1480)), HELD);
    reassembly.push(piece(1480, 2960));
    assert.equal(reassembly.push(piece(2960, 3000)), DELIVERED);
    assert.equal(reassembly.push(piece(2960, 3000)), HELD);
    assert.equal(reassembly.delivered.length, 1);
    assert.equal(reassembly.count(FragmentResult.OVERLAP), 0);
  });

  it('that overlap lose to those that came first, counted once a datagram', () => {
    const reassembly = new Reassembly();
    const other = new Uint8Array(3000).fill(0xff);
    reassembly.push(piece(0, 1480));
    assert.equal(reassembly.push(piece(1000, 2000, {}, other)), HELD);
    assert.equal(reassembly.push(piece(1400, 2000, {}, other)), HELD);
    assert.equal(reassembly.push(piece(1480, 3000)), DELIVERED);
    assert.equal(reassembly.count(FragmentResult.OVERLAP), 1);
    const expected = Buffer.from(PAYLOAD);
    expected.fill(0xff, 1480 - 8, 2000 - 8);
    assert.deepEqual(reassembly.delivered, [expected]);
  });

  it('that repeat a range with other bytes overlap', () => {
    const reassembly = new Reassembly();
    reassembly.push(piece(0, 1480));
    reassembly.push(piece(0, 1480, {}, new Uint8Array(3000)));
    assert.equal(reassembly.count(FragmentResult.OVERLAP), 1);
  });

  it('of different datagrams are kept apart by id, protocol, addresses and path', () => {
    const reassembly = new Reassembly();
    const inVlan = ethernet(0x8100, vlan(5, 0x0800, piece(0, 1480).subarray(14)));
    const frames = [
      piece(0, 1480),
      piece(0, 1480, { id: 2 }),
      piece(0, 1480, { protocol: 6 }),
      piece(0, 1480, { source: [192, 0, 2, 9] }),
      piece(0, 1480, { destination: [192, 0, 2, 9] }),
      inVlan,
    ];
    for (const frame of frames) assert.equal(reassembly.push(frame), HELD);
    assert.equal(reassembly.rows(), frames.length);
    assert.equal(reassembly.push(piece(1480, 3000)), DELIVERED);
    assert.equal(reassembly.rows(), frames.length - 1);
  });

  it('of IPv6 belong together whatever next header the later ones name', () => {
    const reassembly = new Reassembly();
    const v6 = (from: number, to: number, nextHeader: number): Uint8Array => {
      const shape = { id: 7, offset: from, more: to < DATAGRAM.length, nextHeader };
      return ethernet(
        0x86dd,
        ipv6(ipv6Fragment(DATAGRAM.subarray(from, to), shape), { nextHeader: 44 }),
      );
    };
    assert.equal(reassembly.push(v6(1448, 2896, 6)), HELD);
    assert.equal(reassembly.push(v6(0, 1448, 17)), HELD);
    assert.equal(reassembly.push(v6(2896, 3000, 6)), DELIVERED);
    assert.deepEqual(reassembly.delivered, [Buffer.from(PAYLOAD)]);
  });

  it('may carry extension headers of their own', () => {
    const reassembly = new Reassembly();
    const datagram = bytes([17, 0, 0, 0, 0, 0, 0, 0], DATAGRAM);
    for (const [from, to] of [
      [0, 1448],
      [1448, datagram.length],
    ] as const) {
      const shape = { id: 7, offset: from, more: to < datagram.length, nextHeader: 60 };
      reassembly.push(
        ethernet(
          0x86dd,
          ipv6(ipv6Fragment(datagram.subarray(from, to), shape), { nextHeader: 44 }),
        ),
      );
    }
    assert.deepEqual(reassembly.delivered, [Buffer.from(PAYLOAD)]);
  });

  it('of a tunnel may hold fragments of what is inside', () => {
    const reassembly = new Reassembly();
    const inner = [piece(0, 1480), piece(1480, 3000)].map((frame) =>
      gre(0x0800, frame.subarray(14)),
    );
    const fates = inner.flatMap((packet, i) =>
      [0, 800].map((from) => {
        const shape = { protocol: 47, id: 90 + i, fragmentOffset: from, moreFragments: from === 0 };
        const to = from === 0 ? 800 : packet.length;
        return reassembly.push(ethernet(0x0800, ipv4(packet.subarray(from, to), shape)));
      }),
    );
    assert.deepEqual(fates, [HELD, HELD, HELD, DELIVERED]);
    assert.deepEqual(reassembly.delivered, [Buffer.from(PAYLOAD)]);
    assert.equal(reassembly.count(FragmentResult.COMPLETED), 3);
  });

  it('without bytes, of an odd length or past 65,535 are FRAGMENT_BAD and touch nothing', () => {
    const reassembly = new Reassembly();
    assert.equal(reassembly.push(piece(1480, 1480)), BAD);
    assert.equal(reassembly.push(piece(0, 1479)), BAD);
    assert.equal(
      reassembly.push(piece(0, 16, { fragmentOffset: 65_528, moreFragments: false })),
      BAD,
    );
    assert.equal(reassembly.rows(), 0);
    assert.equal(reassembly.count(FragmentResult.INVALID), 0);
  });

  it('that contradict each other about the end give the datagram up', () => {
    const contradictions = [
      [piece(2960, 3000), piece(3000, 3008, {}, pattern(4000))],
      [piece(2960, 3000), piece(1480, 2960, { moreFragments: false })],
      [piece(1480, 2960), piece(1480, 1500, { moreFragments: false })],
    ];
    for (const [first, second] of contradictions) {
      const reassembly = new Reassembly();
      assert.equal(reassembly.push(first ?? bytes()), HELD);
      assert.equal(reassembly.push(second ?? bytes()), BAD);
      assert.equal(reassembly.count(FragmentResult.INVALID), 1);
      assert.equal(reassembly.rows(), 0);
    }
  });

  it('cut by the capture are FRAGMENT_TRUNCATED and their datagram is counted once', () => {
    const reassembly = new Reassembly();
    assert.equal(reassembly.push(piece(0, 1480), 0, { caplen: 1400 }), CUT);
    assert.equal(reassembly.push(piece(1480, 2960), 0, { caplen: 1400 }), CUT);
    assert.equal(reassembly.rows(), 1);
    assert.equal(reassembly.push(piece(2960, 3000)), CUT);
    assert.equal(reassembly.rows(), 0);
    assert.equal(reassembly.count(FragmentResult.TRUNCATED), 1);
    assert.equal(reassembly.count(FragmentResult.COMPLETED), 0);
    assert.deepEqual(reassembly.delivered, []);
  });

  it('cut by the capture do no harm where another copy was whole', () => {
    const reassembly = new Reassembly();
    reassembly.push(piece(0, 1480));
    assert.equal(reassembly.push(piece(0, 1480), 0, { caplen: 1400 }), HELD);
    assert.equal(reassembly.push(piece(1480, 3000)), DELIVERED);
    assert.equal(reassembly.count(FragmentResult.TRUNCATED), 0);
  });

  it('of a cut datagram that never comes whole are not counted as expired too', () => {
    const reassembly = new Reassembly();
    reassembly.push(piece(0, 1480), 0, { caplen: 1400 });
    reassembly.fragments.expire(FRAGMENT_LIFE_US);
    assert.equal(reassembly.rows(), 0);
    assert.equal(reassembly.count(FragmentResult.EXPIRED), 0);
    assert.equal(reassembly.count(FragmentResult.TRUNCATED), 1);
  });

  it('expire a fixed time after the first one', () => {
    const reassembly = new Reassembly();
    reassembly.push(piece(0, 1480), 1_000_000);
    reassembly.push(piece(1480, 2960), 20_000_000);
    reassembly.fragments.expire(1_000_000 + FRAGMENT_LIFE_US - 1);
    assert.equal(reassembly.rows(), 1);
    reassembly.fragments.expire(1_000_000 + FRAGMENT_LIFE_US);
    assert.equal(reassembly.rows(), 0);
    assert.equal(reassembly.count(FragmentResult.EXPIRED), 1);
    assert.equal(reassembly.push(piece(2960, 3000), 40_000_000), HELD);
  });

  it('give up the oldest datagram when the table is full', () => {
    const reassembly = new Reassembly(3);
    for (let id = 1; id <= 4; id++) reassembly.push(piece(0, 1480, { id }), id);
    assert.equal(reassembly.count(FragmentResult.EVICTED), 1);
    const use = reassembly.fragments.use();
    assert.equal(use.table, Table.FRAGMENTS);
    assert.equal(use.rows, 3);
    assert.equal(use.capacity, 3);
    assert.equal(use.evictions, 1);
    assert.equal(reassembly.push(piece(1480, 3000, { id: 2 })), DELIVERED);
    assert.equal(reassembly.push(piece(1480, 3000, { id: 1 })), HELD);
  });

  it('give up the oldest datagrams when there is no memory for another page', () => {
    const datagrams = FRAGMENT_BYTES_MAX / 2048 / 2;
    const reassembly = new Reassembly(2 * datagrams);
    for (let id = 0; id < datagrams; id++) {
      // Two pages each.
      reassembly.push(piece(0, 2960, { id }));
    }
    assert.equal(reassembly.rows(), datagrams);
    assert.equal(reassembly.push(piece(0, 1480, { id: 60_000 })), HELD);
    assert.equal(reassembly.count(FragmentResult.EVICTED), 1);
    assert.equal(reassembly.push(piece(1480, 3000, { id: 60_000 })), DELIVERED);
    assert.deepEqual(reassembly.delivered.pop(), Buffer.from(PAYLOAD));
    assert.equal(reassembly.push(piece(2960, 3000, { id: datagrams - 1 })), DELIVERED);
    assert.deepEqual(reassembly.delivered.pop(), Buffer.from(PAYLOAD));
  });
});
