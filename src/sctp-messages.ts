/**
 * SCTP packets in, SIP messages out (RFC 4168): one user message is one SIP message, ordered or not, whole
 * or fragmented, several in a packet. Messages are handed out as they become whole, not in stream order: a
 * probe that waited for order would misdate them.
 */
import type { Flow } from './core/flow.ts';
import { MessageFate, type PipelineCounters } from './core/pipeline-counters.ts';
import { Table, type TableUse } from './core/table.ts';
import { Transport } from './core/transport.ts';
import { DecodedPacket } from './decode/decoded-packet.ts';
import { PacketFate } from './decode/packet-fate.ts';
import { BufferPool, EMPTY_BUFFER } from './reassembly/buffer-pool.ts';
import type { Payload } from './reassembly/payload.ts';
import { SctpAssociations } from './reassembly/sctp-associations.ts';
import { Chunk, SctpChunks } from './reassembly/sctp-chunks.ts';
import { SctpPieces } from './reassembly/sctp-pieces.ts';
import {
  beginsLikeSip,
  classifyCutPayload,
  classifyPayload,
  NOT_SIP,
  SIP,
} from './sip-parser/classify-payload.ts';
import { STREAM_BYTES_MAX, STREAM_IDLE_US, type StreamsOptions } from './stream-options.ts';

/** How long a fragment waits for the others, microseconds of packet time. */
export const SCTP_FRAGMENT_WAIT_US = 30_000_000;
/** Associations that may go at once when they were all silent for too long: bounds a stall. */
const EXPIRIES_PER_ADVANCE = 256;
/** SIP has no payload protocol identifier of its own (RFC 4168 8). */
const SIP_PROTOCOL_ID = 0;

export class SctpMessages {
  private readonly counters: PipelineCounters;
  private readonly pool: BufferPool;
  private readonly sipPorts: Uint8Array;
  private readonly idleUs: number;
  private readonly associations: SctpAssociations;
  private readonly pieces: SctpPieces;
  private readonly chunks: SctpChunks = new SctpChunks();

  // The packet at hand.
  private buf: Uint8Array = EMPTY_BUFFER;
  private packet: DecodedPacket = new DecodedPacket();
  private timestampUs = 0;
  private nowUs = 0;
  private isExpected = false;
  private fate: PacketFate = PacketFate.NO_PAYLOAD;

  /** A message was found and not handed out. */
  private found = false;
  private messageBuf: Uint8Array = EMPTY_BUFFER;
  private start = 0;
  private end = 0;
  private wireEnd = 0;
  private keepalive = -1;

  constructor(options: StreamsOptions) {
    const pool = new BufferPool(options.bytesMax ?? STREAM_BYTES_MAX);
    this.pool = pool;
    this.counters = options.counters;
    this.sipPorts = options.sipPorts;
    this.idleUs = options.idleUs ?? STREAM_IDLE_US;
    this.associations = new SctpAssociations(options.associationsMax, options.seed);
    this.pieces = new SctpPieces(options.associationsMax, pool, options.messageMax);
  }

  /** No association is known. */
  get isEmpty(): boolean {
    return this.associations.rows === 0;
  }

  /** Bytes of the buffers in use. */
  get heldBytes(): number {
    return this.pool.inUse;
  }

  use(): TableUse {
    const { rows, capacity, evictions } = this.associations;
    return { table: Table.SCTP_ASSOCIATIONS, rows, capacity, evictions };
  }

  /** Takes a packet; its messages are handed out by `next`, before the next packet. */
  push(buf: Uint8Array, packet: DecodedPacket, timestampUs: number, nowUs: number): PacketFate {
    const start = packet.payloadOffset;
    this.buf = buf;
    this.packet = packet;
    this.timestampUs = timestampUs;
    this.nowUs = nowUs;
    this.isExpected =
      this.sipPorts[packet.sourcePort] === 1 || this.sipPorts[packet.destinationPort] === 1;
    this.fate = PacketFate.NO_PAYLOAD;
    this.chunks.open(buf, start, start + packet.payloadLength, start + packet.payloadWireLength);
    this.found = this.seek();
    return this.found ? PacketFate.DELIVERED : this.fate;
  }

