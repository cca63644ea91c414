/**
 * The IPv6 header and its chain of extension headers (RFC 8200 3, 4). A fragment header ends the chain, except
 * that of an atomic fragment (RFC 6946), which is a whole packet. Options are skipped, routing headers not followed.
 */
import { readInt32, readUint8, readUint16 } from '../core/bytes.ts';
import type { DecodedPacket } from './decoded-packet.ts';
import { discard, Header, headerOfProtocol, Protocol, type Step } from './header.ts';
import { PacketFate } from './packet-fate.ts';

const HEADER_BYTES = 40;
const EXTENSION_BYTES_MIN = 8;
/** Of a fragment header: zero where it is the whole packet. */
const OFFSET_AND_MORE = 0xfff9;

/** Extension headers of one packet; one more is IPV6_EXTENSION_CHAIN. */
export const EXTENSION_HEADERS_MAX = 16;

/**
 * A payload length of zero means "to the end of the frame": a jumbogram (RFC 2675) or, as with IPv4, a packet
 * that the network card had yet to segment.
 */
export function decodeIpv6(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  const headerEnd = start + HEADER_BYTES;
  if (headerEnd > packet.networkEnd) return discard(PacketFate.IP_TRUNCATED);
  if (readUint8(buf, start) >> 4 !== 6) return discard(PacketFate.IP_BAD_VERSION);

  const payloadLength = readUint16(buf, start + 4);
  if (payloadLength !== 0) {
    packet.networkWireEnd = headerEnd + payloadLength;
    if (packet.networkWireEnd < packet.networkEnd) packet.networkEnd = packet.networkWireEnd;
  }
  if (packet.outerNetworkOffset < 0) packet.outerNetworkOffset = start;
  packet.networkOffset = start;
  packet.ipVersion = 6;
  packet.protocol = readUint8(buf, start + 6);
  const addresses = packet.addresses;
  for (let word = 0; word < 8; word++) addresses[word] = readInt32(buf, start + 8 + word * 4);
  packet.nextOffset = headerEnd;
  return headerOfProtocol(packet.protocol);
}

/**
 * The chain that begins with a header of kind `packet.protocol`. Behind IPv4 only AH may stand; every header
 * but AH and the fragment header counts its length in eight bytes, the first not included.
 */
export function decodeExtensions(buf: Uint8Array, packet: DecodedPacket): Step {
  for (let headers = 0; headers < EXTENSION_HEADERS_MAX; headers++) {
    const start = packet.nextOffset;
    const kind = packet.protocol;
    if (packet.ipVersion === 4 && kind !== Protocol.AH) return discard(PacketFate.OTHER_PROTOCOL);
    if (start + EXTENSION_BYTES_MIN > packet.networkEnd) return cutOrShort(packet);

    packet.protocol = readUint8(buf, start);
    packet.nextOffset = start + extensionBytes(buf, start, kind);
    if (packet.nextOffset > packet.networkEnd) return cutOrShort(packet);
    const next = headerOfProtocol(packet.protocol);
    if (kind === Protocol.FRAGMENT && (readUint16(buf, start + 2) & OFFSET_AND_MORE) !== 0) {
      return readFragment(buf, packet, start, next);
    }
    if (next !== Header.EXTENSION) return next;
  }
  return discard(PacketFate.IPV6_EXTENSION_CHAIN);
}

function extensionBytes(buf: Uint8Array, start: number, kind: number): number {
  if (kind === Protocol.FRAGMENT) return EXTENSION_BYTES_MIN;
  const length = readUint8(buf, start + 1);
  // RFC 4302 2.2: AH counts in four bytes, minus two.
  return kind === Protocol.AH ? (length + 2) * 4 : (length + 1) * 8;
}

/** A piece of a datagram: RFC 8200 4.5. The rest of the chain may lie in its first piece. */
function readFragment(buf: Uint8Array, packet: DecodedPacket, start: number, next: Step): Step {
  if (next < 0) return next;
  const offsetAndFlag = readUint16(buf, start + 2);
  packet.fragment = true;
  packet.fragmentId = readInt32(buf, start + 4);
  packet.fragmentOffset = offsetAndFlag & 0xfff8;
  packet.moreFragments = (offsetAndFlag & 1) !== 0;
  packet.transportOffset = packet.nextOffset;
  packet.truncated = packet.networkEnd < packet.networkWireEnd;
  return Header.PAYLOAD;
}

/** A header that the capture cut is something else than one that the packet has no room for. */
function cutOrShort(packet: DecodedPacket): Step {
  const isCut = packet.networkEnd < packet.networkWireEnd;
  return discard(isCut ? PacketFate.IP_TRUNCATED : PacketFate.IP_BAD_LENGTH);
}
