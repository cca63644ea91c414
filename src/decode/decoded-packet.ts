/**
 * What the decoder found in one packet: offsets, ports, addresses and fragment fields of the innermost
 * IP packet. One record is reused for all packets; whoever keeps a value copies it.
 */
import { ALL_TUNNELS, type TunnelKinds } from './tunnel-kinds.ts';

export class DecodedPacket {
  /** Words 0–3 source, 4–7 destination; IPv4 as IPv4-mapped IPv6. */
  readonly addresses: Int32Array = new Int32Array(8);
  /** 4 or 6. */
  ipVersion = 0;
  /** Upper-layer protocol of the innermost IP header: 6 TCP, 17 UDP, 132 SCTP, 58/1 ICMP … */
  protocol = 0;
  /** Start of the outermost IP header, -1 before one was read: what lies before it is the link layer's. */
  outerNetworkOffset = -1;
  /** Start of the innermost IP header in the buffer; the start of its payload after reassembly. */
  networkOffset = 0;
  /**
   * End of the innermost IP packet as far as captured; link-layer padding is outside. Before an IP header
   * was read: end of the frame.
   */
  networkEnd = 0;
  /** Where the IP packet would end had all of it been captured; equal to networkEnd unless truncated. */
  networkWireEnd = 0;
  /** Where the decoder stands: start of the next header to read. */
  nextOffset = 0;
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
  /** Captured length below the length on the wire, within this datagram, segment or fragment. */
  truncated = false;

  /** TCP only. Unsigned. */
  tcpSequence = 0;
  tcpAcknowledgment = 0;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16. */
  tcpFlags = 0;

  /** The tunnels to open, set by whoever owns the record: no part of a packet, and never reset. */
  tunnelKinds: TunnelKinds = ALL_TUNNELS;
  /** Depth of tunnels that were opened, 0 without. */
  tunnels = 0;
  /**
   * VLAN tags, MPLS labels and tunnel ids seen on the way, folded into one number. It keeps the fragments of
   * equal addresses apart; it never identifies a flow or a call, since the two directions of one may carry
   * different labels and ids (GTP has a TEID for each).
   */
  path = 0;

  /** Forgets the packet before and starts with a frame of `caplen` captured bytes, `len` on the wire. */
  startFrame(offset: number, caplen: number, len: number): void {
    // Written out: `fill` is a call into the runtime that costs more than all else here (bench/decode-packet).
    const { addresses } = this;
    addresses[0] = 0;
    addresses[1] = 0;
    addresses[2] = 0;
    addresses[3] = 0;
    addresses[4] = 0;
    addresses[5] = 0;
    addresses[6] = 0;
    addresses[7] = 0;
    this.ipVersion = 0;
    this.protocol = 0;
    this.outerNetworkOffset = -1;
    this.networkOffset = 0;
    this.networkEnd = offset + caplen;
    this.networkWireEnd = offset + (len > caplen ? len : caplen);
    this.nextOffset = offset;
    this.tunnels = 0;
    this.path = 0;
    this.clearTransport();
  }

  /** Forgets everything from the fragment fields on: the header in question carries another IP packet. */
  clearTransport(): void {
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
  }
}
