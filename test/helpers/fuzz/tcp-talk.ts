/**
 * One TCP connection of a fuzzer: both sides have something to say (SIP, SIP over WebSocket, TLS, something else)
 * and send it in segments, most of them right and some of them lies.
 */
import { text } from '../capture-file.ts';
import type { CapturedPacket } from '../read-pcap.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { CLIENT, SERVER, Tcp, tcpPacket } from '../tcp-packet.ts';
import type { SipGenerator } from './sip-generator.ts';
import { damagedMessage } from './sip-mutator.ts';
import { WebSocketSpeech } from './web-socket-speech.ts';

type Speech = 'sip' | 'websocket' | 'tls' | 'other';

const SPEECHES: readonly Speech[] = ['sip', 'sip', 'sip', 'websocket', 'websocket', 'tls', 'other'];
const SERVER_PORTS: Readonly<Record<Speech, readonly number[]>> = {
  sip: [5060, 5060, 5080],
  websocket: [8080, 80, 5060],
  tls: [5061, 443],
  other: [5060, 9022, 25],
};
const UPGRADE =
  'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n';
const UPGRADED =
  'HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: sip\r\n\r\n';
const HISTORY = 6;
const SEGMENT_MAX = 1460;
const LIE = 0.15;

interface Segment {
  readonly sequence: number;
  readonly payload: Uint8Array;
}

class Side {
  sequence: number;
  unsent = '';
  readonly sent: Segment[] = [];

  constructor(sequence: number) {
    this.sequence = sequence;
  }
}

export class TcpTalk {
  private readonly random: SeededRandom;
  private readonly messages: SipGenerator;
  private readonly speech: Speech;
  private readonly serverPort: number;
  private readonly clientPort: number;
  private readonly sides: readonly [Side, Side];
  private readonly webSocket: readonly [WebSocketSpeech, WebSocketSpeech];
  /** Packets of the handshake still to come. */
  private opening: number;

  constructor(random: SeededRandom, messages: SipGenerator, clientPort: number) {
    this.random = random;
    this.messages = messages;
    this.speech = random.pick(SPEECHES);
    this.serverPort = random.pick(SERVER_PORTS[this.speech]);
    this.clientPort = clientPort;
    this.sides = [new Side(this.firstSequence()), new Side(this.firstSequence())];
    this.webSocket = [new WebSocketSpeech(random, true), new WebSocketSpeech(random, false)];
    this.opening = random.chance(0.7) ? 3 : 0;
    if (this.speech === 'websocket' && random.chance(0.8)) {
      this.sides[0].unsent = UPGRADE;
      this.sides[1].unsent = UPGRADED;
    }
  }

  next(): CapturedPacket {
    if (this.opening > 0) return this.handshake();
    const from = this.random.integer(0, 1);
    const side = this.sides[from === 0 ? 0 : 1];
    if (side.unsent === '') side.unsent = this.saying(from);
    const length = this.random.integer(1, this.random.chance(0.5) ? SEGMENT_MAX : 40);
    const segment = { sequence: side.sequence, payload: text(side.unsent.slice(0, length)) };
    if (this.random.chance(LIE)) return this.lie(from, side, segment);
    side.unsent = side.unsent.slice(segment.payload.length);
    side.sequence += segment.payload.length;
    side.sent.push(segment);
    if (side.sent.length > HISTORY) side.sent.shift();
    return this.packet(from, segment, Tcp.PSH | Tcp.ACK);
  }

  /** Some connections begin where sequence numbers wrap. */
  private firstSequence(): number {
    const { random } = this;
    return random.chance(0.3) ? 2 ** 32 - random.integer(1, 3000) : random.integer(0, 2 ** 32 - 1);
  }

  private handshake(): CapturedPacket {
    this.opening--;
    const from = this.opening === 1 ? 1 : 0;
    const side = this.sides[from];
    const flags = [Tcp.ACK, Tcp.SYN | Tcp.ACK, Tcp.SYN][this.opening] ?? 0;
    const packet = this.packet(from, { sequence: side.sequence, payload: new Uint8Array() }, flags);
    if (this.opening > 0) side.sequence++;
    return packet;
  }

