/**
 * TCP packets in, SIP messages out: keeps the connections, has their segments put in order, and lets what
 * each direction speaks find the messages. One packet, or the passing of time, may complete several; they
 * are found one at a time, and a hole that is given up yields before the packet that proved it.
 */
import type { Flow } from './core/flow.ts';
import type { PipelineCounters } from './core/pipeline-counters.ts';
import type { TableUse } from './core/table.ts';
import type { DecodedPacket } from './decode/decoded-packet.ts';
import { PacketFate } from './decode/packet-fate.ts';
import { BufferPool } from './reassembly/buffer-pool.ts';
import type { Payload } from './reassembly/payload.ts';
import { Stored } from './reassembly/stream-buffers.ts';
import { Placement, TcpDirections } from './reassembly/tcp-directions.ts';
import { TcpFlag } from './reassembly/tcp-flags.ts';
import { TlsFlows } from './reassembly/tls-flows.ts';
import {
  GAP_WAIT_US,
  STREAM_BYTES_MAX,
  type StreamsOptions,
  WANTED_GAP_WAIT_US,
} from './stream-options.ts';
import { Speech, StreamProtocols } from './stream-protocols.ts';
import { TcpConnections } from './tcp-connections.ts';

const NONE = -1;

export class TcpStreams {
  private readonly gapWaitUs: number;
  private readonly counters: PipelineCounters;
  private readonly pool: BufferPool;
  private readonly connections: TcpConnections;
  private readonly directions: TcpDirections;
  private readonly protocols: StreamProtocols;
  private readonly tls: TlsFlows;

  private timestampUs = 0;
  private nowUs = 0;
  /** A payload was found and not handed out. */
  private found = false;
  /** The direction whose window is read. */
  private reading = NONE;
  /** When what is being read became whole. */
  private readingTimeUs = 0;
  /** The direction of the segment that is not placed yet. */
  private placing = NONE;
  /** The direction of the packet at hand. */
  private sender = NONE;
  private isFinishing = false;

  constructor(options: StreamsOptions) {
    const pool = new BufferPool(options.bytesMax ?? STREAM_BYTES_MAX);
    this.pool = pool;
    const { rowsMax, messageMax, counters } = options;
    this.gapWaitUs = options.gapWaitUs ?? GAP_WAIT_US;
    this.counters = counters;
    this.directions = new TcpDirections(2 * rowsMax, pool, streamBytesMax(messageMax));
    this.tls = new TlsFlows(rowsMax, counters);
    this.protocols = new StreamProtocols({
      connectionsMax: rowsMax,
      messageMax,
      pool,
      tls: this.tls,
      counters,
    });
    const { directions, protocols, tls } = this;
    this.connections = new TcpConnections({ options, directions, protocols, tls });
  }

  /** Connections now open in which SIP was seen. */
  get streams(): number {
    return this.connections.sipConnections;
  }

  /** TLS connections now open. */
  get tlsFlows(): number {
    return this.tls.open;
  }

  /** No connection is known. */
  get isEmpty(): boolean {
    return this.connections.table.rows === 0;
  }

  /** Bytes of the buffers in use. */
  get heldBytes(): number {
    return this.pool.inUse;
  }

  use(): TableUse {
    return this.connections.use();
  }

  /** Takes a packet; what it completes is handed out by `next`, before the next packet. */
  push(buf: Uint8Array, packet: DecodedPacket, timestampUs: number, nowUs: number): PacketFate {
    this.timestampUs = timestampUs;
    this.nowUs = nowUs;
    const { connections } = this;
    const sender = connections.directionOf(packet, nowUs);
    if (sender < 0) return PacketFate.NO_PAYLOAD;
    if ((packet.tcpFlags & TcpFlag.RST) !== 0) {
      connections.reset(sender);
      return PacketFate.NO_PAYLOAD;
    }
    if ((packet.tcpFlags & TcpFlag.SYN) !== 0) connections.synchronise(sender, packet);
    if (connections.isIgnored(sender)) {
      return packet.payloadWireLength > 0 ? PacketFate.NOT_SIP : PacketFate.NO_PAYLOAD;
    }
    return this.segment(buf, packet, sender);
  }

