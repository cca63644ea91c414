/**
 * The life of TCP connections: begun by a SYN or taken up in the middle, told apart when ports are used
 * again, ended by FIN, RST or silence (RFC 9293 3.5, 3.6), and what they are worth to us meanwhile. Their
 * bytes are read elsewhere.
 */
import type { PipelineCounters } from './core/pipeline-counters.ts';
import { Table, type TableUse } from './core/table.ts';
import type { DecodedPacket } from './decode/decoded-packet.ts';
import { ConnectionTable, Worth } from './reassembly/connection-table.ts';
import type { TcpDirections } from './reassembly/tcp-directions.ts';
import { TcpFlag } from './reassembly/tcp-flags.ts';
import type { TlsFlows } from './reassembly/tls-flows.ts';
import { Opening } from './sip-parser/frame.ts';
import { STREAM_IDLE_US, type StreamsOptions } from './stream-options.ts';
import { Speech, type StreamProtocols } from './stream-protocols.ts';

const OPENER_UNKNOWN = 2;
/** Connections that may go at once when they were all silent for too long: bounds a stall. */
const EXPIRIES_PER_ADVANCE = 1024;

export interface TcpConnectionsParts {
  readonly options: StreamsOptions;
  readonly directions: TcpDirections;
  readonly protocols: StreamProtocols;
  readonly tls: TlsFlows;
}

/** Row r has the directions 2 · r and 2 · r + 1: what end 0, and what end 1, sends. */
export class TcpConnections {
  readonly table: ConnectionTable;
  /** Connections now open in which SIP was seen. */
  sipConnections = 0;
  private readonly options: StreamsOptions;
  private readonly idleUs: number;
  private readonly counters: PipelineCounters;
  private readonly directions: TcpDirections;
  private readonly protocols: StreamProtocols;
  private readonly tls: TlsFlows;
  /** Which end opened a connection, per row. */
  private readonly openers: Uint8Array;

  constructor(parts: TcpConnectionsParts) {
    const { options } = parts;
    this.table = new ConnectionTable(options.rowsMax, options.seed);
    this.options = options;
    this.idleUs = options.idleUs ?? STREAM_IDLE_US;
    this.counters = options.counters;
    this.directions = parts.directions;
    this.protocols = parts.protocols;
    this.tls = parts.tls;
    this.openers = new Uint8Array(options.rowsMax);
  }

  use(): TableUse {
    const { rows, capacity, evictions } = this.table;
    return { table: Table.TCP_STREAMS, rows, capacity, evictions };
  }

  /**
   * The direction of a packet, its connection added when the packet can begin one; -1 otherwise. Memory
   * of the connection of least worth is reused when there is no other.
   */
  directionOf(packet: DecodedPacket, nowUs: number): number {
    const { table } = this;
    let row = table.find(packet);
    if (row < 0) {
      const opens = (packet.tcpFlags & TcpFlag.SYN) !== 0 || packet.payloadWireLength > 0;
      if (!opens || (packet.tcpFlags & TcpFlag.RST) !== 0) return -1;
      row = this.add(packet, nowUs);
    }
    table.touch(row, nowUs);
    return 2 * row + table.side;
  }

  /** True when nothing that either end sends is of interest. */
  isIgnored(direction: number): boolean {
    return this.table.worth(direction >> 1) === Worth.NOT_SIP;
  }

  /** Forgets the connections that were silent too long. */
  expire(nowUs: number): void {
    for (let i = 0; i < EXPIRIES_PER_ADVANCE; i++) {
      const row = this.table.silentSince(nowUs - this.idleUs);
      if (row < 0) return;
      this.close(row);
      this.table.remove(row);
    }
  }

  /** Draws the conclusions of what was read in a direction. */
  judge(direction: number): void {
    const { protocols } = this;
    const row = direction >> 1;
    if (protocols.of(direction) === Speech.NOT_SIP) this.ignoreIfBoth(row);
    else if (this.table.worth(row) === Worth.UNDECIDED && protocols.isSip(direction)) {
      this.setWorth(row, Worth.SIP);
    }
    this.finishIfDone(direction);
  }

  private add(packet: DecodedPacket, nowUs: number): number {
    const { table } = this;
    if (table.isFull()) {
      const victim = table.leastWorthy();
      table.evictions++;
      this.tls.forget(victim);
      this.close(victim);
      table.remove(victim);
    }
    const row = table.add(packet, nowUs);
    this.openConnection(row, OPENER_UNKNOWN);
    return row;
  }

  private openConnection(row: number, opener: number): void {
    this.setWorth(row, Worth.UNDECIDED);
    this.openers[row] = opener;
    this.directions.close(2 * row);
    this.directions.close(2 * row + 1);
    this.protocols.openConnection(row);
  }

