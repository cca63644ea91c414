import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Linktype } from '../../../src/core/linktype.ts';
import { HEADERS_MAX } from '../../../src/decode/decode-packet.ts';
import { VLAN_TAGS_MAX } from '../../../src/decode/ethernet.ts';
import { MPLS_LABELS_MAX } from '../../../src/decode/mpls.ts';
import { PacketFate } from '../../../src/decode/packet-fate.ts';
import { bytes, text } from '../../helpers/capture-file.ts';
import {
  type Capture,
  decode,
  ethernet,
  FRAME_OFFSET,
  ipv4,
  ipv6,
  nameOf,
  u16,
  u32,
  udp,
  vlan,
} from '../../helpers/frames.ts';

const INNER = ipv4(udp(text('hello')));
const INNER_6 = ipv6(udp(text('hello')));

function delivers(frame: Uint8Array, capture: Capture = {}): void {
  const { fate, payload } = decode(frame, capture);
  assert.equal(fate, nameOf(PacketFate.DELIVERED));
  assert.equal(payload.toString(), 'hello');
}

function discards(expected: PacketFate, frame: Uint8Array, capture: Capture = {}): void {
  assert.equal(decode(frame, capture).fate, nameOf(expected));
}

function tagged(tags: number): Uint8Array {
  let inner = vlan(7, 0x0800, INNER);
  for (let i = 1; i < tags; i++) inner = vlan(i, 0x8100, inner);
  return ethernet(0x88a8, inner);
}

function labelled(labels: number, payload: Uint8Array): Uint8Array {
  const stack: number[] = [];
  for (let i = 1; i <= labels; i++)
    stack.push(...u32((1000 + i) * 4096 + (i === labels ? 256 : 0) + 64));
  return ethernet(0x8847, bytes(stack, payload));
}

describe('Ethernet', () => {
  it('leads to IPv4 and IPv6', () => {
    delivers(ethernet(0x0800, INNER));
    delivers(ethernet(0x86dd, INNER_6));
  });

  it('ends where the IP packet ends, whatever pads the frame', () => {
    delivers(ethernet(0x0800, bytes(INNER, new Uint8Array(20).fill(0x41))));
    delivers(ethernet(0x86dd, bytes(INNER_6, new Uint8Array(20).fill(0x41))));
  });

  it('tells where the outermost IP header begins', () => {
    assert.equal(decode(ethernet(0x0800, INNER)).packet.outerNetworkOffset, FRAME_OFFSET + 14);
    assert.equal(decode(tagged(1)).packet.outerNetworkOffset, FRAME_OFFSET + 18);
    assert.equal(decode(ethernet(0x0806, INNER)).packet.outerNetworkOffset, -1);
  });

  it('is NOT_IP with ARP, LLDP or PPPoE discovery inside', () => {
    for (const type of [0x0806, 0x88cc, 0x8863, 0x88e5]) {
      discards(PacketFate.NOT_IP, ethernet(type, new Uint8Array(46)));
    }
  });

  it('may be IEEE 802.3 with LLC or SNAP', () => {
    delivers(ethernet(INNER.length + 3, bytes([6, 6, 3], INNER)));
    delivers(ethernet(INNER.length + 8, bytes([0xaa, 0xaa, 3, 0, 0, 0], u16(0x0800), INNER)));
    discards(PacketFate.NOT_IP, ethernet(38, bytes([0x42, 0x42, 3], new Uint8Array(40))));
    discards(PacketFate.NOT_IP, ethernet(38, bytes([0xaa, 0xaa, 0x7f], new Uint8Array(40))));
    const cisco = bytes([0xaa, 0xaa, 3, 0, 0, 0x0c], u16(0x2000), INNER);
    discards(PacketFate.NOT_IP, ethernet(INNER.length + 8, cisco));
  });

  it('is LINK_TRUNCATED when a header was cut', () => {
    discards(PacketFate.LINK_TRUNCATED, ethernet(0x0800, INNER), { caplen: 13 });
    discards(PacketFate.LINK_TRUNCATED, tagged(1), { caplen: 17 });
    discards(PacketFate.LINK_TRUNCATED, ethernet(0x8926, bytes(u32(1))), {});
    discards(PacketFate.LINK_TRUNCATED, ethernet(40, bytes([6, 6])));
    discards(PacketFate.LINK_TRUNCATED, ethernet(40, bytes([0xaa, 0xaa, 3, 0])));
  });
});