  private segment(buf: Uint8Array, packet: DecodedPacket, sender: number): PacketFate {
    const { directions, protocols } = this;
    const flags = packet.tcpFlags;
    const length = packet.payloadWireLength;
    const sequence = (packet.tcpSequence + ((flags & TcpFlag.SYN) === 0 ? 0 : 1)) | 0;
    this.sender = sender;
    if ((flags & TcpFlag.ACK) !== 0) {
      directions.acknowledge(sender ^ 1, packet.tcpAcknowledgment | 0);
    }
    if (length > 0) {
      const { segment } = directions;
      segment.buf = buf;
      segment.start = packet.payloadOffset;
      segment.end = packet.payloadOffset + packet.payloadLength;
      segment.cut = length - packet.payloadLength;
      segment.sequence = sequence;
      segment.timeUs = this.timestampUs;
      if (this.connections.startIfNew(sender)) this.placing = sender;
    }
    if ((flags & TcpFlag.FIN) !== 0 && protocols.of(sender) !== Speech.CLOSED) {
      const end = (sequence + length) | 0;
      // Behind bytes that were read, it is another connection's, or a lie.
      if (((end - directions.next(sender)) | 0) >= 0) directions.finish(sender, end);
    }
    const ahead = (sequence - directions.next(sender)) | 0;
    this.found = this.seek();
    if (length === 0) return PacketFate.NO_PAYLOAD;
    return ahead > 0 && !this.found ? this.fateOfHeld(sender) : this.fateOfRead(sender);
  }

  private fateOfHeld(direction: number): PacketFate {
    const isIgnored = this.protocols.of(direction) === Speech.NOT_SIP;
    return isIgnored ? PacketFate.NOT_SIP : PacketFate.SEGMENT_HELD;
  }

  /** Bytes of a connection that may yet turn out to be SIP are held, or were searched in vain. */
  private fateOfRead(direction: number): PacketFate {
    const { protocols } = this;
    switch (protocols.of(direction)) {
      case Speech.NOT_SIP:
      case Speech.TLS:
        return PacketFate.NOT_SIP;
      case Speech.FRESH:
      case Speech.SIP:
        break;
      default:
        return PacketFate.DELIVERED;
    }
    if (this.found || protocols.isSip(direction) || protocols.isExpected(direction)) {
      return PacketFate.DELIVERED;
    }
    const isHeld = !this.directions.buffers.isEmpty(direction);
    return isHeld ? PacketFate.SEGMENT_HELD : PacketFate.NOT_SIP;
  }

  /** Hands out what was completed, one payload a call, with its flow; false when there is no more. */
  next(payload: Payload, flow: Flow): boolean {
    if (!this.found && !this.seek()) return false;
    this.found = false;
    const { protocols } = this;
    payload.buf = protocols.buf;
    payload.start = protocols.start;
    payload.end = protocols.end;
    payload.wireEnd = protocols.wireEnd;
    payload.keepalive = protocols.keepalive;
    payload.transport = protocols.transport;
    this.connections.table.describe(this.reading >> 1, this.reading & 1, flow);
    flow.transport = protocols.transport;
    flow.timestampUs = this.readingTimeUs;
    return true;
  }

  /** Time has come to `nowUs`: silent connections go; `next` then gives up the holes that are overdue. */
  advance(nowUs: number): void {
    this.nowUs = nowUs;
    this.connections.expire(nowUs);
  }

  /** No packet will come any more: `next` then gives up all holes, and what was held behind them is read. */
  finish(): void {
    this.isFinishing = true;
  }

  /** Goes on until a payload is found, or nothing is left to do. */
  private seek(): boolean {
    for (;;) {
      if (this.reading !== NONE) {
        if (this.read(this.reading)) return true;
        this.settle(this.reading);
        this.reading = NONE;
      }
      const hole = this.holeToGiveUp();
      if (hole !== NONE) {
        if (this.giveUpHole(hole)) return true;
      } else if (this.placing !== NONE) {
        if (this.place(this.placing)) return true;
      } else {
        if (this.sender !== NONE) this.connections.finishIfDone(this.sender);
        this.sender = NONE;
        this.isFinishing = false;
        return false;
      }
    }
  }

  /** A direction whose first hole will not be filled: its bytes were acknowledged, or it waited long. */
  private holeToGiveUp(): number {
    const { directions, sender } = this;
    if (sender !== NONE) {
      if (directions.isHoleProven(sender ^ 1)) return sender ^ 1;
      if (this.placing === NONE && directions.isHoleProven(sender)) return sender;
    }
    const { nowUs } = this;
    if (this.isFinishing) return directions.overdue(Number.POSITIVE_INFINITY, nowUs, nowUs);
    return directions.overdue(nowUs - this.gapWaitUs, nowUs - WANTED_GAP_WAIT_US, nowUs);
  }

