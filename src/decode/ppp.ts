/**
 * PPP (RFC 1661) and PPPoE sessions (RFC 2516): only network-layer packets are of interest. Multilink,
 * compressed and encrypted PPP is discarded as NOT_IP.
 */
import { readUint8, readUint16 } from '../core/bytes.ts';
import type { DecodedPacket } from './decoded-packet.ts';
import { discard, Header, type Step } from './header.ts';
import { PacketFate } from './packet-fate.ts';

const PPPOE_HEADER_BYTES = 6;
const ADDRESS_AND_CONTROL = 0xff03;

/** Version and type 1; code 0 is session data. The length is not needed: IP has its own. */
export function decodePppoe(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  if (start + PPPOE_HEADER_BYTES > packet.networkEnd) return discard(PacketFate.LINK_TRUNCATED);
  if (readUint16(buf, start) !== 0x1100) return discard(PacketFate.LINK_BAD_HEADER);
  packet.nextOffset = start + PPPOE_HEADER_BYTES;
  return Header.PPP;
}

/** Address and control field are optional (RFC 1661 6.6), the protocol's first byte too (6.5). */
export function decodePpp(buf: Uint8Array, packet: DecodedPacket): Step {
  let start = packet.nextOffset;
  const end = packet.networkEnd;
  if (start + 2 > end) return discard(PacketFate.LINK_TRUNCATED);
  if (readUint16(buf, start) === ADDRESS_AND_CONTROL) start += 2;
  if (start + 2 > end) return discard(PacketFate.LINK_TRUNCATED);
  const first = readUint8(buf, start);
  // The last byte of a protocol number is the odd one.
  const isCompressed = (first & 1) === 1;
  packet.nextOffset = start + (isCompressed ? 1 : 2);
  return headerOfPppProtocol(isCompressed ? first : readUint16(buf, start));
}

/** IANA Point-to-Point Protocol Field Assignments. */
function headerOfPppProtocol(protocol: number): Step {
  switch (protocol) {
    case 0x0021:
      return Header.IPV4;
    case 0x0057:
      return Header.IPV6;
    case 0x0281:
    case 0x0283:
      return Header.MPLS;
    default:
      return discard(PacketFate.NOT_IP);
  }
}
