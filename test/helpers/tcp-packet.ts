/** Builds IPv4 packets with TCP or SCTP in them, as a capture would hold them (LINKTYPE_RAW). */
import type { CapturedPacket } from './read-pcap.ts';

const RAW = 101;

export const Tcp = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;

export interface Endpoints {
  readonly source: number;
  readonly sourcePort: number;
  readonly destination: number;
  readonly destinationPort: number;
}

export interface TcpFields extends Endpoints {
  readonly sequence: number;
  readonly acknowledgment?: number;
  readonly flags?: number;
  readonly payload?: Uint8Array;
  /** Captured bytes of the payload; all when not given. */
  readonly captured?: number;
  readonly timestampUs?: number;
}

export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}

function ipv4(ends: Endpoints, protocol: number, body: Uint8Array): Uint8Array {
  const packet = new Uint8Array(20 + body.length);
  const view = new DataView(packet.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, packet.length);
  view.setUint8(8, 64);
  view.setUint8(9, protocol);
  view.setUint32(12, ends.source);
  view.setUint32(16, ends.destination);
  packet.set(body, 20);
  return packet;
}

export function tcpPacket(fields: TcpFields): CapturedPacket {
  const payload = fields.payload ?? new Uint8Array(0);
  const segment = new Uint8Array(20 + payload.length);
  const view = new DataView(segment.buffer);
  view.setUint16(0, fields.sourcePort);
  view.setUint16(2, fields.destinationPort);
  view.setUint32(4, fields.sequence >>> 0);
  view.setUint32(8, (fields.acknowledgment ?? 0) >>> 0);
  view.setUint8(12, 0x50);
  view.setUint8(13, fields.flags ?? Tcp.PSH | (fields.acknowledgment === undefined ? 0 : Tcp.ACK));
  segment.set(payload, 20);
  const packet = ipv4(fields, 6, segment);
  const caplen = packet.length - payload.length + (fields.captured ?? payload.length);
  return {
    timestampUs: fields.timestampUs ?? 0,
    data: packet.subarray(0, caplen),
    len: packet.length,
    linktype: RAW,
  };
}

export interface SctpFields extends Endpoints {
  readonly tag?: number;
  readonly chunks: readonly Uint8Array[];
  /** Bytes cut off the end. */
  readonly cut?: number;
  readonly timestampUs?: number;
}

export function sctpPacket(fields: SctpFields): CapturedPacket {
  const length = fields.chunks.reduce((sum, chunk) => sum + chunk.length, 12);
  const body = new Uint8Array(length);
  const view = new DataView(body.buffer);
  view.setUint16(0, fields.sourcePort);
  view.setUint16(2, fields.destinationPort);
  view.setUint32(4, fields.tag ?? 1);
  let at = 12;
  for (const chunk of fields.chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  const packet = ipv4(fields, 132, body);
  return {
    timestampUs: fields.timestampUs ?? 0,
    data: packet.subarray(0, packet.length - (fields.cut ?? 0)),
    len: packet.length,
    linktype: RAW,
  };
}

export interface ChunkFields {
  readonly tsn: number;
  /** Of B (2), E (1), U (4). */
  readonly flags: number;
  readonly data: Uint8Array;
  readonly protocolId?: number;
  /** For an I-DATA chunk: stream, message and fragment number. */
  readonly interleaved?: {
    readonly stream: number;
    readonly message: number;
    readonly fragment: number;
  };
}

/** A DATA or I-DATA chunk, padded. */
export function dataChunk(fields: ChunkFields): Uint8Array {
  const { interleaved } = fields;
  const header = interleaved === undefined ? 16 : 20;
  const length = header + fields.data.length;
  const chunk = new Uint8Array((length + 3) & ~3);
  const view = new DataView(chunk.buffer);
  view.setUint8(0, interleaved === undefined ? 0 : 64);
  view.setUint8(1, fields.flags);
  view.setUint16(2, length);
  view.setUint32(4, fields.tsn >>> 0);
  const protocolId = fields.protocolId ?? 0;
  if (interleaved === undefined) {
    view.setUint32(12, protocolId);
  } else {
    view.setUint16(8, interleaved.stream);
    view.setUint32(12, interleaved.message);
    view.setUint32(16, (fields.flags & 2) !== 0 ? protocolId : interleaved.fragment);
  }
  chunk.set(fields.data, header);
  return chunk;
}

export const CLIENT = 0x0a000001;
export const SERVER = 0x0a000002;

/** One TCP connection: keeps the sequence numbers of both sides. Times go up a millisecond a packet. */
export class TcpConversation {
  readonly clientPort: number;
  readonly serverPort: number;
  nowUs: number;
  /** Next sequence numbers. */
  client: number;
  server: number;

  constructor(serverPort = 5060, clientPort = 40_000, sequence = 1000) {
    this.clientPort = clientPort;
    this.serverPort = serverPort;
    this.nowUs = 1_000_000;
    this.client = sequence;
    this.server = sequence + 77_777;
  }

  /** A packet of the client with given flags, sequence number and payload; nothing moves on. */
  fromClient(fields: Partial<TcpFields>): CapturedPacket {
    this.nowUs += 1000;
    return tcpPacket({
      source: CLIENT,
      sourcePort: this.clientPort,
      destination: SERVER,
      destinationPort: this.serverPort,
      sequence: this.client,
      acknowledgment: this.server,
      timestampUs: this.nowUs,
      ...fields,
    });
  }

  fromServer(fields: Partial<TcpFields>): CapturedPacket {
    this.nowUs += 1000;
    return tcpPacket({
      source: SERVER,
      sourcePort: this.serverPort,
      destination: CLIENT,
      destinationPort: this.clientPort,
      sequence: this.server,
      acknowledgment: this.client,
      timestampUs: this.nowUs,
      ...fields,
    });
  }

  handshake(): CapturedPacket[] {
    const syn = this.fromClient({ flags: Tcp.SYN });
    this.client++;
    const answer = this.fromServer({ flags: Tcp.SYN | Tcp.ACK });
    this.server++;
    return [syn, answer, this.fromClient({ flags: Tcp.ACK })];
  }

  /** The next bytes of the client. */
  say(text: string | Uint8Array): CapturedPacket {
    const payload = typeof text === 'string' ? latin1(text) : text;
    const packet = this.fromClient({ payload });
    this.client += payload.length;
    return packet;
  }

  /** The next bytes of the server. */
  answer(text: string | Uint8Array): CapturedPacket {
    const payload = typeof text === 'string' ? latin1(text) : text;
    const packet = this.fromServer({ payload });
    this.server += payload.length;
    return packet;
  }
}

/** A message with a body of `bodyLength` bytes and its Content-Length. */
export function sipRequest(callId: string, bodyLength = 0): string {
  const body = 'b'.repeat(bodyLength);
  return [
    'OPTIONS sip:bob@example.com SIP/2.0',
    'Via: SIP/2.0/TCP host;branch=z9hG4bK1',
    `Call-ID: ${callId}`,
    'CSeq: 1 OPTIONS',
    `Content-Length: ${bodyLength}`,
    '',
    body,
  ].join('\r\n');
}
