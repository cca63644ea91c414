/**
 * What follows in a packet: each decoder returns the kind of header it found behind its own, or the reason
 * for a discard. Here are the registries' numbers for those kinds; what a header means is its decoder's.
 */
import type { DecodedPacket } from './decoded-packet.ts';
import { PacketFate } from './packet-fate.ts';
import { TunnelKind, type TunnelKinds } from './tunnel-kinds.ts';

/** Those before IPV4 are decided on below IP; from VXLAN on they are the payload of UDP datagrams. */
export const Header = {
  /** Nothing more to decode: a transport payload, or a piece of a fragmented datagram. */
  PAYLOAD: 0,
  ETHERNET: 1,
  LLC: 2,
  VLAN: 3,
  VN_TAG: 4,
  CISCO_METADATA: 5,
  PPPOE: 6,
  PPP: 7,
  MPLS: 8,
  /** Its version says whether IPv4 or IPv6. */
  IP: 9,
  IPV4: 10,
  IPV6: 11,
  /** An IPv6 extension header, or AH behind IPv4. */
  EXTENSION: 12,
  UDP: 13,
  TCP: 14,
  SCTP: 15,
  IPV4_IN_IP: 16,
  IPV6_IN_IP: 17,
  GRE: 18,
  ERSPAN: 19,
  VXLAN: 20,
  VXLAN_GPE: 21,
  GENEVE: 22,
  GTP_U: 23,
  TZSP: 24,
} as const;
export type Header = (typeof Header)[keyof typeof Header];

/** A Header, or below zero a PacketFate negated: one number, so that a step needs no second result. */
export type Step = number;

/** Tunnels inside tunnels; one more is TUNNEL_DEPTH. */
export const TUNNELS_MAX = 4;

export function discard(fate: PacketFate): Step {
  return -fate;
}

/** IEEE 802 Numbers. Values below 0x0600 are lengths and never come here. */
export function headerOfEthertype(ethertype: number): Step {
  switch (ethertype) {
    case 0x0800:
      return Header.IPV4;
    case 0x86dd:
      return Header.IPV6;
    case 0x8100:
    case 0x88a8:
    case 0x9100:
    case 0x9200:
    case 0x9300:
      return Header.VLAN;
    case 0x8926:
      return Header.VN_TAG;
    case 0x8909:
      return Header.CISCO_METADATA;
    case 0x8847:
    case 0x8848:
      return Header.MPLS;
    case 0x8864:
      return Header.PPPOE;
    default:
      return discard(PacketFate.NOT_IP);
  }
}

export const Protocol = {
  HOP_BY_HOP: 0,
  ICMP: 1,
  IPV4: 4,
  TCP: 6,
  UDP: 17,
  IPV6: 41,
  ROUTING: 43,
  FRAGMENT: 44,
  GRE: 47,
  ESP: 50,
  AH: 51,
  ICMPV6: 58,
  NO_NEXT_HEADER: 59,
  DESTINATION_OPTIONS: 60,
  SCTP: 132,
  MOBILITY: 135,
  HIP: 139,
  SHIM6: 140,
} as const;

/** IANA Protocol Numbers. Discards what can't carry SIP, so that its fragments are not even held. */
export function headerOfProtocol(protocol: number): Step {
  switch (protocol) {
    case Protocol.UDP:
      return Header.UDP;
    case Protocol.TCP:
      return Header.TCP;
    case Protocol.SCTP:
      return Header.SCTP;
    case Protocol.IPV4:
      return Header.IPV4_IN_IP;
    case Protocol.IPV6:
      return Header.IPV6_IN_IP;
    case Protocol.GRE:
      return Header.GRE;
    case Protocol.HOP_BY_HOP:
    case Protocol.ROUTING:
    case Protocol.FRAGMENT:
    case Protocol.AH:
    case Protocol.DESTINATION_OPTIONS:
    case Protocol.MOBILITY:
    case Protocol.HIP:
    case Protocol.SHIM6:
      return Header.EXTENSION;
    case Protocol.ICMP:
    case Protocol.ICMPV6:
      return discard(PacketFate.ICMP);
    case Protocol.ESP:
      return discard(PacketFate.ESP);
    default:
      return discard(PacketFate.OTHER_PROTOCOL);
  }
}

/** The option that opens a tunnel; either of two for GRE, whose payload decides. */
export function tunnelKindsOfHeader(header: Step): TunnelKinds {
  switch (header) {
    case Header.IPV4_IN_IP:
    case Header.IPV6_IN_IP:
      return TunnelKind.IPIP;
    case Header.GRE:
      return TunnelKind.GRE | TunnelKind.ERSPAN;
    case Header.ERSPAN:
      return TunnelKind.ERSPAN;
    case Header.VXLAN:
    case Header.VXLAN_GPE:
      return TunnelKind.VXLAN;
    case Header.GENEVE:
      return TunnelKind.GENEVE;
    case Header.GTP_U:
      return TunnelKind.GTPU;
    default:
      return TunnelKind.TZSP;
  }
}

/** Goes on at `offset` with the header inside a tunnel whose own header was found to be sound. */
export function openTunnel(
  packet: DecodedPacket,
  offset: number,
  tunnelId: number,
  inner: Step,
): Step {
  if (packet.tunnels >= TUNNELS_MAX) return discard(PacketFate.TUNNEL_DEPTH);
  packet.tunnels += 1;
  packet.nextOffset = offset;
  packet.clearTransport();
  extendPath(packet, tunnelId);
  return inner;
}

/** Folds a VLAN id, an MPLS label or a tunnel's id into `packet.path`. */
export function extendPath(packet: DecodedPacket, id: number): void {
  // 2^32 / golden ratio: consecutive ids end far apart (Knuth, TAOCP 6.4).
  packet.path = Math.imul(packet.path ^ (id + 1), 0x9e3779b1);
}
