/**
 * What a good request does to the tables: is it a retransmission, a copy that a proxy sends on, the start
 * of an attempt, the end of a dialog? The branches are here; the tables compute.
 */
import { int32At } from '../core/columns.ts';
import { isReliable } from '../core/transport.ts';
import { Direction } from '../direction/direction.ts';
import { Span, SubscriptionState } from '../sip-parser/message.ts';
import { Method } from '../sip-parser/method.ts';
import type { Arrival } from './arrival.ts';
import { Interval, Role } from './observer.ts';
import type { StateTables } from './state-tables.ts';
import { Event, isOpen, nextInviteState, State } from './transaction-machines.ts';
import { TransactionFlag } from './transaction-rows.ts';
import { TransactionClass, type Transactions } from './transactions.ts';

export class Requests {
  private readonly tables: StateTables;

  constructor(tables: StateTables) {
    this.tables = tables;
  }

  /** One good request; `arrival.keys` is loaded. */
  handle(arrival: Arrival): void {
    const { tables } = this;
    const { message, keys, direction, peer } = arrival;
    const { method } = message;
    const table = direction === Direction.OUT ? tables.client : tables.server;
    const signature = keys.requestSignature(message);
    const flow = keys.flow(arrival.flow);
    arrival.flowHash = flow;
    keys.transaction(message, 0, method);
    const first = table.find(keys.lo, keys.hi);
    let row = table.findExact(first, flow, signature);
    if (row < 0) row = table.findStray(first, flow);
    if (row >= 0 && table.state(row) !== State.STRAY) {
      tables.observer.requestRetransmission(direction, peer, method);
      tables.timers.touch(table, row, arrival.nowUs);
      return;
    }
    tables.observer.request(direction, peer, method);
    if (row < 0) {
      const ack = method === Method.ACK;
      const valueClass = ack ? TransactionClass.COMPLETED : TransactionClass.UNANSWERED;
      row = tables.addTransaction(table, keys.lo, keys.hi, first, valueClass);
      table.setFlow(row, flow);
    } else {
      // Its responses came first: no stray any more.
      table.classify(row, TransactionClass.UNANSWERED);
    }
    table.setSignature(row, signature);
    this.fill(table, row, arrival);
    this.effects(table, row, arrival);
    tables.timers.request(table, row, method, arrival.nowUs);
  }

  private fill(table: Transactions, row: number, arrival: Arrival): void {
    const { message } = arrival;
    let flags = isReliable(arrival.flow.transport) ? TransactionFlag.RELIABLE : 0;
    if (int32At(message.spans, 2 * Span.TO_TAG + 1) >= 0) flags |= TransactionFlag.IN_DIALOG;
    table.setFlags(row, flags);
    table.setMethod(row, message.method);
    table.setState(row, message.method === Method.ACK ? State.TERMINATED : State.CALLING);
    table.setPeer(row, arrival.peer);
    table.setStart(row, arrival.timestampUs, arrival.era);
    table.setExpires(row, message.expires);
  }

  private effects(table: Transactions, row: number, arrival: Arrival): void {
    const { method } = arrival.message;
    if (method === Method.ACK) {
      this.ack(table, row, arrival);
      return;
    }
    if (method === Method.CANCEL) {
      this.cancel(table, row, arrival);
      return;
    }
    this.hop(table, row, arrival);
    // Whatever its To tag says, a REGISTER belongs to no dialog (RFC 3261 10.2).
    if (method === Method.REGISTER) this.register(table, row, arrival);
    else if (table.hasFlag(row, TransactionFlag.IN_DIALOG)) this.inDialog(table, row, arrival);
    else if (method === Method.INVITE) this.invite(table, row, arrival);
  }

  private hop(table: Transactions, row: number, arrival: Arrival): void {
    if (table.role === Role.SERVER) this.tables.hops.note(arrival, row);
    else this.matchUpstream(table, row, arrival);
  }

  /** A sent request that is the copy of a received one: the local side is a proxy for it. */
  private matchUpstream(table: Transactions, row: number, arrival: Arrival): void {
    const { hops, server, timers, observer } = this.tables;
    const upstream = hops.upstreamOf(arrival);
    if (upstream < 0) return;
    table.setFlag(row, TransactionFlag.FORWARDED_COPY);
    table.setUpstream(row, upstream, server.serial(upstream));
    if (server.hasFlag(upstream, TransactionFlag.FORWARDED)) return;
    server.setForwarded(upstream);
    if (server.method(upstream) === Method.INVITE && server.state(upstream) === State.PROCEEDING) {
      timers.furtherProvisional(server, upstream, arrival.nowUs);
    }
    const elapsed = arrival.timestampUs - server.startUs(upstream);
    const measurable = server.era(upstream) === arrival.era && elapsed >= 0;
    if (measurable) observer.proxyForwarded(arrival.message.method, elapsed);
    else observer.intervalDiscarded(Interval.PROXY_FORWARD);
  }

