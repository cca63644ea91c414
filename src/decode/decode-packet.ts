/**
 * From a frame to its innermost transport payload: the branches between the decoders of single headers. It decides
 * nothing about ports: whatever UDP, TCP or SCTP carries is delivered, and what can carry no SIP is discarded
 * with the reason. Links, tunnels and limits: docs/DECODING.md.
 */
import type { DecodedPacket } from './decoded-packet.ts';
import { decodeErspan } from './erspan.ts';
import {
  decodeCiscoMetadata,
  decodeEthernet,
  decodeLlc,
  decodeVlan,
  decodeVnTag,
} from './ethernet.ts';
import { decodeGre } from './gre.ts';
import { decodeGtpU } from './gtp-u.ts';
import {
  discard,
  Header,
  headerOfProtocol,
  openTunnel,
  type Step,
  tunnelKindsOfHeader,
} from './header.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeExtensions, decodeIpv6 } from './ipv6.ts';
import { decodeIpVersion, firstHeader } from './link.ts';
import { decodeMpls } from './mpls.ts';
import { PacketFate } from './packet-fate.ts';
import { decodePpp, decodePppoe } from './ppp.ts';
import { decodeSctp } from './sctp.ts';
import { decodeTcp } from './tcp.ts';
import { TunnelKind, type TunnelKinds } from './tunnel-kinds.ts';
import { decodeUdp } from './udp.ts';
import { decodeGeneve, decodeTzsp, decodeVxlan, decodeVxlanGpe } from './udp-tunnels.ts';

/** Headers of one packet, stacks of tags and labels counted as one each; one more is HEADER_CHAIN. */
export const HEADERS_MAX = 32;

const FATES: readonly PacketFate[] = Object.values(PacketFate);

/**
 * Decodes the frame that `packet.startFrame` was told of. DELIVERED: `packet` holds a transport payload or,
 * when `packet.fragment`, a piece of a datagram for IpFragments. Else the reason for the discard, and of the
 * record only what was read before it.
 */
export function decodePacket(buf: Uint8Array, linktype: number, packet: DecodedPacket): PacketFate {
  return decodeFrom(buf, firstHeader(buf, linktype, packet), packet);
}

/**
 * Goes on behind an IP header whose datagram was put together: `buf[start, end)` is the payload of the
 * packet that the record describes, `wireEnd` where it would end had nothing been cut. Results as above.
 */
export function decodeTransport(
  buf: Uint8Array,
  start: number,
  end: number,
  wireEnd: number,
  packet: DecodedPacket,
): PacketFate {
  packet.clearTransport();
  packet.networkOffset = start;
  packet.networkEnd = end;
  packet.networkWireEnd = wireEnd;
  packet.nextOffset = start;
  return decodeFrom(buf, headerOfProtocol(packet.protocol), packet);
}

function decodeFrom(buf: Uint8Array, first: Step, packet: DecodedPacket): PacketFate {
  let step = first;
  for (let headers = 0; headers <= HEADERS_MAX; headers++) {
    if (step === Header.PAYLOAD) return PacketFate.DELIVERED;
    if (step < 0) return fateOfDiscard(step);
    step = step < Header.IPV4 ? decodeLink(buf, step, packet) : decodeNetwork(buf, step, packet);
  }
  return PacketFate.HEADER_CHAIN;
}

/** What a link carries beside IP is not looked into when its kind is not asked for. */
function decodeLink(buf: Uint8Array, header: Step, packet: DecodedPacket): Step {
  switch (header) {
    case Header.ETHERNET:
      return decodeEthernet(buf, packet);
    case Header.LLC:
      return decodeLlc(buf, packet);
    case Header.VLAN:
      return decodeVlan(buf, packet);
    case Header.VN_TAG:
      return decodeVnTag(buf, packet);
    case Header.CISCO_METADATA:
      return decodeCiscoMetadata(buf, packet);
    case Header.PPPOE:
      return isOpened(packet, TunnelKind.PPPOE)
        ? decodePppoe(buf, packet)
        : discard(PacketFate.NOT_IP);
    case Header.PPP:
      return decodePpp(buf, packet);
    case Header.MPLS:
      return isOpened(packet, TunnelKind.MPLS)
        ? decodeMpls(buf, packet)
        : discard(PacketFate.NOT_IP);
    default:
      return decodeIpVersion(buf, packet);
  }
}

function decodeNetwork(buf: Uint8Array, header: Step, packet: DecodedPacket): Step {
  switch (header) {
    case Header.IPV4:
      return decodeIpv4(buf, packet);
    case Header.IPV6:
      return decodeIpv6(buf, packet);
    case Header.EXTENSION:
      return decodeExtensions(buf, packet);
    case Header.UDP:
      return decodeUdp(buf, packet);
    case Header.TCP:
      return decodeTcp(buf, packet);
    case Header.SCTP:
      return decodeSctp(buf, packet);
    default:
      return decodeTunnel(buf, header, packet);
  }
}

/** A tunnel that is not to be opened is another protocol or, in UDP, an ordinary datagram. */
function decodeTunnel(buf: Uint8Array, header: Step, packet: DecodedPacket): Step {
  if (!isOpened(packet, tunnelKindsOfHeader(header))) {
    return header < Header.VXLAN ? discard(PacketFate.OTHER_PROTOCOL) : Header.PAYLOAD;
  }
  switch (header) {
    case Header.IPV4_IN_IP:
      return openTunnel(packet, packet.nextOffset, 0, Header.IPV4);
    case Header.IPV6_IN_IP:
      return openTunnel(packet, packet.nextOffset, 0, Header.IPV6);
    case Header.GRE:
      return decodeGre(buf, packet);
    case Header.ERSPAN:
      return decodeErspan(buf, packet);
    case Header.VXLAN:
      return decodeVxlan(buf, packet);
    case Header.VXLAN_GPE:
      return decodeVxlanGpe(buf, packet);
    case Header.GENEVE:
      return decodeGeneve(buf, packet);
    case Header.TZSP:
      return decodeTzsp(buf, packet);
    default:
      return decodeGtpU(buf, packet);
  }
}

/** Whether one of these kinds is to be looked into. */
function isOpened(packet: DecodedPacket, kinds: TunnelKinds): boolean {
  return (packet.tunnelKinds & kinds) !== 0;
}

function fateOfDiscard(step: Step): PacketFate {
  return FATES[-step] ?? PacketFate.HEADER_CHAIN;
}
