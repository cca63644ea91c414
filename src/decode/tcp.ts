/** The TCP header (RFC 9293 3.1). Options are skipped; streams are put together in reassembly. */
import { readUint8, readUint16, readUint32 } from '../core/bytes.ts';
import type { DecodedPacket } from './decoded-packet.ts';
import { discard, Header, type Step } from './header.ts';
import { PacketFate } from './packet-fate.ts';

const HEADER_BYTES_MIN = 20;

export function decodeTcp(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  const minimalEnd = start + HEADER_BYTES_MIN;
  if (minimalEnd > packet.networkWireEnd) return discard(PacketFate.TCP_BAD_HEADER);
  if (minimalEnd > packet.networkEnd) return discard(PacketFate.TCP_TRUNCATED);
  const payloadOffset = start + (readUint8(buf, start + 12) >> 4) * 4;
  if (payloadOffset < minimalEnd || payloadOffset > packet.networkWireEnd) {
    return discard(PacketFate.TCP_BAD_HEADER);
  }
  if (payloadOffset > packet.networkEnd) return discard(PacketFate.TCP_TRUNCATED);

  packet.transportOffset = start;
  packet.sourcePort = readUint16(buf, start);
  packet.destinationPort = readUint16(buf, start + 2);
  packet.tcpSequence = readUint32(buf, start + 4);
  packet.tcpAcknowledgment = readUint32(buf, start + 8);
  packet.tcpFlags = readUint8(buf, start + 13);
  packet.payloadOffset = payloadOffset;
  packet.payloadLength = packet.networkEnd - payloadOffset;
  packet.payloadWireLength = packet.networkWireEnd - payloadOffset;
  packet.truncated = packet.payloadLength < packet.payloadWireLength;
  return Header.PAYLOAD;
}