  /** Hands out what was completed, one message a call, with its flow; false when there is no more. */
  next(payload: Payload, flow: Flow): boolean {
    if (!this.found && !this.seek()) return false;
    const { packet } = this;
    this.found = false;
    payload.buf = this.messageBuf;
    payload.start = this.start;
    payload.end = this.end;
    payload.wireEnd = this.wireEnd;
    payload.keepalive = this.keepalive;
    payload.transport = Transport.SCTP;
    flow.addresses.set(packet.addresses);
    flow.sourcePort = packet.sourcePort;
    flow.destinationPort = packet.destinationPort;
    flow.transport = Transport.SCTP;
    flow.timestampUs = this.timestampUs;
    return true;
  }

  /** Time has come to `nowUs`: what waited too long is given up. */
  advance(nowUs: number): void {
    this.pieces.expire(nowUs - SCTP_FRAGMENT_WAIT_US);
    this.countLost();
    for (let i = 0; i < EXPIRIES_PER_ADVANCE; i++) {
      const row = this.associations.silentSince(nowUs - this.idleUs);
      if (row < 0) return;
      this.forget(row);
    }
  }

  private seek(): boolean {
    for (;;) {
      const chunk = this.chunks.next();
      if (chunk === Chunk.END) return false;
      if (chunk === Chunk.DATA) {
        if (this.userData()) return true;
      } else {
        const isBad = chunk === Chunk.BAD;
        this.fate = isBad ? PacketFate.SCTP_BAD_CHUNK : PacketFate.SCTP_TRUNCATED;
        return false;
      }
    }
  }

  /** The chunk at hand; true when a message is whole with it. */
  private userData(): boolean {
    const { chunks } = this;
    const isWhole = chunks.isFirst && chunks.isLast;
    if (!this.isExpected && chunks.protocolId !== SIP_PROTOCOL_ID) return this.ignore();
    if (isWhole) {
      const { start, end, wireEnd } = chunks;
      if (this.classify(this.buf, start, end, wireEnd) === NOT_SIP) return this.ignore();
    }
    const row = this.rowOf();
    if (!this.associations.note(row, chunks.tsn)) {
      this.fate = PacketFate.DELIVERED;
      return false;
    }
    if (isWhole) return this.message(this.buf, chunks.start, chunks.end, chunks.wireEnd);
    const completed = this.pieces.add(row, this.buf, chunks, this.nowUs);
    this.countLost();
    this.fate = PacketFate.SEGMENT_HELD;
    if (!completed) return false;
    const { buf, end, wireEnd } = this.pieces;
    return this.message(buf, 0, end, wireEnd);
  }

  private ignore(): boolean {
    this.fate = PacketFate.NOT_SIP;
    return false;
  }

  /** What a user message is: SIP, a Keepalive code, or NOT_SIP. */
  private classify(buf: Uint8Array, start: number, end: number, wireEnd: number): number {
    if (!this.isExpected) return beginsLikeSip(buf, start, end) ? SIP : NOT_SIP;
    return end < wireEnd ? classifyCutPayload(buf, start, end) : classifyPayload(buf, start, end);
  }

  /** Notes a message if it is one of ours. */
  private message(buf: Uint8Array, start: number, end: number, wireEnd: number): boolean {
    const found = this.classify(buf, start, end, wireEnd);
    if (found === NOT_SIP) return this.ignore();
    this.messageBuf = buf;
    this.start = start;
    this.end = end;
    this.wireEnd = wireEnd;
    this.keepalive = found === SIP ? -1 : found;
    return true;
  }

  private rowOf(): number {
    const { associations, nowUs } = this;
    const row = associations.find(this.buf, this.packet);
    if (row >= 0) {
      associations.touch(row, nowUs);
      return row;
    }
    const excess = associations.excess();
    if (excess >= 0) {
      associations.evictions++;
      this.forget(excess);
    }
    return associations.add(nowUs);
  }

  private forget(row: number): void {
    this.pieces.drop(row);
    this.countLost();
    this.associations.remove(row);
  }

  /** Messages of which a piece was given up are truncated ones: no guess is made at them. */
  private countLost(): void {
    const { lost } = this.pieces;
    if (lost === 0) return;
    const fates = this.counters.messageFates;
    this.counters.messages += lost;
    fates[MessageFate.TRUNCATED] = (fates[MessageFate.TRUNCATED] ?? 0) + lost;
    this.pieces.lost = 0;
  }
}
