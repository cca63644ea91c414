import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PipelineCounters } from '../../src/core/pipeline-counters.ts';
import { decodeTransport } from '../../src/decode/decode-packet.ts';
import { DecodedPacket } from '../../src/decode/decoded-packet.ts';
import { PacketFate } from '../../src/decode/packet-fate.ts';
import { IpFragments } from '../../src/reassembly/ip-fragments.ts';
import { bytes } from '../helpers/capture-file.ts';
import {
  type Capture,
  decodeInto,
  ethernet,
  gre,
  ipv4,
  ipv6,
  ipv6Fragment,
  surround,
  tcp,
  u16,
  u32,
  udp,
  vlan,
} from '../helpers/frames.ts';

const SETTINGS = { seed: 20_260_101, numRuns: 400 };

const linktypes = fc.constantFrom(0, 1, 9, 12, 50, 51, 101, 108, 113, 228, 229, 276, 147);

const payloads = fc.uint8Array({ minLength: 1, maxLength: 300 });

const transports = fc.oneof(
  fc
    .tuple(payloads, fc.constantFrom(5060, 2152, 4789, 6081, 37_008))
    .map(([payload, destination]) => ({
      protocol: 17,
      data: udp(payload, { destination }),
    })),
  payloads.map((payload) => ({ protocol: 6, data: tcp(payload) })),
  payloads.map((payload) => ({ protocol: 132, data: bytes(u32(1), u32(2), u32(3), payload) })),
);

const packets = transports.chain(({ protocol, data }) =>
  fc.constantFrom(
    { type: 0x0800, packet: ipv4(data, { protocol }) },
    { type: 0x0800, packet: ipv4(data, { protocol, options: new Uint8Array(12) }) },
    { type: 0x86dd, packet: ipv6(data, { nextHeader: protocol }) },
    {
      type: 0x86dd,
      packet: ipv6(bytes([protocol, 1], new Uint8Array(14), data), { nextHeader: 60 }),
    },
  ),
);

/** Whole packets, plain and wrapped once or twice. */
const frames: fc.Arbitrary<Uint8Array> = packets.chain(({ type, packet }) => {
  const plain = ethernet(type, packet);
  return fc.constantFrom(
    plain,
    ethernet(0x88a8, vlan(1, 0x8100, vlan(2, type, packet))),
    ethernet(0x0800, ipv4(gre(type, packet, 0x2000, u32(5)), { protocol: 47 })),
    ethernet(0x0800, ipv4(gre(0x88be, plain), { protocol: 47 })),
    ethernet(0x0800, ipv4(udp(bytes(u32(0x08000000), u32(0x100), plain), { destination: 4789 }))),
    ethernet(0x0800, ipv4(udp(bytes(u32(0x6558), u32(0x100), plain), { destination: 6081 }))),
    ethernet(
      0x86dd,
      ipv6(udp(bytes([0x30, 0xff], u16(packet.length), u32(9), packet), { destination: 2152 })),
    ),
    ethernet(
      0x8864,
      bytes([0x11, 0, 0, 1], u16(packet.length + 2), [0, type === 0x0800 ? 0x21 : 0x57], packet),
    ),
    ethernet(0x8847, bytes(u32(0x00010140), packet)),
  );
});

/** Everything the record says, for comparison. */
function snapshot(fate: PacketFate, packet: DecodedPacket): unknown {
  return { fate, ...packet, addresses: [...packet.addresses] };
}

function decodeFresh(frame: Uint8Array, filler: number, capture: Capture): unknown {
  const packet = new DecodedPacket();
  return snapshot(decodeInto(packet, surround(frame, filler), frame.length, capture), packet);
}

