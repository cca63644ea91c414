import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TUNNELS } from '../../../src/config/config.ts';
import { Linktype } from '../../../src/core/linktype.ts';
import { GTP_EXTENSIONS_MAX } from '../../../src/decode/gtp-u.ts';
import { TUNNELS_MAX } from '../../../src/decode/header.ts';
import { PacketFate } from '../../../src/decode/packet-fate.ts';
import { ALL_TUNNELS, TunnelKind, tunnelKindsOf } from '../../../src/decode/tunnel-kinds.ts';
import { TZSP_TAGS_MAX } from '../../../src/decode/udp-tunnels.ts';
import { bytes, text } from '../../helpers/capture-file.ts';
import {
  type Capture,
  decode,
  ethernet,
  gre,
  ipv4,
  ipv6,
  nameOf,
  u16,
  u32,
  udp,
} from '../../helpers/frames.ts';

const INNER = ipv4(udp(text('hello')), { source: [10, 0, 0, 1] });
const INNER_6 = ipv6(udp(text('hello')));
const FRAME = ethernet(0x0800, INNER);

const v4 = (payload: Uint8Array, protocol: number): Uint8Array =>
  ethernet(0x0800, ipv4(payload, { protocol }));
const v6 = (payload: Uint8Array, nextHeader: number): Uint8Array =>
  ethernet(0x86dd, ipv6(payload, { nextHeader }));

function opens(frame: Uint8Array, tunnels = 1): void {
  const { fate, packet, payload } = decode(frame);
  assert.equal(fate, nameOf(PacketFate.DELIVERED));
  assert.equal(payload.toString(), 'hello');
  assert.equal(packet.tunnels, tunnels);
  assert.equal(packet.destinationPort, 5080);
}

/** The datagram to that port is delivered as it is. */
function leaves(port: number, payload: Uint8Array): void {
  const { fate, packet, payload: delivered } = decode(v4(udp(payload, { destination: port }), 17));
  assert.equal(fate, nameOf(PacketFate.DELIVERED));
  assert.equal(packet.tunnels, 0);
  assert.equal(packet.destinationPort, port);
  assert.deepEqual(delivered, Buffer.from(payload));
}

function discards(expected: PacketFate, frame: Uint8Array, capture: Capture = {}): void {
  assert.equal(decode(frame, capture).fate, nameOf(expected));
}

describe('IP in IP', () => {
  it('is opened in all four combinations', () => {
    opens(v4(INNER, 4));
    opens(v4(INNER_6, 41));
    opens(v6(INNER, 4));
    opens(v6(INNER_6, 41));
  });

  it('gives the inner addresses, the inner and the outermost offset', () => {
    const { packet } = decode(v4(INNER, 4));
    assert.equal(packet.addresses[3], 0x0a000001);
    assert.equal(packet.networkOffset - packet.outerNetworkOffset, 20);
  });

  it('is cut where the inner packet ends', () => {
    const padded = v4(bytes(INNER, new Uint8Array(9)), 4);
    assert.equal(decode(padded).payload.toString(), 'hello');
  });

  it('nests up to the limit, then is TUNNEL_DEPTH', () => {
    let packet = INNER;
    for (let i = 0; i < TUNNELS_MAX; i++) packet = ipv4(packet, { protocol: 4 });
    opens(ethernet(0x0800, packet), TUNNELS_MAX);
    discards(PacketFate.TUNNEL_DEPTH, v4(packet, 4));
  });

  it('forgets the outer transport when a fragment lies inside', () => {
    const piece = ipv4(text('12345678'), { moreFragments: true });
    const gtp = bytes([0x30, 0xff], u16(piece.length), u32(7), piece);
    const { packet } = decode(v4(udp(gtp, { destination: 2152 }), 17));
    assert.equal(packet.fragment, true);
    assert.equal(packet.destinationPort, 0);
    assert.equal(packet.payloadLength, 0);
  });
});

