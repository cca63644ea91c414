import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXTENSION_HEADERS_MAX } from '../../../src/decode/ipv6.ts';
import { PacketFate } from '../../../src/decode/packet-fate.ts';
import { bytes, text } from '../../helpers/capture-file.ts';
import {
  type Capture,
  decode,
  ethernet,
  FRAME_OFFSET,
  IPV6_DESTINATION,
  IPV6_SOURCE,
  ipv4,
  ipv6,
  ipv6Fragment,
  nameOf,
  u32,
  udp,
} from '../../helpers/frames.ts';

const DATAGRAM = udp(text('hello'));

const v4 = (packet: Uint8Array): Uint8Array => ethernet(0x0800, packet);
const v6 = (packet: Uint8Array): Uint8Array => ethernet(0x86dd, packet);

function delivers(frame: Uint8Array, capture: Capture = {}): void {
  const { fate, payload } = decode(frame, capture);
  assert.equal(fate, nameOf(PacketFate.DELIVERED));
  assert.equal(payload.toString(), 'hello');
}

function discards(expected: PacketFate, frame: Uint8Array, capture: Capture = {}): void {
  assert.equal(decode(frame, capture).fate, nameOf(expected));
}

/** An extension header of `units` + 1 times eight bytes. */
function extension(nextHeader: number, payload: Uint8Array, units = 0): Uint8Array {
  return bytes([nextHeader, units], new Uint8Array(6 + units * 8), payload);
}

describe('IPv4', () => {
  it('gives addresses in their IPv4-mapped form', () => {
    const { packet } = decode(v4(ipv4(DATAGRAM)));
    assert.deepEqual(
      [...packet.addresses],
      [0, 0, 0xffff, 0xc0000201 | 0, 0, 0, 0xffff, 0xc6336402 | 0],
    );
    assert.equal(packet.ipVersion, 4);
    assert.equal(packet.protocol, 17);
    assert.equal(packet.networkOffset, FRAME_OFFSET + 14);
  });

  it('is read past its options', () => {
    delivers(v4(ipv4(DATAGRAM, { options: new Uint8Array(4).fill(1) })));
    delivers(v4(ipv4(DATAGRAM, { options: new Uint8Array(40).fill(1) })));
  });

  it('ends with the frame when its total length is zero', () => {
    const { fate, payload } = decode(v4(ipv4(udp(text('hello'), {}), { totalLength: 0 })));
    assert.equal(fate, nameOf(PacketFate.DELIVERED));
    assert.equal(payload.toString(), 'hello');
  });

  it('that is longer than its frame is a cut one', () => {
    const { fate, packet } = decode(
      v4(ipv4(udp(text('hello'), { length: 113 }), { totalLength: 133 })),
    );
    assert.equal(fate, nameOf(PacketFate.DELIVERED));
    assert.equal(packet.truncated, true);
    assert.equal(packet.payloadLength, 5);
    assert.equal(packet.payloadWireLength, 105);
  });

  it('is IP_BAD_LENGTH with a header shorter than 20 bytes or longer than the packet', () => {
    discards(PacketFate.IP_BAD_LENGTH, v4(ipv4(DATAGRAM, { firstByte: 0x44 })));
    discards(PacketFate.IP_BAD_LENGTH, v4(ipv4(DATAGRAM, { totalLength: 19 })));
    discards(PacketFate.IP_BAD_LENGTH, v4(ipv4(DATAGRAM, { firstByte: 0x4f, totalLength: 40 })));
  });

  it('is IP_TRUNCATED when its header was cut', () => {
    const options = new Uint8Array(8);
    discards(PacketFate.IP_TRUNCATED, v4(ipv4(DATAGRAM)), { caplen: 14 + 19 });
    discards(PacketFate.IP_TRUNCATED, v4(ipv4(DATAGRAM, { options })), { caplen: 14 + 27 });
  });

  it('is IP_BAD_VERSION when it is another', () => {
    discards(PacketFate.IP_BAD_VERSION, v4(ipv4(DATAGRAM, { firstByte: 0x65 })));
  });

  it('is a fragment with an offset or with more to come', () => {
    const { fate, packet } = decode(
      v4(ipv4(text('12345678'), { id: 77, fragmentOffset: 1480, moreFragments: true })),
    );
    assert.equal(fate, nameOf(PacketFate.DELIVERED));
    assert.equal(packet.fragment, true);
    assert.equal(packet.fragmentId, 77);
    assert.equal(packet.fragmentOffset, 1480);
    assert.equal(packet.moreFragments, true);
    assert.equal(packet.transportOffset, FRAME_OFFSET + 34);
    assert.equal(packet.truncated, false);
    const last = decode(v4(ipv4(text('1234'), { fragmentOffset: 65528 })), { caplen: 36 }).packet;
    assert.equal(last.fragmentOffset, 65528);
    assert.equal(last.moreFragments, false);
    assert.equal(last.truncated, true);
  });

  it('is discarded by its protocol, fragment or not', () => {
    for (const fragmentOffset of [0, 8]) {
      discards(PacketFate.ICMP, v4(ipv4(DATAGRAM, { protocol: 1, fragmentOffset })));
      discards(PacketFate.ESP, v4(ipv4(DATAGRAM, { protocol: 50, fragmentOffset })));
      discards(PacketFate.OTHER_PROTOCOL, v4(ipv4(DATAGRAM, { protocol: 89, fragmentOffset })));
    }
  });

  it('may carry AH, but no extension headers', () => {
    const ah = bytes([17, 4], new Uint8Array(22), DATAGRAM);
    delivers(v4(ipv4(ah, { protocol: 51 })));
    for (const protocol of [0, 43, 44, 60, 135]) {
      discards(PacketFate.OTHER_PROTOCOL, v4(ipv4(extension(17, DATAGRAM), { protocol })));
    }
  });
});