  private packet(from: number, segment: Segment, flags: number, captured?: number): CapturedPacket {
    const { payload, sequence } = segment;
    const other = this.sides[from === 0 ? 1 : 0];
    return tcpPacket({
      source: from === 0 ? CLIENT : SERVER,
      sourcePort: from === 0 ? this.clientPort : this.serverPort,
      destination: from === 0 ? SERVER : CLIENT,
      destinationPort: from === 0 ? this.serverPort : this.clientPort,
      sequence,
      acknowledgment: other.sequence,
      flags,
      payload,
      captured: captured ?? payload.length,
    });
  }

  private lie(from: number, side: Side, segment: Segment): CapturedPacket {
    const { random } = this;
    const { payload } = segment;
    const old = side.sent.length > 0 ? random.pick(side.sent) : segment;
    const push = Tcp.PSH | Tcp.ACK;
    switch (random.integer(0, 9)) {
      case 0:
        return this.packet(from, old, push);
      case 1: {
        const sequence = old.sequence - random.integer(0, 50) + random.integer(0, 50);
        return this.packet(from, { sequence, payload: payload.map((byte) => byte ^ 1) }, push);
      }
      case 2:
        side.sequence += random.integer(1, random.chance(0.5) ? 3000 : 200_000);
        return this.packet(from, segment, Tcp.ACK);
      case 3:
        side.sequence += random.pick([2 ** 31, 2 ** 31 - 1, -1, 65_535, -70_000]);
        return this.packet(from, segment, push);
      case 4:
        return this.packet(from, segment, random.integer(0, 63));
      case 5:
        return this.packet(from, segment, push, random.integer(0, payload.length));
      case 6:
        return this.packet(
          from,
          { sequence: side.sequence - 1, payload: Uint8Array.of(0) },
          Tcp.ACK,
        );
      case 7:
        return this.packet(
          from,
          segment,
          random.pick([Tcp.RST, Tcp.RST | Tcp.ACK, Tcp.FIN | push]),
        );
      case 8:
        return this.packet(from, { ...segment, payload: new Uint8Array() }, Tcp.FIN | Tcp.ACK);
      default: {
        const packet = this.packet(from, segment, push);
        const at = random.integer(20, packet.data.length - 1);
        packet.data[at] = random.integer(0, 255);
        return packet;
      }
    }
  }

  private saying(from: number): string {
    const { random } = this;
    switch (random.chance(0.97) ? this.speech : random.pick(SPEECHES)) {
      case 'sip':
        return this.sip('TCP', from);
      case 'websocket':
        return this.frames(from);
      case 'tls':
        return this.tlsRecord();
      default:
        return random.chance(0.5) ? 'GET / HTTP/1.1\r\n\r\n' : random.hex(random.integer(1, 400));
    }
  }

  private sip(transport: string, from: number): string {
    const { random } = this;
    const kind = random.fraction();
    if (kind < 0.05) return random.pick(['\r\n\r\n', '\r\n', '\0\0', 'jaK\0', 'garbage\r\n\r\n']);
    const message = this.messages.next(transport, from === 0);
    return kind < 0.2 ? damagedMessage(random, message) : message;
  }

  private frames(from: number): string {
    const { random } = this;
    const written = random.chance(0.98)
      ? this.sip('WS', from)
      : 'x'.repeat(random.integer(0, 70_000));
    const frames = this.webSocket[from === 0 ? 0 : 1].frames(written);
    return Buffer.from(frames).toString('latin1');
  }

  private tlsRecord(): string {
    const { random } = this;
    const type = random.pick([20, 21, 22, 22, 23, 23, 24, 0]);
    const length = random.chance(0.05) ? random.integer(0, 65_535) : random.integer(0, 300);
    const content = [random.pick([1, 2, 11, 14, 16, 20]), 0, length >> 8, length & 255, 3, 3];
    const header = [type, 3, random.integer(0, 4), (length >> 8) & 255, length & 255];
    return (
      String.fromCharCode(...header, ...content.slice(0, length)) +
      'r'.repeat(Math.max(0, length - 6))
    );
  }
}