  /** Reads the window of a direction up to its next payload. */
  private read(direction: number): boolean {
    const { directions, protocols } = this;
    for (;;) {
      const found = protocols.next(direction, directions.buf, directions.start, directions.end);
      directions.start = protocols.consumed;
      if (found) return true;
      if (protocols.of(direction) === Speech.TLS && !this.tls.isActive(direction >> 1)) {
        this.connections.takeUpTls(direction);
      } else if (directions.cut === 0) {
        return false;
      } else {
        const hole = directions.hole(direction);
        const lost = hole < 0 ? directions.cut : Math.min(hole, directions.cut);
        if (this.lose(direction, lost)) return true;
      }
    }
  }

  /** `lost` bytes behind the window are given up; true when a cut message is handed out. */
  private lose(direction: number, lost: number): boolean {
    const { directions, protocols, counters } = this;
    if (protocols.of(direction) !== Speech.CLOSED) {
      counters.tcpGaps++;
      counters.tcpLostBytes += lost;
    }
    const found = this.gap(direction, lost);
    directions.skip(direction, lost, this.nowUs);
    protocols.forgetWindow();
    return found;
  }

  private giveUpHole(direction: number): boolean {
    const { directions } = this;
    this.reading = direction;
    this.readingTimeUs = directions.buffers.held.firstTimeUs(direction);
    directions.readBuffer(direction);
    return this.lose(direction, directions.hole(direction));
  }

  /** Puts the packet's segment in its place; true when giving up what is in its way finds a payload. */
  private place(direction: number): boolean {
    const { directions } = this;
    switch (directions.place(direction, this.nowUs)) {
      case Placement.READABLE:
        this.placing = NONE;
        this.reading = direction;
        this.readingTimeUs = this.timestampUs;
        this.protocols.forgetWindow();
        return false;
      case Placement.TOO_FAR:
        if (directions.hole(direction) >= 0) return this.giveUpHole(direction);
        return this.jump(direction);
      case Placement.NO_MEMORY:
        return !this.freeMemory() && this.jump(direction);
      default:
        this.placing = NONE;
        return false;
    }
  }

  /** The segment cannot wait for what is missing before it: too far ahead, or no memory. */
  private jump(direction: number): boolean {
    const { directions, protocols } = this;
    this.reading = direction;
    this.readingTimeUs = this.timestampUs;
    directions.readBuffer(direction);
    const lost = (directions.segment.sequence - directions.next(direction)) | 0;
    this.counters.tcpGaps++;
    this.counters.tcpLostBytes += lost;
    const found = this.gap(direction, lost);
    directions.jump(direction);
    directions.readBuffer(direction);
    protocols.forgetWindow();
    return found;
  }

  /** Keeps what was not read, and draws the conclusions of what was. */
  private settle(direction: number): void {
    const { directions } = this;
    let stored = directions.settle(direction);
    while (stored === Stored.NO_MEMORY && this.freeMemory()) stored = directions.settle(direction);
    if (stored !== Stored.YES) {
      this.counters.tcpLostBytes += directions.end - directions.start;
      if (this.gap(direction, 0)) this.protocols.truncated();
    }
    this.connections.judge(direction);
  }

  /** Gives up the memory held longest; false when there is none to give up. */
  private freeMemory(): boolean {
    const direction = this.directions.buffers.oldestHolder();
    if (direction < 0) return false;
    this.connections.table.evictions++;
    this.abandon(direction);
    return true;
  }

  /** What a direction holds is lost; the next start line is searched for. */
  private abandon(direction: number): void {
    const { protocols, directions } = this;
    const { buffers } = directions;
    const start = buffers.readStart(direction);
    const end = buffers.readEnd(direction);
    this.counters.tcpLostBytes += end - start;
    const found = protocols.gap(direction, buffers.buffer(direction), start, end, 0);
    if (found) protocols.truncated();
    directions.drop(direction);
  }

  /** The window is given up, and `lost` bytes behind it. */
  private gap(direction: number, lost: number): boolean {
    const { buf, start, end } = this.directions;
    return this.protocols.gap(direction, buf, start, end, lost);
  }
}

/** A message, what may follow it out of order, and a segment of the largest size. */
function streamBytesMax(messageMax: number): number {
  return 2 * messageMax + 2 * 65_536;
}
