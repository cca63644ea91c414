/**
 * Cisco's Encapsulated Remote SPAN, types II and III, behind GRE (draft-foschiano-erspan-03 4.2, 4.3): a header
 * in front of the mirrored frame. Type I has none.
 */
import { readUint8, readUint16 } from '../core/bytes.ts';
import type { DecodedPacket } from './decoded-packet.ts';
import { discard, extendPath, Header, type Step } from './header.ts';
import { PacketFate } from './packet-fate.ts';

const TYPE_II_HEADER_BYTES = 8;
const TYPE_III_HEADER_BYTES = 12;
const PLATFORM_SUBHEADER_BYTES = 8;
const SESSION_ID_MASK = 0x03ff;

const FRAME_TYPE_ETHERNET = 0;
const FRAME_TYPE_IP = 2;

/** The version tells the types apart: 1 is type II, 2 is type III. */
export function decodeErspan(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  if (start + TYPE_II_HEADER_BYTES > packet.networkEnd) return discard(PacketFate.TUNNEL_TRUNCATED);
  extendPath(packet, readUint16(buf, start + 2) & SESSION_ID_MASK);
  const version = readUint8(buf, start) >> 4;
  if (version === 1) {
    packet.nextOffset = start + TYPE_II_HEADER_BYTES;
    return Header.ETHERNET;
  }
  return version === 2 ? decodeTypeIii(buf, packet) : discard(PacketFate.TUNNEL_BAD_HEADER);
}

/** The last two bytes: P, frame type (5 bits), hardware id (6), D, granularity (2), O (subheader present). */
function decodeTypeIii(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  const headerEnd = start + TYPE_III_HEADER_BYTES;
  if (headerEnd > packet.networkEnd) return discard(PacketFate.TUNNEL_TRUNCATED);
  const flags = readUint16(buf, headerEnd - 2);
  packet.nextOffset = headerEnd + (flags & 1) * PLATFORM_SUBHEADER_BYTES;
  switch ((flags >> 10) & 0x1f) {
    case FRAME_TYPE_ETHERNET:
      return Header.ETHERNET;
    case FRAME_TYPE_IP:
      return Header.IP;
    default:
      return discard(PacketFate.NOT_IP);
  }
}
