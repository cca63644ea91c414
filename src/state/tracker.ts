/**
 * The parent of state: takes each message in each of its directions, drives the timers by the packet clock,
 * and says at scrape what the tables hold. It never hears of Prometheus.
 */

import { float64At, int32At, uint16At } from '../core/columns.ts';
import type { Flow } from '../core/flow.ts';
import { Table, type TableUse } from '../core/table.ts';
import { Direction } from '../direction/direction.ts';
import { MessageKind, type SipMessage, Span } from '../sip-parser/message.ts';
import { Method } from '../sip-parser/method.ts';
import type { TcpSegment } from './app-connections.ts';
import { Arrival } from './arrival.ts';
import { readGauges } from './gauges.ts';
import { Lookahead } from './lookahead.ts';
import { type Observer, Role, Timeout } from './observer.ts';
import { Requests } from './requests.ts';
import { Responses } from './responses.ts';
import type { StateGauges } from './state-gauges.ts';
import { StateTables } from './state-tables.ts';
import type { TrackerOptions } from './tracker-options.ts';
import { Event, isOpen, nextInviteState, nextOtherState } from './transaction-machines.ts';
import type { Transactions } from './transactions.ts';

export class Tracker {
  readonly tables: StateTables;
  readonly arrival: Arrival;
  private readonly observer: Observer;
  private readonly requests: Requests;
  private readonly responses: Responses;
  private peers = 1;

  constructor(options: TrackerOptions, observer: Observer) {
    this.observer = observer;
    this.tables = new StateTables(options, observer);
    this.arrival = new Arrival(options.seed);
    this.requests = new Requests(this.tables);
    this.responses = new Responses(this.tables);
  }

  /** Takes a good message; its keys serve every direction it is then seen in. */
  load(buf: Uint8Array, message: SipMessage, flow: Flow, nowUs: number, era: number): void {
    const { arrival } = this;
    // The same from message to message: to keep a reference costs more than to see that it is kept already.
    if (arrival.buf !== buf) arrival.buf = buf;
    if (arrival.message !== message) arrival.message = message;
    if (arrival.flow !== flow) arrival.flow = flow;
    arrival.timestampUs = flow.timestampUs;
    arrival.nowUs = nowUs;
    arrival.era = era;
    arrival.keys.load(buf, message);
  }

  /** The loaded message in one direction; a hairpin is seen in both, sent first. */
  see(direction: Direction, peer: number): void {
    const { arrival, observer } = this;
    arrival.direction = direction;
    arrival.peer = peer;
    const { oddities, kind } = arrival.message;
    if (oddities !== 0) {
      for (let code = 0; code < 31; code++) {
        if (((oddities >>> code) & 1) === 1) observer.oddity(direction, code);
      }
    }
    if (kind === MessageKind.REQUEST) this.requests.handle(arrival);
    else this.responses.handle(arrival);
  }

  /**
   * For local sides given by port: does the loaded response answer a request that is known? Then its
   * direction is that request's, reversed: Direction.IN, Direction.OUT, or -1 when it is not known.
   */
  responseDirection(): number {
    const { keys, message } = this.arrival;
    const { client, server } = this.tables;
    keys.transaction(message, 0, message.cseqMethod);
    if (client.find(keys.lo, keys.hi) >= 0) return Direction.IN;
    return server.find(keys.lo, keys.hi) >= 0 ? Direction.OUT : -1;
  }

  /** A segment of a connection to the application port. */
  appSegment(segment: TcpSegment, fromServer: boolean, nowUs: number): void {
    this.tables.apps.segment(segment, fromServer, nowUs);
  }

  /** Everything that is due up to now, each at its own time and in that order, however far the clock jumps. */
  advance(nowUs: number): void {
    const { wheel } = this.tables;
    wheel.advance(nowUs);
    for (let id = wheel.nextDue(); id >= 0; id = wheel.nextDue()) this.due(id, wheel.dueAtUs);
  }

  /** Peers were renumbered: `map[old]` is the new index, `peers` their number with `other`. */
  setPeers(map: Uint16Array, peers: number): void {
    const { client, server, calls, registrationAttempts, dialogs } = this.tables;
    this.peers = peers;
    this.responses.peers = peers;
    for (const table of [client, server]) {
      for (let row = 0; row < table.slab.highWater; row++) {
        table.setPeer(row, uint16At(map, table.peer(row)));
      }
    }
    calls.table.remapPeers(map);
    registrationAttempts.table.remapPeers(map);
    dialogs.table.remapPeers(map);
  }

  lookahead(): Lookahead {
    return new Lookahead(this.tables.client, this.tables.server);
  }

  /** For exemplars: the loaded message's Call-ID, hashed with the process's seed. */
  callIdHash(): string {
    const { callIdHi, callIdLo } = this.arrival.keys;
    const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
    return hex(callIdHi) + hex(callIdLo);
  }

  /** For reports: the loaded message's Call-ID, a view that is valid until the next `load`. */
  callIdBytes(): Uint8Array {
    const { buf, message } = this.arrival;
    const start = int32At(message.spans, 2 * Span.CALL_ID);
    const length = int32At(message.spans, 2 * Span.CALL_ID + 1);
    return length < 0 ? buf.subarray(0, 0) : buf.subarray(start, start + length);
  }