describe('GRE', () => {
  it('carries IP, Ethernet, MPLS and PPP', () => {
    opens(v4(gre(0x0800, INNER), 47));
    opens(v4(gre(0x86dd, INNER_6), 47));
    opens(v6(gre(0x6558, FRAME), 47));
    opens(v4(gre(0x8847, bytes(u32(0x00010140), INNER)), 47));
    opens(v4(gre(0x880b, bytes([0x00, 0x21], INNER)), 47));
  });

  it('is read past checksum, key and sequence number', () => {
    opens(v4(gre(0x0800, INNER, 0x8000, u32(0)), 47));
    opens(v4(gre(0x0800, INNER, 0x2000, u32(9)), 47));
    opens(v4(gre(0x0800, INNER, 0x1000, u32(1)), 47));
    opens(v4(gre(0x0800, INNER, 0xb000, [...u32(0), ...u32(9), ...u32(1)]), 47));
  });

  it('tells paths apart by the key, not by the sequence number', () => {
    const path = (key: number, sequence: number): number =>
      decode(v4(gre(0x0800, INNER, 0x3000, [...u32(key), ...u32(sequence)]), 47)).packet.path;
    assert.notEqual(path(1, 1), path(2, 1));
    assert.equal(path(1, 1), path(1, 2));
  });

  it('of version 1 is that of PPTP', () => {
    const fields = [...u16(INNER.length + 4), ...u16(3), ...u32(1)];
    const ppp = bytes([0xff, 0x03, 0x00, 0x21], INNER);
    opens(v4(gre(0x880b, ppp, 0x3001, fields), 47));
    opens(v4(gre(0x880b, ppp, 0x3081, [...fields, ...u32(1)]), 47));
    discards(PacketFate.NO_PAYLOAD, v4(gre(0x880b, bytes(u32(1)), 0x2081, [0, 0, 0, 3]), 47));
    discards(PacketFate.TUNNEL_BAD_HEADER, v4(gre(0x0800, ppp, 0x3001, fields), 47));
    discards(PacketFate.TUNNEL_BAD_HEADER, v4(gre(0x880b, ppp, 0x1001, fields), 47));
    discards(PacketFate.TUNNEL_TRUNCATED, v4(gre(0x880b, [0, 4, 0, 3, 0], 0x3001), 47));
  });

  it('is TUNNEL_BAD_HEADER with source routes or another version', () => {
    discards(PacketFate.TUNNEL_BAD_HEADER, v4(gre(0x0800, INNER, 0x4000), 47));
    discards(PacketFate.TUNNEL_BAD_HEADER, v4(gre(0x0800, INNER, 0x0002), 47));
  });

  it('is NOT_IP with anything else inside, TUNNEL_TRUNCATED when cut', () => {
    discards(PacketFate.NOT_IP, v4(gre(0, INNER), 47));
    discards(PacketFate.TUNNEL_TRUNCATED, v4(gre(0x0800, INNER), 47), { caplen: 37 });
    discards(PacketFate.TUNNEL_TRUNCATED, v4(gre(0x0800, INNER, 0x2000, u32(9)), 47), {
      caplen: 40,
    });
  });
});

describe('ERSPAN', () => {
  const typeIi = bytes(u16(0x1000), u16(5), u32(0));
  const typeIii = (flags: number): Uint8Array =>
    bytes(u16(0x2000), u16(5), u32(0), u16(0), u16(flags));

  it('is opened in its three types', () => {
    opens(v4(gre(0x88be, FRAME), 47));
    opens(v4(gre(0x88be, bytes(typeIi, FRAME), 0x1000, u32(1)), 47));
    opens(v4(gre(0x22eb, bytes(typeIii(0), FRAME), 0x1000, u32(1)), 47));
    opens(v4(gre(0x22eb, bytes(typeIii(1), u32(0), u32(0), FRAME), 0x1000, u32(1)), 47));
    opens(v4(gre(0x22eb, bytes(typeIii(2 << 10), INNER), 0x1000, u32(1)), 47));
  });

  it('is TUNNEL_BAD_HEADER, NOT_IP or TUNNEL_TRUNCATED otherwise', () => {
    const sequence = u32(1);
    const other = bytes(u16(0x3000), u16(5), u32(0));
    discards(
      PacketFate.TUNNEL_BAD_HEADER,
      v4(gre(0x88be, bytes(other, FRAME), 0x1000, sequence), 47),
    );
    discards(
      PacketFate.NOT_IP,
      v4(gre(0x22eb, bytes(typeIii(7 << 10), FRAME), 0x1000, sequence), 47),
    );
    discards(
      PacketFate.TUNNEL_TRUNCATED,
      v4(gre(0x88be, typeIi.subarray(1), 0x1000, sequence), 47),
    );
    discards(
      PacketFate.TUNNEL_TRUNCATED,
      v4(gre(0x22eb, typeIii(0).subarray(0, 10), 0x1000, sequence), 47),
    );
    discards(PacketFate.LINK_TRUNCATED, v4(gre(0x22eb, typeIii(1), 0x1000, sequence), 47));
  });
});

