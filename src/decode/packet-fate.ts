/**
 * What became of a packet: the closed list behind the label `fate`. Every packet read gets exactly one
 * (docs/METRICS.md section 3). From UNKNOWN_LINKTYPE on these are the reasons for a discard.
 */
// biome-ignore format: one stage a paragraph
export const PacketFate = {
  /** Completed at least one datagram, or carried stream bytes. */
  DELIVERED: 0,
  /** A piece of a datagram that was not complete yet; what became of that is FragmentResult's to say. */
  FRAGMENT_HELD: 1,
  SEGMENT_HELD: 2,
  NO_PAYLOAD: 3,
  DUPLICATE: 4,
  APP: 5,
  NOT_SIP: 6,

  UNKNOWN_LINKTYPE: 7,
  /** The capture ends inside a header below IP. */
  LINK_TRUNCATED: 8,
  /** A PPPoE or MPLS header that says what can't be. */
  LINK_BAD_HEADER: 9,
  /** ARP, LLDP, spanning tree, PPP's own protocols … */
  NOT_IP: 10,
  VLAN_DEPTH: 11,
  MPLS_DEPTH: 12,
  /** More headers in one packet than HEADERS_MAX. */
  HEADER_CHAIN: 13,

  /** The capture ends inside an IP or IPv6 extension header. */
  IP_TRUNCATED: 14,
  IP_BAD_VERSION: 15,
  /** Header length or total length smaller than what they cover. */
  IP_BAD_LENGTH: 16,
  IPV6_EXTENSION_CHAIN: 17,
  /** ICMP quotes other packets; the SIP in them is no message. */
  ICMP: 18,
  /** Encrypted by IPsec. */
  ESP: 19,
  OTHER_PROTOCOL: 20,

  UDP_TRUNCATED: 21,
  UDP_BAD_LENGTH: 22,
  TCP_TRUNCATED: 23,
  TCP_BAD_HEADER: 24,
  SCTP_TRUNCATED: 25,
  /** A chunk that runs past its packet (reassembly's to find). */
  SCTP_BAD_CHUNK: 26,

  TUNNEL_DEPTH: 27,
  TUNNEL_TRUNCATED: 28,
  /** GRE or ERSPAN with a version or flags that no RFC gives a meaning. */
  TUNNEL_BAD_HEADER: 29,

  /** A fragment that fits into no datagram, or contradicts those before it. */
  FRAGMENT_BAD: 30,
  /** Cut by the capture, so that its datagram can't be completed; or the last of such a datagram. */
  FRAGMENT_TRUNCATED: 31,

  /** No HEP header where one must be, or lengths that contradict each other. */
  HEP_BAD_HEADER: 32,
  HEP_BAD_CHUNK: 33,
  HEP_TRUNCATED: 34,
  /** The authentication key is missing or wrong. */
  HEP_UNAUTHENTICATED: 35,
  /** A HEP packet that carries something other than SIP: RTCP reports, logs … */
  HEP_NOT_SIP: 36,
  /** A HEP packet whose payload is compressed: not read. */
  HEP_COMPRESSED: 37,
} as const;
export type PacketFate = (typeof PacketFate)[keyof typeof PacketFate];

/** Label values, indexed by code. Renaming one is a breaking change. */
export const PACKET_FATE_NAMES: readonly string[] = Object.keys(PacketFate).map((name) =>
  name.toLowerCase(),
);