describe('VLAN tags', () => {
  it('stack up to the limit, then are VLAN_DEPTH', () => {
    for (let tags = 1; tags <= VLAN_TAGS_MAX; tags++) delivers(tagged(tags));
    discards(PacketFate.VLAN_DEPTH, tagged(VLAN_TAGS_MAX + 1));
  });

  it('are known by the older ethertypes too', () => {
    for (const type of [0x8100, 0x88a8, 0x9100, 0x9200, 0x9300]) {
      delivers(ethernet(type, vlan(9, 0x0800, INNER)));
    }
  });

  it('tell paths apart by their ids alone', () => {
    const path = (id: number): number =>
      decode(ethernet(0x8100, vlan(id, 0x0800, INNER))).packet.path;
    assert.notEqual(path(5), path(6));
    assert.notEqual(path(0), decode(ethernet(0x0800, INNER)).packet.path);
    const otherPriority = ethernet(0x8100, bytes(u16(5), u16(0x0800), INNER));
    assert.equal(decode(otherPriority).packet.path, path(5));
  });

  it('may be VN-Tags', () => {
    delivers(ethernet(0x8926, bytes(u32(0x00010002), u16(0x0800), INNER)));
    delivers(ethernet(0x8926, bytes(u32(0x00010002), u16(0x8100), vlan(3, 0x0800, INNER))));
  });

  it('may be metadata of Cisco', () => {
    const metadata = bytes([1, 1], u16(1), u16(100));
    delivers(ethernet(0x8909, bytes(metadata, u16(0x0800), INNER)));
    discards(PacketFate.LINK_TRUNCATED, ethernet(0x8909, metadata));
  });

  it('and SNAP by turns are a HEADER_CHAIN in the end', () => {
    let inner = vlan(1, 0x0800, INNER);
    for (let i = 0; i < HEADERS_MAX; i++) {
      inner = vlan(1, 100, bytes([0xaa, 0xaa, 3, 0, 0, 0], u16(0x8100), inner));
    }
    discards(PacketFate.HEADER_CHAIN, ethernet(0x8100, inner));
  });
});

describe('Linux cooked captures', () => {
  const sll = (protocol: number, payload: Uint8Array, arphrd = 1): Uint8Array =>
    bytes(u16(4), u16(arphrd), u16(6), [2, 0, 0, 0, 0, 1, 0, 0], u16(protocol), payload);
  const sll2 = (protocol: number, payload: Uint8Array, arphrd = 1): Uint8Array =>
    bytes(u16(protocol), u16(0), u32(2), u16(arphrd), [4, 6], [2, 0, 0, 0, 0, 1, 0, 0], payload);

  it('lead to IP, also behind a VLAN tag or LLC', () => {
    for (const [linktype, cooked] of [
      [Linktype.LINUX_SLL, sll],
      [Linktype.LINUX_SLL2, sll2],
    ] as const) {
      delivers(cooked(0x0800, INNER), { linktype });
      delivers(cooked(0x86dd, INNER_6, 772), { linktype });
      delivers(cooked(0x8100, vlan(7, 0x0800, INNER)), { linktype });
      delivers(cooked(0x0004, bytes([6, 6, 3], INNER)), { linktype });
    }
  });

  it('are NOT_IP with ARP, Novell frames or netlink inside', () => {
    for (const [linktype, cooked] of [
      [Linktype.LINUX_SLL, sll],
      [Linktype.LINUX_SLL2, sll2],
    ] as const) {
      discards(PacketFate.NOT_IP, cooked(0x0806, INNER), { linktype });
      discards(PacketFate.NOT_IP, cooked(0x0001, bytes([6, 6, 3], INNER)), { linktype });
      discards(PacketFate.NOT_IP, cooked(0x0800, INNER, 824), { linktype });
      discards(PacketFate.LINK_TRUNCATED, cooked(0x0800, INNER), { linktype, caplen: 15 });
    }
  });
});

describe('loopback captures', () => {
  it('have the address family in either byte order', () => {
    for (const linktype of [Linktype.NULL, Linktype.LOOP]) {
      for (const family of [10, 23, 24, 28, 30]) {
        delivers(bytes([0, 0, 0, family], INNER_6), { linktype });
        delivers(bytes([family, 0, 0, 0], INNER_6), { linktype });
      }
      delivers(bytes([0, 0, 0, 2], INNER), { linktype });
      delivers(bytes([2, 0, 0, 0], INNER), { linktype });
    }
  });

  it('are NOT_IP with another family, LINK_TRUNCATED without a whole one', () => {
    discards(PacketFate.NOT_IP, bytes([7, 0, 0, 0], INNER), { linktype: Linktype.NULL });
    discards(PacketFate.NOT_IP, bytes([2, 0, 0, 2], INNER), { linktype: Linktype.NULL });
    discards(PacketFate.LINK_TRUNCATED, bytes([2, 0, 0]), { linktype: Linktype.NULL });
  });
});

describe('raw IP', () => {
  it('shows its version', () => {
    for (const linktype of [Linktype.RAW, Linktype.RAW_OLD_12, Linktype.RAW_OLD_14]) {
      delivers(INNER, { linktype });
      delivers(INNER_6, { linktype });
    }
    delivers(INNER, { linktype: Linktype.IPV4 });
    delivers(INNER_6, { linktype: Linktype.IPV6 });
  });

  it('is IP_BAD_VERSION or IP_TRUNCATED otherwise', () => {
    discards(PacketFate.IP_BAD_VERSION, bytes([0x50], INNER), { linktype: Linktype.RAW });
    discards(PacketFate.IP_BAD_VERSION, INNER_6, { linktype: Linktype.IPV4 });
    discards(PacketFate.IP_BAD_VERSION, ipv4(INNER), { linktype: Linktype.IPV6 });
    discards(PacketFate.IP_TRUNCATED, bytes([]), { linktype: Linktype.RAW });
  });
});

