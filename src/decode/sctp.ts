/** SCTP's common header (RFC 9260 3.1): the payload is its chunks, which reassembly reads. */
import { readUint16 } from '../core/bytes.ts';
import type { DecodedPacket } from './decoded-packet.ts';
import { discard, Header, type Step } from './header.ts';
import { PacketFate } from './packet-fate.ts';

const HEADER_BYTES = 12;

export function decodeSctp(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  const payloadOffset = start + HEADER_BYTES;
  if (payloadOffset > packet.networkEnd) return discard(PacketFate.SCTP_TRUNCATED);

  packet.transportOffset = start;
  packet.sourcePort = readUint16(buf, start);
  packet.destinationPort = readUint16(buf, start + 2);
  packet.payloadOffset = payloadOffset;
  packet.payloadLength = packet.networkEnd - payloadOffset;
  packet.payloadWireLength = packet.networkWireEnd - payloadOffset;
  packet.truncated = packet.payloadLength < packet.payloadWireLength;
  return Header.PAYLOAD;
}
