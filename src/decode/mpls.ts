/**
 * An MPLS label stack (RFC 3032) and what lies behind: IP, or an Ethernet pseudowire with or without a control
 * word (RFC 4385, RFC 4448). The stack does not say which, so the first nibble has to.
 */
import { readUint8, readUint16, readUint32 } from '../core/bytes.ts';
import type { DecodedPacket } from './decoded-packet.ts';
import { ETHERNET_HEADER_BYTES } from './ethernet.ts';
import { discard, extendPath, Header, headerOfEthertype, openTunnel, type Step } from './header.ts';
import { PacketFate } from './packet-fate.ts';

const LABEL_BYTES = 4;
const CONTROL_WORD_BYTES = 4;

/** Labels of one stack; one more is MPLS_DEPTH. */
export const MPLS_LABELS_MAX = 16;

export function decodeMpls(buf: Uint8Array, packet: DecodedPacket): Step {
  let start = packet.nextOffset;
  for (let labels = 0; labels < MPLS_LABELS_MAX; labels++) {
    if (start + LABEL_BYTES > packet.networkEnd) return discard(PacketFate.LINK_TRUNCATED);
    const entry = readUint32(buf, start);
    extendPath(packet, entry >>> 12);
    start += LABEL_BYTES;
    if ((entry & 0x100) !== 0) {
      packet.nextOffset = start;
      return headerBehindLabels(buf, packet);
    }
  }
  return discard(PacketFate.MPLS_DEPTH);
}

function headerBehindLabels(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  if (start + CONTROL_WORD_BYTES > packet.networkEnd) return discard(PacketFate.LINK_TRUNCATED);
  switch (readUint8(buf, start) >> 4) {
    case 4:
      return Header.IPV4;
    case 6:
      return Header.IPV6;
    case 1:
      // An associated channel: operation and maintenance (RFC 5586).
      return discard(PacketFate.NOT_IP);
    default:
      return openTunnel(packet, start + controlWordBytes(buf, packet), 0, Header.ETHERNET);
  }
}

/** A control word begins with a zero nibble, but so do many MAC addresses: the ethertype decides. */
function controlWordBytes(buf: Uint8Array, packet: DecodedPacket): number {
  const start = packet.nextOffset;
  if (readUint8(buf, start) >> 4 !== 0) return 0;
  const typeOffset = start + CONTROL_WORD_BYTES + ETHERNET_HEADER_BYTES - 2;
  if (typeOffset + 2 > packet.networkEnd) return 0;
  return headerOfEthertype(readUint16(buf, typeOffset)) > 0 ? CONTROL_WORD_BYTES : 0;
}