  private invite(table: Transactions, row: number, arrival: Arrival): void {
    const { calls } = this.tables;
    const attempt = calls.invite(arrival);
    if (attempt >= 0) table.setAttempt(row, attempt, calls.table.serial(attempt));
  }

  private register(table: Transactions, row: number, arrival: Arrival): void {
    const { registrations, registrationAttempts } = this.tables;
    this.tables.asked(table.role).note(row, registrations, arrival.buf, arrival.message);
    registrations.loadAor(arrival.buf, arrival.message);
    const attempt = registrationAttempts.register(arrival, registrations.lo, registrations.hi);
    if (attempt >= 0) table.setAttempt(row, attempt, registrationAttempts.table.serial(attempt));
  }

  /**
   * The ACK of a non-2xx repeats its INVITE's branch and drives that machine (RFC 3261 17.1.1.3); the ACK of
   * a 2xx is a request of the dialog (13.2.2.4).
   */
  private ack(table: Transactions, row: number, arrival: Arrival): void {
    const { tables } = this;
    const { keys, message } = arrival;
    keys.transaction(message, 0, Method.INVITE);
    const invite = table.findByFlow(table.find(keys.lo, keys.hi), arrival.flowHash);
    if (invite >= 0 && table.state(invite) !== State.STRAY) {
      if (table.state(invite) === State.CONFIRMED) return;
      table.moveTo(invite, nextInviteState(table.state(invite), Event.ACK));
      tables.timers.acknowledged(table, invite, arrival.nowUs);
      if (table.state(invite) === State.CONFIRMED) return;
    }
    this.hop(table, row, arrival);
    const dialog = tables.dialogs.find(arrival, arrival.direction);
    if (dialog < 0) {
      const copy = table.hasFlag(row, TransactionFlag.FORWARDED_COPY);
      if (invite < 0 && !copy) tables.observer.unknownDialogRequest(arrival.direction);
      return;
    }
    const { server, dialogs } = tables;
    const unacked = dialogs.table.unacked(dialog);
    if (arrival.direction !== Direction.IN || unacked < 0) return;
    const serial = dialogs.table.unackedSerial(dialog);
    dialogs.table.setUnacked(dialog, -1, 0);
    if (server.has(unacked, serial)) tables.timers.acknowledged(server, unacked, arrival.nowUs);
  }

  /**
   * CANCEL of an INVITE without a final. A proxy cancels the losers of a fork by itself (RFC 3261 16.7 step
   * 10): then the originator did not, unless the request it was copied from was cancelled too.
   */
  private cancel(table: Transactions, row: number, arrival: Arrival): void {
    const { tables } = this;
    const { keys, message } = arrival;
    keys.transaction(message, 0, Method.INVITE);
    const invite = table.findByFlow(table.find(keys.lo, keys.hi), arrival.flowHash);
    if (invite < 0 || !isOpen(table.state(invite))) return;
    if (table.hasFlag(invite, TransactionFlag.CANCELLED)) return;
    if (table.hasFlag(invite, TransactionFlag.FORWARDED_COPY)) {
      table.setFlag(row, TransactionFlag.FORWARDED_COPY);
      const upstream = table.upstream(invite);
      const known = tables.server.has(upstream, table.upstreamSerial(invite));
      if (!known || !tables.server.hasFlag(upstream, TransactionFlag.CANCELLED)) return;
    }
    table.setFlag(invite, TransactionFlag.CANCELLED);
    const attempt = table.attempt(invite);
    if (tables.calls.table.has(attempt, table.attemptSerial(invite))) {
      tables.calls.cancel(attempt, arrival.nowUs);
    }
  }

  /** A request with a To tag. The copy that a proxy sends on tells nothing new. */
  private inDialog(table: Transactions, row: number, arrival: Arrival): void {
    if (table.hasFlag(row, TransactionFlag.FORWARDED_COPY)) return;
    const { dialogs, observer } = this.tables;
    const { message } = arrival;
    const dialog = dialogs.find(arrival, arrival.direction);
    if (dialog < 0) {
      observer.unknownDialogRequest(arrival.direction);
      return;
    }
    if (message.method === Method.BYE) {
      table.setDialog(row, dialog, dialogs.table.serial(dialog));
      dialogs.bye(dialog, arrival);
    } else if (message.method === Method.NOTIFY) {
      this.notify(dialog, arrival);
    }
  }

  /** Subscription-State rules the subscription's life (RFC 6665 4.1.2.2). */
  private notify(dialog: number, arrival: Arrival): void {
    const { dialogs } = this.tables;
    const { message } = arrival;
    if (dialogs.table.isSession(dialog)) return;
    if (message.subscriptionState === SubscriptionState.TERMINATED) {
      dialogs.subscriptionTerminated(dialog);
    } else if (message.subscriptionExpires > 0) {
      dialogs.refresh(dialog, arrival.nowUs, message.subscriptionExpires * 1_000_000);
    }
  }
}
