/**
 * The stream side of the data plane: TCP and SCTP packets in, framed messages out, one at a time. What TCP
 * carries (SIP, WebSocket, TLS) is recognised by content; ports only say where SIP is expected.
 */
import type { Flow } from './core/flow.ts';
import type { TableUse } from './core/table.ts';
import type { DecodedPacket } from './decode/decoded-packet.ts';
import type { PacketFate } from './decode/packet-fate.ts';
import type { Payload } from './reassembly/payload.ts';
import type { StreamsOptions } from './stream-options.ts';
import { TcpStreams } from './tcp-streams.ts';

export class Streams {
  private readonly tcp: TcpStreams;

  constructor(options: StreamsOptions) {
    this.tcp = new TcpStreams(options);
  }

  get tcpStreams(): number {
    return this.tcp.streams;
  }

  get tlsFlows(): number {
    return this.tcp.tlsFlows;
  }

  uses(): readonly TableUse[] {
    return [this.tcp.use()];
  }

  push(buf: Uint8Array, packet: DecodedPacket, timestampUs: number, nowUs: number): PacketFate {
    return this.tcp.push(buf, packet, timestampUs, nowUs);
  }

  next(payload: Payload, flow: Flow): boolean {
    return this.tcp.next(payload, flow);
  }

  advance(nowUs: number): void {
    this.tcp.advance(nowUs);
  }
}