describe('VXLAN', () => {
  const vxlan = (first: number, networkId: number): Uint8Array =>
    bytes(u32(first), u32(networkId), FRAME);
  const PLAIN = 0x08000000;

  it('is opened on its ports, either way', () => {
    for (const port of [4789, 8472]) {
      opens(v4(udp(vxlan(PLAIN, 0x64 << 8), { destination: port }), 17));
      opens(v4(udp(vxlan(PLAIN, 0x64 << 8), { source: port }), 17));
      opens(v6(udp(vxlan(0x88000012, 0x64 << 8), { destination: port }), 17));
    }
  });

  it('is opened with reserved bits set, round a frame of something known (RFC 7348 5)', () => {
    for (const header of [vxlan(0x08000001, 0x6400), vxlan(PLAIN, 0x6401), vxlan(~0, 0x6400)]) {
      opens(v4(udp(header, { destination: 4789 }), 17));
    }
    const unknown = bytes(u32(0x08000001), u32(0x6400), ethernet(0x0806, INNER));
    leaves(4789, unknown);
  });

  it('is an ordinary datagram without the I flag or room for a frame', () => {
    leaves(4789, vxlan(0x00000000, 0x6400));
    leaves(4789, vxlan(PLAIN, 0x6400).subarray(0, 21));
    leaves(4789, text('INVITE sip:a@b SIP/2.0\r\n\r\n'));
  });

  it('tells paths apart by the network', () => {
    const path = (id: number): number =>
      decode(v4(udp(vxlan(PLAIN, id << 8), { destination: 4789 }), 17)).packet.path;
    assert.notEqual(path(1), path(2));
  });
});

describe('VXLAN-GPE', () => {
  const gpe = (first: number, inner: Uint8Array, last = 0): Uint8Array =>
    bytes(u32(first), u32(0x6400 | last), inner);

  it('carries IPv4, IPv6 and Ethernet', () => {
    opens(v4(udp(gpe(0x0c000001, INNER), { destination: 4790 }), 17));
    opens(v4(udp(gpe(0x0c000002, INNER_6), { source: 4790 }), 17));
    opens(v4(udp(gpe(0x0c000003, FRAME), { destination: 4790 }), 17));
    opens(v4(udp(gpe(0x08000001, INNER), { destination: 4790 }), 17));
  });

  it('is an ordinary datagram when its header says otherwise', () => {
    leaves(4790, gpe(0x0c000004, INNER));
    leaves(4790, gpe(0x04000001, INNER));
    leaves(4790, gpe(0x0c000101, INNER));
    leaves(4790, gpe(0x0c000001, INNER, 1));
    leaves(4790, gpe(0x0c000001, bytes([])));
  });
});

describe('GENEVE', () => {
  const geneve = (flags: number, type: number, inner: Uint8Array, options = 0): Uint8Array =>
    bytes(u16(flags | (options << 8)), u16(type), u32(0x6400), new Uint8Array(options * 4), inner);

  it('carries Ethernet or IP, behind its options', () => {
    opens(v4(udp(geneve(0, 0x6558, FRAME), { destination: 6081 }), 17));
    opens(v4(udp(geneve(0, 0x6558, FRAME, 5), { destination: 6081 }), 17));
    opens(v4(udp(geneve(0x40, 0x0800, INNER, 63), { destination: 6081 }), 17));
    opens(v4(udp(geneve(0x01, 0x6558, FRAME), { destination: 6081 }), 17));
    opens(v4(udp(geneve(0, 0x86dd, INNER_6), { destination: 6081 }), 17));
  });

  it('is an ordinary datagram when its header says otherwise', () => {
    leaves(6081, geneve(0x4000, 0x6558, FRAME));
    leaves(6081, geneve(0x0080, 0x6558, FRAME));
    leaves(6081, geneve(0x0001, 0x6558, ethernet(0x0806, INNER)));
    leaves(6081, geneve(0, 0x0806, FRAME));
    leaves(6081, geneve(0, 0x6558, bytes([]), 3));
    leaves(6081, geneve(0, 0x6558, FRAME).subarray(0, 7));
    leaves(6081, bytes(u16(0), u16(0x6558), u32(0x6401), ethernet(0x0806, INNER)));
    leaves(6081, text('SIP/2.0 200 OK\r\n\r\n'));
  });
});

