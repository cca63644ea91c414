/**
 * Ethernet II and IEEE 802.3 frames, with the tags that stand between the addresses and the payload:
 * 802.1Q, 802.1ad, the older vendors' ethertypes, two of Cisco's, and LLC with SNAP. The frame check sequence, where
 * a capture has one, is outside of the IP packet's own length and needs no care.
 */
import { readUint8, readUint16 } from '../core/bytes.ts';
import type { DecodedPacket } from './decoded-packet.ts';
import { discard, extendPath, Header, headerOfEthertype, type Step } from './header.ts';
import { PacketFate } from './packet-fate.ts';

export const ETHERNET_HEADER_BYTES = 14;
const VLAN_TAG_BYTES = 4;
const VN_TAG_BYTES = 6;
const CISCO_METADATA_BYTES = 8;
const LLC_BYTES = 3;
const SNAP_BYTES = 8;

/** Tags of one stack; one more is VLAN_DEPTH. */
export const VLAN_TAGS_MAX = 8;

/** Below it the field after the addresses is a length (IEEE 802.3 3.2.6). */
const ETHERTYPE_MIN = 0x0600;

export function decodeEthernet(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  if (start + ETHERNET_HEADER_BYTES > packet.networkEnd) return discard(PacketFate.LINK_TRUNCATED);
  packet.nextOffset = start + ETHERNET_HEADER_BYTES;
  return headerOfTypeOrLength(readUint16(buf, start + 12));
}

/** What follows an ethertype field that may be an 802.3 length instead. */
export function headerOfTypeOrLength(typeOrLength: number): Step {
  return typeOrLength >= ETHERTYPE_MIN ? headerOfEthertype(typeOrLength) : Header.LLC;
}

/** A stack of tags; `nextOffset` stands behind the first one's ethertype. Only the VLAN id is kept. */
export function decodeVlan(buf: Uint8Array, packet: DecodedPacket): Step {
  let start = packet.nextOffset;
  for (let tags = 0; tags < VLAN_TAGS_MAX; tags++) {
    if (start + VLAN_TAG_BYTES > packet.networkEnd) return discard(PacketFate.LINK_TRUNCATED);
    extendPath(packet, readUint16(buf, start) & 0x0fff);
    const next = headerOfTypeOrLength(readUint16(buf, start + 2));
    start += VLAN_TAG_BYTES;
    packet.nextOffset = start;
    if (next !== Header.VLAN) return next;
  }
  return discard(PacketFate.VLAN_DEPTH);
}

/** Cisco's VN-Tag: two virtual interface ids, which differ with the direction and are not kept. */
export function decodeVnTag(buf: Uint8Array, packet: DecodedPacket): Step {
  return skipTag(buf, packet, VN_TAG_BYTES);
}

/** Cisco's metadata (TrustSec): version, length, and one option with the security group. */
export function decodeCiscoMetadata(buf: Uint8Array, packet: DecodedPacket): Step {
  return skipTag(buf, packet, CISCO_METADATA_BYTES);
}

/** A tag of fixed length that ends with the ethertype of what follows. */
function skipTag(buf: Uint8Array, packet: DecodedPacket, tagBytes: number): Step {
  const end = packet.nextOffset + tagBytes;
  if (end > packet.networkEnd) return discard(PacketFate.LINK_TRUNCATED);
  packet.nextOffset = end;
  return headerOfTypeOrLength(readUint16(buf, end - 2));
}

/** IEEE 802.2: IP straight behind LLC (SAP 6), or behind SNAP by its ethertype (RFC 1042). */
export function decodeLlc(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  if (start + LLC_BYTES > packet.networkEnd) return discard(PacketFate.LINK_TRUNCATED);
  const serviceAccessPoints = readUint16(buf, start);
  if (readUint8(buf, start + 2) !== 0x03) return discard(PacketFate.NOT_IP);
  if (serviceAccessPoints === 0x0606) {
    packet.nextOffset = start + LLC_BYTES;
    return Header.IPV4;
  }
  if (serviceAccessPoints !== 0xaaaa) return discard(PacketFate.NOT_IP);
  if (start + SNAP_BYTES > packet.networkEnd) return discard(PacketFate.LINK_TRUNCATED);
  if (readUint8(buf, start + 3) !== 0 || readUint16(buf, start + 4) !== 0) {
    return discard(PacketFate.NOT_IP);
  }
  packet.nextOffset = start + SNAP_BYTES;
  return headerOfEthertype(readUint16(buf, start + 6));
}
