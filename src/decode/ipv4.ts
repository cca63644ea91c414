/**
 * The IPv4 header (RFC 791 3.1). Options are skipped, the checksum is not verified: on a sending host it is
 * often left to the network card, after the capture.
 */
import { readInt32, readUint8, readUint16 } from '../core/bytes.ts';
import type { DecodedPacket } from './decoded-packet.ts';
import { discard, Header, headerOfProtocol, type Step } from './header.ts';
import { PacketFate } from './packet-fate.ts';

const HEADER_BYTES_MIN = 20;
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET_MASK = 0x1fff;
/** The prefix of an IPv4-mapped IPv6 address, its third word (RFC 4291 2.5.5.2). */
const IPV4_MAPPED = 0xffff;

/**
 * A total length of zero means "to the end of the frame": a capture on a sending host sees it where the
 * network card does the segmentation. A total length past the frame is a cut packet.
 */
export function decodeIpv4(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  if (start + HEADER_BYTES_MIN > packet.networkEnd) return discard(PacketFate.IP_TRUNCATED);
  const versionAndLength = readUint8(buf, start);
  if (versionAndLength >> 4 !== 4) return discard(PacketFate.IP_BAD_VERSION);
  const headerEnd = start + (versionAndLength & 0x0f) * 4;
  if (headerEnd < start + HEADER_BYTES_MIN) return discard(PacketFate.IP_BAD_LENGTH);

  const totalLength = readUint16(buf, start + 2);
  if (totalLength !== 0) {
    packet.networkWireEnd = start + totalLength;
    if (packet.networkWireEnd < packet.networkEnd) packet.networkEnd = packet.networkWireEnd;
  }
  if (headerEnd > packet.networkWireEnd) return discard(PacketFate.IP_BAD_LENGTH);
  if (headerEnd > packet.networkEnd) return discard(PacketFate.IP_TRUNCATED);

  if (packet.outerNetworkOffset < 0) packet.outerNetworkOffset = start;
  packet.networkOffset = start;
  packet.ipVersion = 4;
  packet.protocol = readUint8(buf, start + 9);
  const addresses = packet.addresses;
  addresses[0] = 0;
  addresses[1] = 0;
  addresses[2] = IPV4_MAPPED;
  addresses[3] = readInt32(buf, start + 12);
  addresses[4] = 0;
  addresses[5] = 0;
  addresses[6] = IPV4_MAPPED;
  addresses[7] = readInt32(buf, start + 16);
  packet.nextOffset = headerEnd;

  const fragmentField = readUint16(buf, start + 6);
  const next = headerOfProtocol(packet.protocol);
  if ((fragmentField & (MORE_FRAGMENTS | FRAGMENT_OFFSET_MASK)) === 0 || next < 0) return next;

  packet.fragment = true;
  packet.fragmentId = readUint16(buf, start + 4);
  packet.fragmentOffset = (fragmentField & FRAGMENT_OFFSET_MASK) * 8;
  packet.moreFragments = (fragmentField & MORE_FRAGMENTS) !== 0;
  packet.transportOffset = headerEnd;
  packet.truncated = packet.networkEnd < packet.networkWireEnd;
  return Header.PAYLOAD;
}
