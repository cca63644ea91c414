/**
 * GTP-U, the user plane of mobile networks (3GPP TS 29.281 5): version 1, T-PDUs only, extension headers skipped.
 * Believed when the lengths agree and the payload begins like an IP header; else the datagram stays an
 * ordinary one. GTP-C and GTP version 2 carry no user packets.
 */
import { readUint8, readUint16, readUint32 } from '../core/bytes.ts';
import type { DecodedPacket } from './decoded-packet.ts';
import { Header, openTunnel, type Step } from './header.ts';
import { payloadEnd } from './udp-tunnels.ts';

const HEADER_BYTES = 8;
const OPTIONAL_FIELDS_BYTES = 4;
const IPV4_HEADER_BYTES_MIN = 20;
const IPV6_HEADER_BYTES = 40;

/** Extension headers of one packet; with more it is taken for something else. */
export const GTP_EXTENSIONS_MAX = 8;

/** Version 1 and protocol type GTP, the reserved bit zero. */
const FLAGS_MASK = 0xf8;
const VERSION_1 = 0x30;
const EXTENSION_FLAG = 0x04;
/** Any of extension, sequence number and N-PDU number present brings the room for all three. */
const OPTIONAL_FIELDS_FLAGS = 0x07;
const T_PDU = 0xff;

export function decodeGtpU(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.payloadOffset;
  const end = payloadEnd(packet);
  if (start + HEADER_BYTES + OPTIONAL_FIELDS_BYTES > end) return Header.PAYLOAD;
  const flags = readUint8(buf, start);
  if ((flags & FLAGS_MASK) !== VERSION_1) return Header.PAYLOAD;
  if (readUint8(buf, start + 1) !== T_PDU) return Header.PAYLOAD;
  if (HEADER_BYTES + readUint16(buf, start + 2) > packet.payloadWireLength) return Header.PAYLOAD;

  let innerOffset = start + HEADER_BYTES;
  if ((flags & OPTIONAL_FIELDS_FLAGS) !== 0) innerOffset += OPTIONAL_FIELDS_BYTES;
  if ((flags & EXTENSION_FLAG) !== 0) innerOffset = skipExtensions(buf, innerOffset, end);
  if (innerOffset >= end) return Header.PAYLOAD;
  const inner = headerOfIp(buf, innerOffset, end);
  if (inner === Header.PAYLOAD) return inner;
  return openTunnel(packet, innerOffset, readUint32(buf, start + 4), inner);
}

/**
 * The chain of extension headers, from the type in front of `offset` on; each has its length in four bytes first
 * and the next one's type last. Returns the end of the chain, or `end` for one that can't be.
 */
function skipExtensions(buf: Uint8Array, offset: number, end: number): number {
  let next = offset;
  for (let headers = 0; headers < GTP_EXTENSIONS_MAX; headers++) {
    if (readUint8(buf, next - 1) === 0) return next;
    if (next >= end) return end;
    const length = readUint8(buf, next) * 4;
    if (length === 0 || next + length > end) return end;
    next += length;
  }
  return end;
}

function headerOfIp(buf: Uint8Array, offset: number, end: number): Step {
  const first = readUint8(buf, offset);
  if (first >= 0x45 && first <= 0x4f && offset + IPV4_HEADER_BYTES_MIN <= end) return Header.IPV4;
  return first >> 4 === 6 && offset + IPV6_HEADER_BYTES <= end ? Header.IPV6 : Header.PAYLOAD;
}