describe('GTP-U', () => {
  const gtp = (flags: number, rest: Uint8Array, type = 0xff, length = rest.length): Uint8Array =>
    bytes([flags, type], u16(length), u32(0xabcd), rest);
  const toGtp = (payload: Uint8Array): Uint8Array => v4(udp(payload, { destination: 2152 }), 17);

  it('carries IPv4 and IPv6', () => {
    opens(toGtp(gtp(0x30, INNER)));
    opens(toGtp(gtp(0x30, INNER_6)));
    opens(v4(udp(gtp(0x30, INNER), { source: 2152 }), 17));
  });

  it('is read past sequence number and extension headers', () => {
    opens(toGtp(gtp(0x32, bytes(u16(7), [0, 0], INNER))));
    opens(toGtp(gtp(0x34, bytes([0, 0, 0, 0x85], [1, 0, 9, 0], INNER))));
    opens(
      toGtp(gtp(0x36, bytes([0, 1, 0, 0x85], [2, 0, 9, 0, 0, 0, 0, 0xc0], [1, 0, 0, 0], INNER))),
    );
  });

  it('carries GTP-U', () => {
    const inner = ipv4(udp(gtp(0x30, INNER), { destination: 2152 }));
    opens(toGtp(gtp(0x30, inner)), 2);
  });

  it('is an ordinary datagram when its header or what follows says otherwise', () => {
    leaves(2152, gtp(0x48, INNER));
    leaves(2152, gtp(0x20, INNER));
    leaves(2152, gtp(0x30, INNER, 1));
    leaves(2152, gtp(0x30, INNER, 0xff, INNER.length + 1));
    leaves(2152, gtp(0x30, bytes([0x0b, 0, 0, 0])));
    leaves(2152, gtp(0x30, text('hello, hello, hello')));
    leaves(2152, gtp(0x30, INNER.subarray(0, 19)));
    leaves(2152, gtp(0x30, INNER_6.subarray(0, 39)));
    leaves(2152, gtp(0x30, bytes([0x44], INNER.subarray(1))));
    leaves(2152, gtp(0x34, bytes([0, 0, 0, 0x85], [0, 0, 9, 0], INNER)));
    leaves(2152, gtp(0x34, bytes([0, 0, 0, 0x85], [99, 0, 9, 0], INNER)));
    leaves(2152, gtp(0x34, bytes([0, 0, 0, 0x85])));
    leaves(2152, text('SIP/2.0 487 Request Terminated\r\n\r\n'));
    leaves(2152, bytes([0x30, 0xff]));
  });

  it('with too many extension headers is an ordinary datagram', () => {
    const chain: number[] = [];
    for (let i = 0; i < GTP_EXTENSIONS_MAX; i++) chain.push(1, 0, 0, 0x85);
    leaves(2152, gtp(0x34, bytes([0, 0, 0, 0x85], chain, INNER)));
  });
});

