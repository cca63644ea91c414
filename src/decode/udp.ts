/** The UDP header (RFC 768). The checksum is not verified: see ipv4.ts. */
import { readUint16 } from '../core/bytes.ts';
import type { DecodedPacket } from './decoded-packet.ts';
import { discard, type Step } from './header.ts';
import { PacketFate } from './packet-fate.ts';
import { tunnelOfPorts } from './udp-tunnels.ts';

const HEADER_BYTES = 8;

/**
 * The datagram's own length wins over the IP length when it is shorter. A length of zero means "to the end of
 * the packet": jumbograms (RFC 2675) carry it. A length past the end of the IP packet is one that no host
 * would accept. What follows is the payload, or the tunnel that the ports hint at.
 */
export function decodeUdp(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  const payloadOffset = start + HEADER_BYTES;
  if (payloadOffset > packet.networkWireEnd) return discard(PacketFate.UDP_BAD_LENGTH);
  if (payloadOffset > packet.networkEnd) return discard(PacketFate.UDP_TRUNCATED);

  const length = readUint16(buf, start + 4);
  const wireEnd = length === 0 ? packet.networkWireEnd : start + length;
  if (wireEnd < payloadOffset || wireEnd > packet.networkWireEnd) {
    return discard(PacketFate.UDP_BAD_LENGTH);
  }
  packet.transportOffset = start;
  packet.sourcePort = readUint16(buf, start);
  packet.destinationPort = readUint16(buf, start + 2);
  packet.payloadOffset = payloadOffset;
  packet.payloadLength =
    (wireEnd < packet.networkEnd ? wireEnd : packet.networkEnd) - payloadOffset;
  packet.payloadWireLength = wireEnd - payloadOffset;
  packet.truncated = packet.payloadLength < packet.payloadWireLength;
  return tunnelOfPorts(packet);
}