describe('IPv6', () => {
  it('gives its addresses', () => {
    const { packet } = decode(v6(ipv6(DATAGRAM)));
    const words = new DataView(Uint8Array.from([...IPV6_SOURCE, ...IPV6_DESTINATION]).buffer);
    for (let i = 0; i < 8; i++) assert.equal(packet.addresses[i], words.getInt32(i * 4));
    assert.equal(packet.ipVersion, 6);
  });

  it('is read past hop-by-hop, destination, routing, mobility and AH', () => {
    const ah = bytes([17, 1], new Uint8Array(10), DATAGRAM);
    const chain = extension(60, extension(43, extension(135, extension(51, ah), 1), 2));
    delivers(v6(ipv6(chain, { nextHeader: 0 })));
  });

  it('ends with the frame when its payload length is zero', () => {
    delivers(v6(ipv6(DATAGRAM, { payloadLength: 0 })));
    delivers(
      v6(
        ipv6(extension(17, udp(text('hello'), { length: 0 })), { nextHeader: 0, payloadLength: 0 }),
      ),
    );
  });

  it('may have extension headers up to the limit, then is IPV6_EXTENSION_CHAIN', () => {
    let chain = DATAGRAM;
    for (let i = 0; i < EXTENSION_HEADERS_MAX; i++) chain = extension(i === 0 ? 17 : 60, chain);
    delivers(v6(ipv6(chain, { nextHeader: 60 })));
    discards(PacketFate.IPV6_EXTENSION_CHAIN, v6(ipv6(extension(60, chain), { nextHeader: 60 })));
  });

  it('is a whole packet as an atomic fragment', () => {
    const atomic = ipv6Fragment(DATAGRAM, { id: 9, offset: 0, more: false });
    delivers(v6(ipv6(atomic, { nextHeader: 44 })));
    assert.equal(decode(v6(ipv6(atomic, { nextHeader: 44 }))).packet.fragment, false);
  });

  it('is a fragment behind its other headers', () => {
    const piece = ipv6Fragment(text('12345678'), { id: 0xdeadbeef, offset: 1448, more: true });
    const { fate, packet } = decode(v6(ipv6(extension(44, piece), { nextHeader: 60 })));
    assert.equal(fate, nameOf(PacketFate.DELIVERED));
    assert.equal(packet.fragment, true);
    assert.equal(packet.fragmentId, 0xdeadbeef | 0);
    assert.equal(packet.fragmentOffset, 1448);
    assert.equal(packet.moreFragments, true);
    assert.equal(packet.protocol, 17);
    assert.equal(packet.transportOffset, FRAME_OFFSET + 14 + 40 + 8 + 8);
  });

  it('is discarded by its last next header, fragment or not', () => {
    discards(PacketFate.ICMP, v6(ipv6(DATAGRAM, { nextHeader: 58 })));
    discards(PacketFate.ESP, v6(ipv6(extension(50, DATAGRAM), { nextHeader: 60 })));
    discards(PacketFate.OTHER_PROTOCOL, v6(ipv6(DATAGRAM, { nextHeader: 59 })));
    const piece = ipv6Fragment(DATAGRAM, { nextHeader: 58, id: 1, offset: 0, more: true });
    discards(PacketFate.ICMP, v6(ipv6(piece, { nextHeader: 44 })));
  });

  it('is IP_TRUNCATED when a header was cut, IP_BAD_LENGTH when it has no room', () => {
    const packet = v6(ipv6(extension(17, DATAGRAM, 1), { nextHeader: 60 }));
    discards(PacketFate.IP_TRUNCATED, packet, { caplen: 14 + 39 });
    discards(PacketFate.IP_TRUNCATED, packet, { caplen: 14 + 47 });
    discards(PacketFate.IP_TRUNCATED, packet, { caplen: 14 + 55 });
    discards(
      PacketFate.IP_BAD_LENGTH,
      v6(ipv6(bytes([17, 9], new Uint8Array(6), DATAGRAM), { nextHeader: 60 })),
    );
    discards(PacketFate.IP_BAD_LENGTH, v6(ipv6(bytes(u32(0)), { nextHeader: 60 })));
  });

  it('is IP_BAD_VERSION when it is another', () => {
    discards(PacketFate.IP_BAD_VERSION, v6(bytes([0x45], ipv6(DATAGRAM).subarray(1))));
  });
});

describe('the length of a frame', () => {
  it('below that of what was captured is not believed', () => {
    delivers(v4(ipv4(DATAGRAM)), { len: 3 });
  });
});