describe('PPP', () => {
  it('may leave out address, control and half of the protocol', () => {
    const linktype = Linktype.PPP;
    delivers(bytes([0xff, 0x03, 0x00, 0x21], INNER), { linktype });
    delivers(bytes([0x00, 0x21], INNER), { linktype });
    delivers(bytes([0x21], INNER), { linktype });
    delivers(bytes([0x00, 0x57], INNER_6), { linktype });
    delivers(bytes([0xff, 0x03, 0x57], INNER_6), { linktype });
    delivers(bytes([0x02, 0x81], u32(0x00010140), INNER), { linktype });
  });

  it('comes in HDLC-like framing or as Cisco HDLC', () => {
    const linktype = Linktype.PPP_HDLC;
    delivers(bytes([0xff, 0x03, 0x00, 0x21], INNER), { linktype });
    delivers(bytes([0x0f, 0x00, 0x08, 0x00], INNER), { linktype });
    delivers(bytes([0x8f, 0x00, 0x86, 0xdd], INNER_6), { linktype });
    discards(PacketFate.LINK_TRUNCATED, bytes([0x0f, 0, 8]), { linktype });
    delivers(bytes([0x0f, 0x00, 0x08, 0x00], INNER), { linktype: Linktype.C_HDLC });
  });

  it('comes behind a byte that says which way it went', () => {
    for (const linktype of [Linktype.PPP_PPPD, Linktype.PPP_WITH_DIR]) {
      delivers(bytes([1, 0xff, 0x03, 0x00, 0x21], INNER), { linktype });
      delivers(bytes([0, 0x00, 0x57], INNER_6), { linktype });
      discards(PacketFate.LINK_TRUNCATED, bytes([]), { linktype });
    }
  });

  it('comes in PPPoE sessions, over Ethernet or as a link type', () => {
    const session = bytes([0x11, 0, 0, 1], u16(INNER.length + 2), [0x00, 0x21], INNER);
    delivers(ethernet(0x8864, session));
    delivers(session, { linktype: Linktype.PPP_ETHER });
    discards(PacketFate.LINK_BAD_HEADER, ethernet(0x8864, bytes([0x21], session.subarray(1))));
    discards(PacketFate.LINK_TRUNCATED, ethernet(0x8864, session.subarray(0, 5)));
  });

  it('is NOT_IP with its own protocols inside, LINK_TRUNCATED when cut', () => {
    const linktype = Linktype.PPP;
    discards(PacketFate.NOT_IP, bytes([0xff, 0x03, 0xc0, 0x21], INNER), { linktype });
    discards(PacketFate.LINK_TRUNCATED, bytes([0xff]), { linktype });
    discards(PacketFate.LINK_TRUNCATED, bytes([0xff, 0x03, 0x00]), { linktype });
  });
});

describe('MPLS', () => {
  const frame = ethernet(0x0800, INNER);

  it('carries IP behind a stack up to the limit, then is MPLS_DEPTH', () => {
    delivers(labelled(1, INNER));
    delivers(labelled(2, INNER_6));
    delivers(labelled(MPLS_LABELS_MAX, INNER));
    discards(PacketFate.MPLS_DEPTH, labelled(MPLS_LABELS_MAX + 1, INNER));
  });

  it('carries Ethernet with and without a control word', () => {
    delivers(labelled(1, frame));
    delivers(labelled(1, bytes(u32(0), frame)));
    delivers(labelled(1, bytes(u32(17), frame)));
    assert.equal(decode(labelled(1, frame)).packet.tunnels, 1);
    const zeroAddress = bytes([0x00, 0x1b], frame.subarray(2));
    delivers(labelled(1, zeroAddress));
    delivers(labelled(1, bytes(u32(0), zeroAddress)));
  });

  it('is NOT_IP as an associated channel, LINK_TRUNCATED when cut', () => {
    discards(PacketFate.NOT_IP, labelled(1, bytes([0x10, 0, 0, 0], frame)));
    discards(PacketFate.LINK_TRUNCATED, labelled(2, INNER), { caplen: 20 });
    discards(PacketFate.LINK_TRUNCATED, labelled(1, bytes([0x45])));
    discards(PacketFate.LINK_TRUNCATED, labelled(1, bytes(u32(0), [2, 0, 0, 0])));
  });
});

describe('a link type we have no decoder for', () => {
  it('is UNKNOWN_LINKTYPE', () => {
    discards(PacketFate.UNKNOWN_LINKTYPE, INNER, { linktype: 147 });
  });
});