describe('TZSP', () => {
  const tzsp = (
    type: number,
    tags: readonly number[],
    inner: Uint8Array,
    protocol = 1,
  ): Uint8Array => bytes([1, type], u16(protocol), tags, inner);
  const toTzsp = (payload: Uint8Array): Uint8Array => v4(udp(payload, { destination: 37_008 }), 17);

  it('carries Ethernet behind its tags', () => {
    opens(toTzsp(tzsp(0, [1], FRAME)));
    opens(toTzsp(tzsp(1, [0, 0x0a, 1, 0xc4, 0x29, 4, 1, 2, 3, 4, 1], FRAME)));
  });

  it('is an ordinary datagram when its header or its tags say otherwise', () => {
    leaves(37_008, tzsp(2, [1], FRAME));
    leaves(37_008, tzsp(0, [1], FRAME, 18));
    leaves(37_008, bytes([2], tzsp(0, [1], FRAME).subarray(1)));
    leaves(37_008, tzsp(0, [1], FRAME.subarray(0, 13)));
    leaves(37_008, tzsp(0, [0x0a, 200], FRAME));
    leaves(37_008, tzsp(0, [0, 0, 0x0a], bytes([])));
    leaves(37_008, tzsp(0, new Array<number>(TZSP_TAGS_MAX).fill(0), bytes([1], FRAME)));
    leaves(37_008, bytes([1, 0, 0]));
  });
});

describe('a tunnel that is not to be opened', () => {
  const vxlan = bytes(u32(0x08000000), u32(0x6400), FRAME);
  const gpe = bytes(u32(0x0c000003), u32(0x6400), FRAME);
  const geneve = bytes(u32(0x6558), u32(0x6400), FRAME);
  const gtp = bytes([0x30, 0xff], u16(INNER.length), u32(1), INNER);
  const tzsp = bytes([1, 0, 0, 1, 1], FRAME);
  const inUdp: readonly [TunnelKind, number, Uint8Array][] = [
    [TunnelKind.VXLAN, 4789, vxlan],
    [TunnelKind.VXLAN, 4790, gpe],
    [TunnelKind.GENEVE, 6081, geneve],
    [TunnelKind.GTPU, 2152, gtp],
    [TunnelKind.TZSP, 37_008, tzsp],
  ];

  it('is an ordinary datagram in UDP', () => {
    for (const [kind, destination, payload] of inUdp) {
      const frame = v4(udp(payload, { destination }), 17);
      assert.equal(decode(frame, { tunnelKinds: kind }).packet.tunnels, 1);
      const { fate, packet } = decode(frame, { tunnelKinds: ALL_TUNNELS & ~kind });
      assert.equal(fate, nameOf(PacketFate.DELIVERED));
      assert.equal(packet.tunnels, 0);
      assert.equal(packet.payloadLength, payload.length);
    }
  });

  it('is OTHER_PROTOCOL in IP', () => {
    const inIp: readonly [TunnelKind, Uint8Array][] = [
      [TunnelKind.IPIP, v4(INNER, 4)],
      [TunnelKind.IPIP, v4(INNER_6, 41)],
      [TunnelKind.GRE, v4(gre(0x0800, INNER), 47)],
      [TunnelKind.ERSPAN, v4(gre(0x88be, FRAME), 47)],
    ];
    for (const [kind, frame] of inIp) {
      assert.equal(decode(frame, { tunnelKinds: kind }).packet.tunnels, 1);
      discards(PacketFate.OTHER_PROTOCOL, frame, { tunnelKinds: ALL_TUNNELS & ~kind });
      discards(PacketFate.OTHER_PROTOCOL, frame, { tunnelKinds: 0 });
    }
  });

  it('is NOT_IP on a link', () => {
    const pppoe = bytes([0x11, 0, 0, 1], u16(INNER.length + 2), [0x00, 0x21], INNER);
    const onLink: readonly [TunnelKind, Uint8Array][] = [
      [TunnelKind.PPPOE, ethernet(0x8864, pppoe)],
      [TunnelKind.MPLS, ethernet(0x8847, bytes(u32(0x00010140), INNER))],
    ];
    for (const [kind, frame] of onLink) {
      assert.equal(decode(frame, { tunnelKinds: kind }).payload.toString(), 'hello');
      discards(PacketFate.NOT_IP, frame, { tunnelKinds: ALL_TUNNELS & ~kind });
    }
    const linktype = Linktype.PPP_ETHER;
    assert.equal(decode(pppoe, { linktype, tunnelKinds: 0 }).payload.toString(), 'hello');
  });

  it('is named as on the command line', () => {
    assert.equal(tunnelKindsOf([]), 0);
    assert.equal(tunnelKindsOf(['gtpu', 'vxlan']), TunnelKind.GTPU | TunnelKind.VXLAN);
    assert.equal(tunnelKindsOf(TUNNELS), ALL_TUNNELS);
  });
});
