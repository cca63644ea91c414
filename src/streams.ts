/**
 * The stream side of the data plane: TCP and SCTP packets in, framed messages out, one at a time. What TCP
 * carries (SIP, WebSocket, TLS) is recognised by content; ports only say where SIP is expected.
 */
import type { Flow } from './core/flow.ts';
import type { TableUse } from './core/table.ts';
import type { DecodedPacket } from './decode/decoded-packet.ts';
import type { PacketFate } from './decode/packet-fate.ts';
import type { Payload } from './reassembly/payload.ts';
import { SctpMessages } from './sctp-messages.ts';
import type { StreamsOptions } from './stream-options.ts';
import { TcpStreams } from './tcp-streams.ts';

/** Protocol number of SCTP (RFC 9260). */
const SCTP = 132;

export class Streams {
  /** No packet came since nothing was left that time could change: `advance` and `next` would find nothing to do. */
  isIdle = true;
  private readonly tcp: TcpStreams;
  private readonly sctp: SctpMessages;

  constructor(options: StreamsOptions) {
    this.tcp = new TcpStreams(options);
    this.sctp = new SctpMessages(options);
  }

  /** TCP connections now open in which SIP was seen. */
  get tcpStreams(): number {
    return this.tcp.streams;
  }

  /** TLS connections now open on TLS ports. */
  get tlsFlows(): number {
    return this.tcp.tlsFlows;
  }

  /** Bytes now held for what waits to become whole. */
  get heldBytes(): number {
    return this.tcp.heldBytes + this.sctp.heldBytes;
  }

  uses(): readonly TableUse[] {
    return [this.tcp.use(), this.sctp.use()];
  }

  /**
   * Takes a TCP or SCTP packet and returns its fate. `timestampUs` is the packet's, `nowUs` timer time.
   * What it completes refers to `buf` and `packet`: `next` is to be called until false before they change.
   */
  push(buf: Uint8Array, packet: DecodedPacket, timestampUs: number, nowUs: number): PacketFate {
    this.isIdle = false;
    if (packet.protocol === SCTP) return this.sctp.push(buf, packet, timestampUs, nowUs);
    return this.tcp.push(buf, packet, timestampUs, nowUs);
  }

  /** Fills the next payload that was completed, and its flow; false when there is no more. */
  next(payload: Payload, flow: Flow): boolean {
    return this.tcp.next(payload, flow) || this.sctp.next(payload, flow);
  }

  /** Lets timer time come to `nowUs`. Holes given up then yield through `next`. */
  advance(nowUs: number): void {
    this.tcp.advance(nowUs);
    this.sctp.advance(nowUs);
    this.isIdle = this.tcp.isEmpty && this.sctp.isEmpty;
  }

  /** No packet will come any more: all holes are given up. What was held behind them yields through `next`. */
  finish(): void {
    this.tcp.finish();
  }
}