  timestampUs(): number {
    return this.arrival.timestampUs;
  }

  gauges(nowUs: number): StateGauges {
    return readGauges(this.tables, nowUs, this.peers);
  }

  uses(): readonly TableUse[] {
    const { client, server, hops, calls, registrationAttempts, dialogs, registrations, apps } =
      this.tables;
    const use = (table: Table, rows: number, capacity: number, evictions: number): TableUse => ({
      table,
      rows,
      capacity,
      evictions,
    });
    const { DIALOGS, ATTEMPTS, REGISTRATION_ATTEMPTS, REGISTRATIONS, APP_CONNECTIONS } = Table;
    const attempts = calls.table;
    const tries = registrationAttempts.table;
    const seen = client.responses.cells;
    const sent = server.responses.cells;
    return [
      use(Table.CLIENT_TRANSACTIONS, client.slab.size, client.slab.rowsMax, client.evictions),
      use(Table.SERVER_TRANSACTIONS, server.slab.size, server.slab.rowsMax, server.evictions),
      use(DIALOGS, dialogs.table.slab.size, dialogs.table.slab.rowsMax, dialogs.table.evictions),
      use(ATTEMPTS, attempts.slab.size, attempts.slab.rowsMax, attempts.evictions),
      use(
        REGISTRATIONS,
        registrations.slab.size,
        registrations.slab.rowsMax,
        registrations.evictions,
      ),
      use(REGISTRATION_ATTEMPTS, tries.slab.size, tries.slab.rowsMax, tries.evictions),
      use(APP_CONNECTIONS, apps.slab.size, apps.slab.rowsMax, apps.evictions),
      use(Table.PROXY_HOPS, hops.rows, hops.capacity, 0),
      // What does not fit overwrites the oldest of its transaction: nothing is evicted.
      use(Table.RESPONSES, seen.size + sent.size, seen.rowsMax + sent.rowsMax, 0),
    ];
  }

  private due(id: number, nowUs: number): void {
    const { client, server, calls, registrationAttempts, dialogs, registrations, apps } =
      this.tables;
    if (id < server.timerBase) this.transactionDue(client, id, nowUs);
    else if (id < calls.table.timerBase) this.transactionDue(server, id - server.timerBase, nowUs);
    else if (id < registrationAttempts.table.timerBase)
      calls.due(id - calls.table.timerBase, nowUs);
    else if (id < dialogs.table.timerBase) {
      registrationAttempts.due(id - registrationAttempts.table.timerBase, nowUs);
    } else if (id < registrations.timerBase) dialogs.due(id - dialogs.table.timerBase, nowUs);
    else if (id < apps.timerBase) registrations.due(id - registrations.timerBase);
    else apps.due(id - apps.timerBase, nowUs);
  }

  private transactionDue(table: Transactions, row: number, nowUs: number): void {
    const { timers } = this.tables;
    const timeout = timers.takeTimeout(table, row, nowUs);
    if (timeout >= 0) this.timedOut(table, row, timeout, nowUs);
    if (timers.isOver(table, row, nowUs)) this.tables.removeTransaction(table, row);
  }

  private timedOut(table: Transactions, row: number, timeout: number, nowUs: number): void {
    const { observer } = this;
    const peer = table.peer(row);
    const before = table.state(row);
    const invite = table.method(row) === Method.INVITE;
    const next = invite ? nextInviteState : nextOtherState;
    table.moveTo(row, next(before, Event.TIMEOUT));
    table.aliveUntilUs[row] = Math.min(float64At(table.aliveUntilUs, row), nowUs);
    switch (timeout) {
      case Timeout.B:
        observer.transactionTimeout(Role.CLIENT, peer, Timeout.B);
        observer.peerTimeout(peer);
        this.branchTimedOut(table, row, nowUs);
        return;
      case Timeout.F:
        observer.transactionTimeout(Role.CLIENT, peer, Timeout.F);
        observer.peerTimeout(peer);
        this.byeTimedOut(table, row);
        return;
      case Timeout.H:
        observer.transactionTimeout(Role.SERVER, peer, Timeout.H);
        return;
      case Timeout.NO_ACK:
        observer.transactionTimeout(Role.SERVER, peer, Timeout.NO_ACK);
        return;
      default:
        observer.transactionTimeout(Role.SERVER, peer, Timeout.NO_RESPONSE);
        this.byeTimedOut(table, row);
    }
  }

  private branchTimedOut(table: Transactions, row: number, nowUs: number): void {
    const { calls, server } = this.tables;
    const attempt = table.attempt(row);
    if (!calls.table.has(attempt, table.attemptSerial(row))) return;
    const upstream = table.upstream(row);
    const known = server.has(upstream, table.upstreamSerial(row));
    calls.timedOut(attempt, nowUs, known && isOpen(server.state(upstream)));
  }

  private byeTimedOut(table: Transactions, row: number): void {
    if (table.method(row) !== Method.BYE) return;
    const { dialogs } = this.tables;
    const dialog = table.dialog(row);
    if (dialogs.table.has(dialog, table.dialogSerial(row))) dialogs.byeTimedOut(dialog);
  }
}
