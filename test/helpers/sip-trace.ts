/**
 * Packets with times: what a capture of some agents talking SIP would hold. Each conversation has a
 * clock of its own (`fork`), and the file has all of them in order of time.
 */
import { pcapFile, type TestPacket, text } from './capture-file.ts';
import { type Endpoint, type Link, TcpFlag, tcpPacket, udpPacket } from './packet-writer.ts';
import { SeededRandom } from './seeded-random.ts';
import { render, type SipMessageText } from './sip-writer.ts';

export interface Agent extends Endpoint {
  readonly user: string;
  /** Header names it writes; long when not given. */
  readonly form?: 'long' | 'compact';
}

export interface TracePacket {
  readonly timestampUs: number;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly payload: Uint8Array;
}

/** The first packets of all traces: a Monday morning. */
export const START_US = Date.UTC(2026, 0, 5, 9, 0, 0) * 1000;

export class SipTrace {
  readonly random: SeededRandom;
  readonly packets: TracePacket[];
  nowUs: number;

  constructor(seed: number, startUs: number = START_US) {
    this.random = new SeededRandom(seed);
    this.packets = [];
    this.nowUs = startUs;
  }

  /** Another conversation of the same trace, `afterMs` after the trace's present time. */
  fork(afterMs: number): SipTrace {
    const other: SipTrace = Object.create(SipTrace.prototype, {
      random: { value: this.random },
      packets: { value: this.packets },
      nowUs: { value: this.nowUs + Math.round(afterMs * 1000), writable: true },
    });
    return other;
  }

  /** Time passes: `ms`, give or take a hundredth. */
  wait(ms: number): void {
    this.nowUs += Math.round(ms * 1000 * this.random.between(0.99, 1.01));
  }

  send(from: Agent, to: Agent, message: SipMessageText): void {
    this.sendText(from, to, render(message, from.form));
  }

  sendText(source: Endpoint, destination: Endpoint, payload: string): void {
    this.packets.push({
      timestampUs: this.nowUs,
      source,
      destination,
      payload: text(payload),
    });
  }

  /** In order of time; of equal times, as they were sent. */
  inOrder(): readonly TracePacket[] {
    return [...this.packets].sort((a, b) => a.timestampUs - b.timestampUs);
  }
}

/** Datagrams in frames of `link`, each sender counting its IP identifications. */
export function framesOf(packets: readonly TracePacket[], link: Link): TestPacket[] {
  const ids = new Map<string, number>();
  return packets.map(({ timestampUs, source, destination, payload }) => {
    const id = ((ids.get(source.address) ?? 0) + 1) & 0xffff;
    ids.set(source.address, id);
    const packet = udpPacket(source, destination, payload, id);
    return { timestampUs, data: link.wrap(packet, source) };
  });
}

/** The same as one TCP connection from the first packet's source, handshake and end included. */
export function streamFramesOf(packets: readonly TracePacket[], link: Link): TestPacket[] {
  const [first] = packets;
  const last = packets.at(-1);
  if (first === undefined || last === undefined) return [];
  const client = first.source;
  const server = first.destination;
  const frames: TestPacket[] = [];
  const next = new Map<Endpoint, number>([
    [client, 0x1000],
    [server, 0x9000],
  ]);
  const sameEnd = (a: Endpoint, b: Endpoint): boolean =>
    a.address === b.address && a.port === b.port;
  const push = (timestampUs: number, fromClient: boolean, flags: number, payload: Uint8Array) => {
    const [source, destination] = fromClient ? [client, server] : [server, client];
    const sequence = next.get(source) ?? 0;
    const acknowledgment = (flags & TcpFlag.ACK) === 0 ? 0 : (next.get(destination) ?? 0);
    const segment = { sequence, acknowledgment, flags };
    const packet = tcpPacket(source, destination, segment, payload, frames.length + 1);
    frames.push({ timestampUs, data: link.wrap(packet, source) });
    const counted = (flags & (TcpFlag.SYN | TcpFlag.FIN)) === 0 ? 0 : 1;
    next.set(source, sequence + payload.length + counted);
  };
  const nothing = new Uint8Array(0);
  push(first.timestampUs - 900, true, TcpFlag.SYN, nothing);
  push(first.timestampUs - 500, false, TcpFlag.SYN | TcpFlag.ACK, nothing);
  push(first.timestampUs - 100, true, TcpFlag.ACK, nothing);
  for (const { timestampUs, source, payload } of packets) {
    push(timestampUs, sameEnd(source, client), TcpFlag.PSH | TcpFlag.ACK, payload);
  }
  push(last.timestampUs + 1000, true, TcpFlag.FIN | TcpFlag.ACK, nothing);
  push(last.timestampUs + 1400, false, TcpFlag.FIN | TcpFlag.ACK, nothing);
  push(last.timestampUs + 1800, true, TcpFlag.ACK, nothing);
  return frames;
}

export function captureOf(trace: SipTrace, link: Link): Uint8Array {
  return pcapFile(framesOf(trace.inOrder(), link), { network: link.linktype });
}
