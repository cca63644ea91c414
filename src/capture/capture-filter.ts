/**
 * The capture filter (pcap-filter(7)) that lets in what the probe can use: the SIP ports over UDP, TCP and
 * SCTP, and whatever else may carry or complete a SIP message. What a filter can't see without help it
 * lets in whole: fragments other than the first have no ports, and a tunnel's inside may be anything.
 */
import { Linktype } from '../core/linktype.ts';

export interface FilterPortRange {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

export interface CaptureFilterOptions {
  readonly sipPorts: readonly FilterPortRange[];
  /** WebSocket, TLS: TCP only. */
  readonly streamPorts: readonly FilterPortRange[];
  /** HEP inside captured traffic: UDP only. */
  readonly hepPorts: readonly FilterPortRange[];
  /** The application's TCP port. */
  readonly appPort: number;
  readonly tunnels: readonly TunnelName[];
}

/** IANA's ports and protocol numbers, and Linux' first choice for VXLAN. */
export const TUNNEL_FILTERS = {
  ipip: 'ip proto 4 or ip proto 41 or ip6[6] == 4 or ip6[6] == 41',
  gre: 'ip proto 47 or ip6[6] == 47',
  erspan: 'ip proto 47 or ip6[6] == 47',
  vxlan: 'udp port 4789 or udp port 8472',
  geneve: 'udp port 6081',
  gtpu: 'udp port 2152',
  tzsp: 'udp port 37008',
} as const;
/** The same for what only some links carry. */
export const LINK_TUNNEL_FILTERS = {
  pppoe: 'ether proto 0x8864',
  mpls: 'ether proto 0x8847 or ether proto 0x8848',
} as const;
export type TunnelName = keyof typeof TUNNEL_FILTERS | keyof typeof LINK_TUNNEL_FILTERS;

function isLinkTunnel(name: TunnelName): name is keyof typeof LINK_TUNNEL_FILTERS {
  return name in LINK_TUNNEL_FILTERS;
}

/** More fragments to come, or not the first (RFC 791 3.1). */
const IPV4_FRAGMENTS = 'ip[6:2] & 0x3fff != 0';
/**
 * IPv6 (RFC 8200 4.1): fragments (44), and the extension headers that hide UDP and TCP from a filter
 * that knows no loops: hop-by-hop (0), routing (43), authentication (51), destination options (60).
 */
const IPV6_EXTENSIONS = [44, 0, 43, 51, 60].map((next) => `ip6[6] == ${next}`).join(' or ');

/**
 * Tags below which ports are still looked for. Frames with more are let in whole, so that the filter
 * stays short: the kernel may refuse one of much more than a thousand instructions.
 */
const VLAN_DEPTH = 2;

function portTerm(protocol: string, range: FilterPortRange): string {
  const prefix = protocol === '' ? '' : `${protocol} `;
  if (range.first === range.last) return `${prefix}port ${range.first}`;
  return `${prefix}portrange ${range.first}-${range.last}`;
}

function networkTerms(options: CaptureFilterOptions): string {
  const terms = [
    ...options.sipPorts.map((range) => portTerm('', range)),
    ...options.streamPorts.map((range) => portTerm('tcp', range)),
    ...options.hepPorts.map((range) => portTerm('udp', range)),
    `tcp port ${options.appPort}`,
    IPV4_FRAGMENTS,
    IPV6_EXTENSIONS,
    ...options.tunnels.flatMap((name) => (isLinkTunnel(name) ? [] : TUNNEL_FILTERS[name])),
  ];
  return [...new Set(terms)].join(' or ');
}

/**
 * `vlan` moves the offsets of all that stands behind it in the expression, inside its parentheses or
 * not. So it comes last at every depth.
 */
function taggedTerms(terms: string): string {
  let text = 'vlan';
  for (let depth = 0; depth < VLAN_DEPTH; depth++) text = `vlan and (${terms} or (${text}))`;
  return text;
}

/** The filter for an interface of this link type. */
export function captureFilter(options: CaptureFilterOptions, linktype: number): string {
  const network = networkTerms(options);
  const link = options.tunnels.flatMap((name) =>
    isLinkTunnel(name) ? LINK_TUNNEL_FILTERS[name] : [],
  );
  const terms = [network, ...link].join(' or ');
  switch (linktype) {
    case Linktype.ETHERNET:
      return `${terms} or (${taggedTerms(terms)})`;
    case Linktype.LINUX_SLL:
    case Linktype.LINUX_SLL2:
      // libpcap knows no `vlan` here. The kernel has taken off the outer tag: these have two and more.
      return `${terms} or ether proto 0x8100 or ether proto 0x88a8`;
    default:
      return network;
  }
}
