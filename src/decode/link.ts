/**
 * What a frame of each link type begins with (tcpdump.org/linktypes.html): Ethernet, Linux cooked captures,
 * BSD loopback, PPP and raw IP. Ethernet's and PPP's own headers have files of their own.
 */
import { readUint8, readUint16, readUint32 } from '../core/bytes.ts';
import { Linktype } from '../core/linktype.ts';
import type { DecodedPacket } from './decoded-packet.ts';
import { headerOfTypeOrLength } from './ethernet.ts';
import { discard, Header, type Step } from './header.ts';
import { PacketFate } from './packet-fate.ts';
import { decodePppoe } from './ppp.ts';

const SLL_HEADER_BYTES = 16;
const SLL2_HEADER_BYTES = 20;
const LOOPBACK_HEADER_BYTES = 4;
const HDLC_HEADER_BYTES = 4;
const RAW_HEADER_BYTES = 1;
const DIRECTION_BYTES = 1;

/** In a cooked header: netlink messages, where the protocol is a netlink family. */
const ARPHRD_NETLINK = 824;

/** The protocol fields of a cooked header below 0x0600 that lead on; others name local kinds of frames. */
const ETH_P_802_2 = 0x0004;

/** The kind of header a frame begins with; `packet.nextOffset` is moved behind what has no decoder. */
export function firstHeader(buf: Uint8Array, linktype: number, packet: DecodedPacket): Step {
  switch (linktype) {
    case Linktype.ETHERNET:
      return Header.ETHERNET;
    case Linktype.LINUX_SLL:
      return decodeCooked(buf, packet);
    case Linktype.LINUX_SLL2:
      return decodeCooked2(buf, packet);
    case Linktype.RAW:
    case Linktype.RAW_OLD_12:
    case Linktype.RAW_OLD_14:
      return Header.IP;
    case Linktype.IPV4:
      return Header.IPV4;
    case Linktype.IPV6:
      return Header.IPV6;
    case Linktype.NULL:
    case Linktype.LOOP:
      return decodeLoopback(buf, packet);
    case Linktype.PPP:
      return Header.PPP;
    case Linktype.PPP_HDLC:
    case Linktype.C_HDLC:
      return decodeHdlc(buf, packet);
    case Linktype.PPP_PPPD:
    case Linktype.PPP_WITH_DIR:
      packet.nextOffset += DIRECTION_BYTES;
      return Header.PPP;
    case Linktype.PPP_ETHER:
      // Here it is the link itself, and no tunnel.
      return decodePppoe(buf, packet);
    default:
      return discard(PacketFate.UNKNOWN_LINKTYPE);
  }
}

/** LINKTYPE_LINUX_SLL: packet type, ARPHRD, address length, address, protocol. */
function decodeCooked(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  if (start + SLL_HEADER_BYTES > packet.networkEnd) return discard(PacketFate.LINK_TRUNCATED);
  packet.nextOffset = start + SLL_HEADER_BYTES;
  if (readUint16(buf, start + 2) === ARPHRD_NETLINK) return discard(PacketFate.NOT_IP);
  return headerOfCookedProtocol(readUint16(buf, start + 14));
}

/** LINKTYPE_LINUX_SLL2: protocol, reserved, interface index, ARPHRD, packet type, address. */
function decodeCooked2(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  if (start + SLL2_HEADER_BYTES > packet.networkEnd) return discard(PacketFate.LINK_TRUNCATED);
  packet.nextOffset = start + SLL2_HEADER_BYTES;
  if (readUint16(buf, start + 8) === ARPHRD_NETLINK) return discard(PacketFate.NOT_IP);
  return headerOfCookedProtocol(readUint16(buf, start));
}

function headerOfCookedProtocol(protocol: number): Step {
  const next = headerOfTypeOrLength(protocol);
  return next === Header.LLC && protocol !== ETH_P_802_2 ? discard(PacketFate.NOT_IP) : next;
}

/**
 * LINKTYPE_NULL has the address family in the byte order of the capturing host, LINKTYPE_LOOP in network
 * order. No family is above 255, so the order shows by itself. AF_INET6 is 10 on Linux, 23 on Windows, 24, 28
 * or 30 on the BSDs and macOS.
 */
function decodeLoopback(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  if (start + LOOPBACK_HEADER_BYTES > packet.networkEnd) return discard(PacketFate.LINK_TRUNCATED);
  packet.nextOffset = start + LOOPBACK_HEADER_BYTES;
  const word = readUint32(buf, start);
  const family = word <= 0xff ? word : (word & 0x00ffffff) === 0 ? word >>> 24 : 0;
  switch (family) {
    case 2:
      return Header.IPV4;
    case 10:
    case 23:
    case 24:
    case 28:
    case 30:
      return Header.IPV6;
    default:
      return discard(PacketFate.NOT_IP);
  }
}

/** PPP in HDLC-like framing (RFC 1662 3.1), or Cisco HDLC, whose third and fourth bytes are an ethertype. */
function decodeHdlc(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  if (start + HDLC_HEADER_BYTES > packet.networkEnd) return discard(PacketFate.LINK_TRUNCATED);
  const address = readUint8(buf, start);
  if (address !== 0x0f && address !== 0x8f) return Header.PPP;
  packet.nextOffset = start + HDLC_HEADER_BYTES;
  return headerOfTypeOrLength(readUint16(buf, start + 2));
}

/** Raw IP: the version is all that says which. */
export function decodeIpVersion(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  if (start + RAW_HEADER_BYTES > packet.networkEnd) return discard(PacketFate.IP_TRUNCATED);
  const version = readUint8(buf, start) >> 4;
  if (version === 4) return Header.IPV4;
  return version === 6 ? Header.IPV6 : discard(PacketFate.IP_BAD_VERSION);
}
