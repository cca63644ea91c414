/**
 * Generic Routing Encapsulation: version 0 with checksum, key and sequence number (RFC 2784, RFC 2890), and the
 * version 1 that PPTP uses (RFC 2637 4.1). Source routes of the withdrawn RFC 1701 are not followed.
 */
import { readUint16, readUint32 } from '../core/bytes.ts';
import type { DecodedPacket } from './decoded-packet.ts';
import { discard, Header, headerOfEthertype, openTunnel, type Step } from './header.ts';
import { PacketFate } from './packet-fate.ts';
import { TunnelKind } from './tunnel-kinds.ts';

const BASE_HEADER_BYTES = 4;

const CHECKSUM_PRESENT = 0x8000;
const ROUTING_PRESENT = 0x4000;
const KEY_PRESENT = 0x2000;
const SEQUENCE_PRESENT = 0x1000;
/** Version 1 only. */
const ACKNOWLEDGMENT_PRESENT = 0x0080;
const VERSION_MASK = 0x0007;

const PPP = 0x880b;
const TRANSPARENT_ETHERNET_BRIDGING = 0x6558;
const ERSPAN_TYPE_I_OR_II = 0x88be;
const ERSPAN_TYPE_III = 0x22eb;

export function decodeGre(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.nextOffset;
  if (start + BASE_HEADER_BYTES > packet.networkEnd) return discard(PacketFate.TUNNEL_TRUNCATED);
  const flags = readUint16(buf, start);
  const version = flags & VERSION_MASK;
  const protocol = readUint16(buf, start + 2);
  const isErspan = protocol === ERSPAN_TYPE_I_OR_II || protocol === ERSPAN_TYPE_III;
  const kind = isErspan ? TunnelKind.ERSPAN : TunnelKind.GRE;
  if ((packet.tunnelKinds & kind) === 0) return discard(PacketFate.OTHER_PROTOCOL);
  if (version === 1) return decodePptp(buf, packet, flags);
  if (version !== 0 || (flags & ROUTING_PRESENT) !== 0) {
    return discard(PacketFate.TUNNEL_BAD_HEADER);
  }
  const keyOffset = start + BASE_HEADER_BYTES + wordIf(flags & CHECKSUM_PRESENT);
  const innerOffset = keyOffset + wordIf(flags & KEY_PRESENT) + wordIf(flags & SEQUENCE_PRESENT);
  if (innerOffset > packet.networkEnd) return discard(PacketFate.TUNNEL_TRUNCATED);
  const key = (flags & KEY_PRESENT) === 0 ? 0 : readUint32(buf, keyOffset);
  const next = headerOfGreProtocol(protocol, flags);
  return next < 0 ? next : openTunnel(packet, innerOffset, key, next);
}

/** Mirrored frames come without an ERSPAN header in type I, which has no sequence number either. */
function headerOfGreProtocol(protocol: number, flags: number): Step {
  switch (protocol) {
    case TRANSPARENT_ETHERNET_BRIDGING:
      return Header.ETHERNET;
    case PPP:
      return Header.PPP;
    case ERSPAN_TYPE_I_OR_II:
      return (flags & SEQUENCE_PRESENT) === 0 ? Header.ETHERNET : Header.ERSPAN;
    case ERSPAN_TYPE_III:
      return Header.ERSPAN;
    default:
      return headerOfEthertype(protocol);
  }
}

/** The key's halves are payload length and call id; without a sequence number there is no payload. */
function decodePptp(buf: Uint8Array, packet: DecodedPacket, flags: number): Step {
  const start = packet.nextOffset;
  if (readUint16(buf, start + 2) !== PPP || (flags & KEY_PRESENT) === 0) {
    return discard(PacketFate.TUNNEL_BAD_HEADER);
  }
  if ((flags & SEQUENCE_PRESENT) === 0) return discard(PacketFate.NO_PAYLOAD);
  const keyOffset = start + BASE_HEADER_BYTES;
  const innerOffset = keyOffset + 4 + 4 + wordIf(flags & ACKNOWLEDGMENT_PRESENT);
  if (innerOffset > packet.networkEnd) return discard(PacketFate.TUNNEL_TRUNCATED);
  return openTunnel(packet, innerOffset, readUint16(buf, keyOffset + 2), Header.PPP);
}

function wordIf(flag: number): number {
  return flag === 0 ? 0 : 4;
}