  /** A SYN begins a connection, or answers one (RFC 9293 3.5); one seen before says nothing new. */
  synchronise(direction: number, packet: DecodedPacket): void {
    const { table, directions } = this;
    const row = direction >> 1;
    const side = direction & 1;
    const sequence = (packet.tcpSequence + 1) | 0;
    if (directions.opensAt(direction, sequence)) return;
    const answers = (packet.tcpFlags & TcpFlag.ACK) !== 0;
    const worth = table.worth(row);
    if (!answers || worth === Worth.CLOSED || worth === Worth.NOT_SIP) {
      this.close(row);
      this.openConnection(row, answers ? 1 - side : side);
    } else {
      this.endDirection(direction);
      this.openers[row] = 1 - side;
    }
    directions.open(direction, sequence);
    this.openProtocol(direction, false);
  }

  /** False for a segment of a connection that is over. A direction without a SYN is taken up where it is. */
  startIfNew(direction: number): boolean {
    const { directions, table } = this;
    const row = direction >> 1;
    if (directions.isStarted(direction) && !directions.isFarAway(direction)) return true;
    if (table.worth(row) === Worth.CLOSED) {
      if (directions.isOld(direction)) return false;
      this.openConnection(row, OPENER_UNKNOWN);
    }
    this.endDirection(direction);
    directions.open(direction, directions.segment.sequence);
    this.openProtocol(direction, true);
    return true;
  }

  private openProtocol(direction: number, isMidstream: boolean): void {
    const { table, protocols } = this;
    const { sipPorts, webSocketPorts } = this.options;
    const row = direction >> 1;
    const side = direction & 1;
    const own = sipPorts[table.port(row, side)] === 1;
    const other = sipPorts[table.port(row, 1 - side)] === 1;
    const expected = own || other || protocols.isSip(direction ^ 1);
    const opener = this.openers[row];
    // Unknown who opened: a SIP port is where a server waits.
    const pings = opener === OPENER_UNKNOWN ? !own || other : opener === side;
    let opening: Opening = expected ? Opening.SIP : Opening.UNKNOWN;
    if (isMidstream) opening = expected ? Opening.SIP_MIDSTREAM : Opening.MIDSTREAM;
    protocols.open(direction, opening, pings ? 1 : 0);
    const frames =
      webSocketPorts[table.port(row, 0)] === 1 || webSocketPorts[table.port(row, 1)] === 1;
    if (isMidstream && frames) protocols.expectFrames(direction);
  }

  private setWorth(row: number, worth: Worth): void {
    const { table } = this;
    const before = table.worth(row);
    if (before === worth) return;
    if (before === Worth.SIP) this.sipConnections--;
    if (worth === Worth.SIP) this.sipConnections++;
    table.setWorth(row, worth);
  }

  /** A RST ends a connection at once. On a TLS port it counts, be it the answer to a SYN. */
  reset(direction: number): void {
    const row = direction >> 1;
    const worth = this.table.worth(row);
    const refused = worth === Worth.UNDECIDED && this.isTlsPort(row);
    if (this.tls.isActive(row) || refused) this.counters.tlsResets++;
    this.close(row);
  }

  private isTlsPort(row: number): boolean {
    const { tlsPorts } = this.options;
    const { table } = this;
    return tlsPorts[table.port(row, 0)] === 1 || tlsPorts[table.port(row, 1)] === 1;
  }

  /** A direction has turned out to be TLS: on a TLS port it is watched, elsewhere it is none of ours. */
  takeUpTls(direction: number): void {
    const { table, protocols } = this;
    const { local } = this.options;
    const row = direction >> 1;
    if (!this.isTlsPort(row)) {
      protocols.refuse(direction);
      return;
    }
    const { addresses } = table;
    const first = local.isLocalAddress(addresses, table.addressOffset(row, 0)) ? 1 : 0;
    const second = local.isLocalAddress(addresses, table.addressOffset(row, 1)) ? 2 : 0;
    this.tls.begin(row, first | second);
    this.setWorth(row, Worth.TLS);
  }

  /** Neither direction is of interest any more. */
  private ignoreIfBoth(row: number): void {
    const { protocols, directions } = this;
    if (protocols.of(2 * row) !== Speech.NOT_SIP) return;
    if (protocols.of(2 * row + 1) !== Speech.NOT_SIP) return;
    directions.close(2 * row);
    directions.close(2 * row + 1);
    this.setWorth(row, Worth.NOT_SIP);
  }

  /** A direction whose FIN was reached is over; so is the connection when both are. */
  finishIfDone(direction: number): void {
    if (!this.directions.isFinished(direction)) return;
    this.endDirection(direction);
    if (this.protocols.of(direction ^ 1) === Speech.CLOSED) this.close(direction >> 1);
  }

  /** Ends a direction; the message it was in the middle of is dropped and counted. */
  private endDirection(direction: number): void {
    const { directions, protocols } = this;
    const { buffers } = directions;
    const unread = buffers.readEnd(direction) - buffers.readStart(direction);
    if (protocols.isPartial(direction, unread)) protocols.truncated();
    protocols.close(direction);
    directions.drop(direction);
  }

  /** Ends a connection. Its row stays for a while, so that a late retransmission opens no other. */
  private close(row: number): void {
    if (this.table.worth(row) === Worth.CLOSED) return;
    this.endDirection(2 * row);
    this.endDirection(2 * row + 1);
    this.directions.close(2 * row);
    this.directions.close(2 * row + 1);
    this.tls.finish(row);
    this.setWorth(row, Worth.CLOSED);
  }
}