describe('decoding', () => {
  it('reads nothing outside the captured bytes, however a packet is cut', () => {
    fc.assert(
      fc.property(frames, fc.nat(), linktypes, (frame, cut, otherLinktype) => {
        const caplen = cut % (frame.length + 1);
        for (const linktype of [1, otherLinktype]) {
          const capture = { linktype, len: frame.length, caplen };
          const cutFrame = frame.subarray(0, caplen);
          const among = (filler: number): unknown => decodeFresh(cutFrame, filler, capture);
          assert.deepEqual(among(0), among(0xff));
          assert.deepEqual(among(0), among(0x45));
        }
      }),
      SETTINGS,
    );
  });

  it('says truncated exactly when the payload was cut', () => {
    fc.assert(
      fc.property(frames, fc.nat(), (frame, cut) => {
        const whole = new DecodedPacket();
        assert.equal(decodeInto(whole, surround(frame, 0), frame.length, {}), PacketFate.DELIVERED);
        assert.equal(whole.truncated, false);
        const packet = new DecodedPacket();
        const caplen = cut % frame.length;
        const fate = decodeInto(packet, surround(frame.subarray(0, caplen), 0), caplen, {
          len: frame.length,
        });
        if (fate !== PacketFate.DELIVERED) return;
        assert.equal(packet.truncated, packet.payloadLength < packet.payloadWireLength);
        assert.equal(
          packet.truncated,
          packet.payloadOffset + packet.payloadWireLength > 64 + caplen,
        );
        if (packet.tunnels === whole.tunnels) {
          assert.equal(packet.payloadWireLength, whole.payloadWireLength);
        }
      }),
      SETTINGS,
    );
  });

  it('leaves nothing of one packet to the next', () => {
    const damaged = fc
      .tuple(frames, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
      .map(([frame, changes]) => {
        const copy = Uint8Array.from(frame);
        for (const [at, value] of changes) copy[at % copy.length] = value;
        return copy;
      });
    fc.assert(
      fc.property(damaged, damaged, linktypes, (first, second, linktype) => {
        const dirty = new DecodedPacket();
        decodeInto(dirty, surround(first, 0), first.length, {});
        const fate = decodeInto(dirty, surround(second, 0), second.length, { linktype });
        assert.deepEqual(snapshot(fate, dirty), decodeFresh(second, 0, { linktype }));
      }),
      SETTINGS,
    );
  });

  it('takes any bytes without a throw, and keeps offsets within them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), linktypes, (frame, linktype) => {
        const packet = new DecodedPacket();
        const fate = decodeInto(packet, surround(frame, 0), frame.length, { linktype });
        if (fate !== PacketFate.DELIVERED || packet.fragment) return;
        assert.ok(packet.payloadLength >= 0);
        assert.ok(packet.payloadOffset >= 64);
        assert.ok(packet.payloadOffset + packet.payloadLength <= 64 + frame.length);
      }),
      { ...SETTINGS, numRuns: 5000 },
    );
  });
});

/** Pieces of a datagram that cover it, in any order, with repeats and overlaps. */
const cuts = fc.record({
  payload: fc.uint8Array({ minLength: 200, maxLength: 5000 }),
  borders: fc.array(fc.nat(), { maxLength: 8 }),
  extra: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 }),
  order: fc.infiniteStream(fc.nat()),
  version: fc.constantFrom(4, 6),
});

function pieces(
  length: number,
  borders: readonly number[],
  extra: readonly (readonly [number, number])[],
): [number, number][] {
  const units = Math.floor(length / 8);
  const at = [0, ...borders.map((border) => (1 + (border % (units - 1))) * 8)].sort(
    (a, b) => a - b,
  );
  const unique = [...new Set(at)];
  if (unique.length === 1) unique.push(8);
  const result = unique.map((from, i): [number, number] => [from, unique[i + 1] ?? length]);
  for (const [a, b] of extra) {
    const from = (a % units) * 8;
    const to = from + (1 + (b % 64)) * 8;
    result.push([from, Math.min(to, length)]);
  }
  return result.filter(([from, to]) => from > 0 || to < length);
}

function pieceOf(datagram: Uint8Array, from: number, to: number, version: number): Uint8Array {
  const data = datagram.subarray(from, to);
  const more = to < datagram.length;
  if (version === 4) {
    return ethernet(0x0800, ipv4(data, { fragmentOffset: from, moreFragments: more }));
  }
  return ethernet(
    0x86dd,
    ipv6(ipv6Fragment(data, { id: 1, offset: from, more }), { nextHeader: 44 }),
  );
}

describe('fragments', () => {
  it('in any order, repeated and overlapping, give the datagram they were cut from', () => {
    fc.assert(
      fc.property(cuts, ({ payload, borders, extra, order, version }) => {
        const datagram = udp(payload);
        const counters = new PipelineCounters();
        const fragments = new IpFragments({ rowsMax: 4, seed: 1, counters });
        const packet = new DecodedPacket();
        const keyed = pieces(datagram.length, borders, extra).map((range) => ({
          range,
          key: Number(order.next().value),
        }));
        keyed.sort((a, b) => a.key - b.key);
        let delivered = 0;
        for (const { range } of keyed) {
          const frame = pieceOf(datagram, range[0], range[1], version);
          const buf = surround(frame, 0xee);
          assert.equal(decodeInto(packet, buf, frame.length, {}), PacketFate.DELIVERED);
          const fate = fragments.push(buf, packet, 0);
          if (fate !== PacketFate.DELIVERED) {
            assert.equal(fate, PacketFate.FRAGMENT_HELD);
            continue;
          }
          delivered++;
          const { start, end } = fragments;
          const result = decodeTransport(fragments.buf, start, end, end, packet);
          assert.equal(result, PacketFate.DELIVERED);
          const from = packet.payloadOffset;
          assert.deepEqual(fragments.buf.slice(from, from + packet.payloadLength), payload);
        }
        assert.ok(delivered >= 1);
      }),
      SETTINGS,
    );
  });
});
