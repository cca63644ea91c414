/**
 * What the decoder found in one packet: offsets, ports, addresses and fragment fields of the innermost
 * IP packet. One record is reused for all packets; whoever keeps a value copies it.
 */
export class DecodedPacket {
  /** Words 0–3 source, 4–7 destination; IPv4 as IPv4-mapped IPv6. */
  readonly addresses: Int32Array = new Int32Array(8);
  /** 4 or 6. */
  ipVersion = 0;
  /** Upper-layer protocol of the innermost IP header: 6 TCP, 17 UDP, 132 SCTP, 58/1 ICMP … */
  protocol = 0;
  /** Start of the innermost IP header in the buffer. */
  networkOffset = 0;
  /** End of the innermost IP packet as far as captured; link-layer padding is outside. */
  networkEnd = 0;
  /** Where the IP packet would end had all of it been captured; equal to networkEnd unless truncated. */
  networkWireEnd = 0;
  /** Start of the transport header, or of the fragment's payload when `fragment`. */
  transportOffset = 0;

  /** True for any piece of a fragmented datagram: not decoded further. */
  fragment = false;
  fragmentId = 0;
  /** In bytes. */
  fragmentOffset = 0;
  moreFragments = false;

  sourcePort = 0;
  destinationPort = 0;
  /** Transport payload as far as captured. */
  payloadOffset = 0;
  payloadLength = 0;
  /** Transport payload on the wire; larger than payloadLength when truncated. */
  payloadWireLength = 0;
  /** Captured length below the length on the wire, within this IP packet. */
  truncated = false;

  /** TCP only. */
  tcpSequence = 0;
  tcpAcknowledgment = 0;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16. */
  tcpFlags = 0;

  /** Depth of tunnels that were opened, 0 without. */
  tunnels = 0;
  /** VLAN tags, MPLS labels and tunnel ids seen on the way, folded into one number: keeps apart equal addresses. */
  path = 0;

  reset(): void {
    this.addresses.fill(0);
    this.ipVersion = 0;
    this.protocol = 0;
    this.networkOffset = 0;
    this.networkEnd = 0;
    this.networkWireEnd = 0;
    this.transportOffset = 0;
    this.fragment = false;
    this.fragmentId = 0;
    this.fragmentOffset = 0;
    this.moreFragments = false;
    this.sourcePort = 0;
    this.destinationPort = 0;
    this.payloadOffset = 0;
    this.payloadLength = 0;
    this.payloadWireLength = 0;
    this.truncated = false;
    this.tcpSequence = 0;
    this.tcpAcknowledgment = 0;
    this.tcpFlags = 0;
    this.tunnels = 0;
    this.path = 0;
  }
}
