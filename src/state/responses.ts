/**
 * What a good response does to the tables: is it a repetition, a stray, the first ring, the answer, the end?
 * The branches are here; the tables compute.
 */
import { int32At } from '../core/columns.ts';
import { isReliable } from '../core/transport.ts';
import { Direction } from '../direction/direction.ts';
import { Span } from '../sip-parser/message.ts';
import { Method } from '../sip-parser/method.ts';
import type { Arrival } from './arrival.ts';
import { DialogKind, DialogRole } from './dialog-table.ts';
import { Interval, Role } from './observer.ts';
import { replaceBindings } from './register-answer.ts';
import type { StateTables } from './state-tables.ts';
import { EXPIRES_DEFAULT_SECONDS, SIXTY_FOUR_T1_US } from './tracker-options.ts';
import {
  Event,
  isOpen,
  nextInviteState,
  nextOtherState,
  responseEvent,
  State,
} from './transaction-machines.ts';
import { TransactionFlag } from './transaction-rows.ts';
import { TransactionClass, type Transactions } from './transactions.ts';

const US = 1_000_000;
const NEVER: number = Number.POSITIVE_INFINITY;

export class Responses {
  private readonly tables: StateTables;
  /** Names of peers: an attempt per peer may wait for the request it is a copy of. */
  peers = 1;

  constructor(tables: StateTables) {
    this.tables = tables;
  }

  /** One good response; `arrival.keys` is loaded. */
  handle(arrival: Arrival): void {
    const { observer, timers } = this.tables;
    const { message, keys, direction, peer } = arrival;
    const table = direction === Direction.IN ? this.tables.client : this.tables.server;
    if (direction === Direction.IN) observer.peerResponse(peer, arrival.timestampUs);
    keys.transaction(message, 0, message.cseqMethod);
    const { lo, hi } = keys;
    let row = table.find(lo, hi);
    if (row >= 0 && table.hasChain(row)) {
      row = table.findByFlow(row, keys.flowReversed(arrival.flow));
    }
    const signature = keys.responseSignature(message);
    if (row < 0) row = this.addStray(table, arrival, lo, hi);
    const known = table.responses.has(row, signature);
    if (known && this.isRepeated(table, row, signature, arrival)) {
      table.responses.touch(row, signature);
      observer.responseRetransmission(direction, peer, message.method);
      // A 1xx a minute keeps proxies waiting (RFC 3261 13.3.1.1): it may look like the one before.
      if (table.state(row) === State.PROCEEDING && message.method === Method.INVITE) {
        timers.furtherProvisional(table, row, arrival.nowUs);
      }
      timers.touch(table, row, arrival.nowUs);
      return;
    }
    if (known) table.responses.touch(row, signature);
    else table.responses.add(row, signature);
    observer.response(direction, peer, message.method, message.statusCode);
    if (table.state(row) === State.STRAY) observer.strayResponse(direction);
    else if (message.method === Method.INVITE) this.invite(table, row, arrival);
    else this.other(table, row, arrival);
    timers.touch(table, row, arrival.nowUs);
  }

  /** Of a response that came before. On a stream nothing is sent twice: only the very last one can repeat there. */
  private isRepeated(
    table: Transactions,
    row: number,
    signature: number,
    arrival: Arrival,
  ): boolean {
    return !isReliable(arrival.flow.transport) || table.responses.lastOf(row) === signature;
  }

  private addStray(table: Transactions, arrival: Arrival, lo: number, hi: number): number {
    const { keys } = arrival;
    const row = this.tables.addTransaction(table, lo, hi, -1, TransactionClass.STRAY);
    table.setFlow(row, keys.flowReversed(arrival.flow));
    table.setSignature(row, 0);
    table.setState(row, State.STRAY);
    table.setMethod(row, arrival.message.method);
    table.setPeer(row, arrival.peer);
    return row;
  }

  private invite(table: Transactions, row: number, arrival: Arrival): void {
    const { timers } = this.tables;
    const event = responseEvent(arrival.message.statusCode);
    const before = table.state(row);
    const after = nextInviteState(before, event);
    table.moveTo(row, after);
    const initial = !table.hasFlag(row, TransactionFlag.IN_DIALOG);
    switch (event) {
      case Event.PROVISIONAL:
        if (after === State.PROCEEDING) {
          table.classify(row, TransactionClass.PROCEEDING);
          if (before === State.CALLING) timers.proceeding(table, row, arrival.nowUs);
          else timers.furtherProvisional(table, row, arrival.nowUs);
        }
        if (initial && arrival.message.statusCode > 100) this.ringing(table, row, arrival);
        return;
      case Event.SUCCESS:
        table.classify(row, TransactionClass.COMPLETED);
        if (before !== State.ACCEPTED) timers.accepted(table, row, arrival.nowUs);
        if (initial) this.answered(table, row, arrival);
        else this.sessionRefreshed(table, row, arrival, NEVER);
        return;
      default:
        if (isOpen(before)) {
          table.classify(row, TransactionClass.COMPLETED);
          timers.inviteFailed(table, row, arrival.nowUs);
        }
        // After Timer B its branch is done already.
        if (initial && before !== State.TERMINATED) {
          if (!table.hasFlag(row, TransactionFlag.FINAL_SEEN)) this.failed(table, row, arrival);
        }
        table.setFlag(row, TransactionFlag.FINAL_SEEN);
    }
  }

  /** A provisional response other than 100: the phone rings, or nearly. */
  private ringing(table: Transactions, row: number, arrival: Arrival): void {
    const { calls } = this.tables;
    this.observePdd(table, row, arrival);
    const attempt = table.attempt(row);
    if (calls.table.has(attempt, table.attemptSerial(row))) {
      calls.provisional(attempt, arrival);
    }
    const tagged = int32At(arrival.message.spans, 2 * Span.TO_TAG + 1) >= 0;
    if (tagged && isOpen(table.state(row))) {
      this.openDialog(table, row, arrival, DialogKind.SESSION);
    }
  }

  /** A 2xx to an initial INVITE; every fork's. */
  private answered(table: Transactions, row: number, arrival: Arrival): void {
    const { calls, dialogs } = this.tables;
    const first = !table.hasFlag(row, TransactionFlag.ANSWER_DONE);
    this.observePdd(table, row, arrival);
    this.observeAnswer(table, row, arrival);
    const attempt = table.attempt(row);
    if (calls.table.has(attempt, table.attemptSerial(row))) calls.answered(attempt, arrival);
    const dialog = this.openDialog(table, row, arrival, DialogKind.SESSION);
    if (dialog >= 0) {
      const { sessionExpires } = arrival.message;
      dialogs.confirm(dialog, arrival, sessionExpires < 0 ? NEVER : sessionExpires * US);
      if (table.role === Role.SERVER) this.awaitAck(table, row, dialog);
    }
    if (first) dialogs.forkAnswered(table.dialog(row), table.dialogSerial(row), arrival.nowUs);
    if (table.hasFlag(row, TransactionFlag.FORWARDED)) calls.upstreamDone(arrival, this.peers);
    table.setFlag(row, TransactionFlag.FINAL_SEEN);
  }

  /** The first final other than 2xx to an initial INVITE. */
  private failed(table: Transactions, row: number, arrival: Arrival): void {
    const { calls, dialogs, server } = this.tables;
    const attempt = table.attempt(row);
    if (calls.table.has(attempt, table.attemptSerial(row))) {
      const upstream = table.upstream(row);
      const known = server.has(upstream, table.upstreamSerial(row));
      const upstreamOpen = known && isOpen(server.state(upstream));
      calls.failed(attempt, arrival, upstreamOpen);
    }
    const first = table.dialog(row);
    const serial = table.serial(row);
    dialogs.inviteFailed(first, table.dialogSerial(row), row, serial);
    if (table.hasFlag(row, TransactionFlag.FORWARDED)) calls.upstreamDone(arrival, this.peers);
  }

  /** Responses to everything but INVITE. */
  private other(table: Transactions, row: number, arrival: Arrival): void {
    const { message } = arrival;
    const event = responseEvent(message.statusCode);
    const before = table.state(row);
    table.moveTo(row, nextOtherState(before, event));
    if (event === Event.PROVISIONAL) {
      table.classify(row, TransactionClass.PROCEEDING);
      return;
    }
    if (!isOpen(before)) return;
    table.classify(row, TransactionClass.COMPLETED);
    this.tables.timers.completed(table, row, arrival.nowUs);
    this.observeTransaction(table, row, arrival);
    if (table.hasFlag(row, TransactionFlag.FORWARDED_COPY) && message.method !== Method.REGISTER)
      return;
    switch (message.method) {
      case Method.BYE:
        this.byeAnswered(table, row, arrival);
        return;
      case Method.REGISTER:
        this.registered(table, row, arrival);
        return;
      case Method.SUBSCRIBE:
        if (event === Event.SUCCESS) this.subscribed(table, row, arrival);
        return;
      case Method.UPDATE:
        if (event === Event.SUCCESS && message.sessionExpires >= 0) {
          this.sessionRefreshed(table, row, arrival, NEVER);
        }
        return;
      default:
    }
  }

  private byeAnswered(table: Transactions, row: number, arrival: Arrival): void {
    const { dialogs } = this.tables;
    const dialog = table.dialog(row);
    if (dialogs.table.has(dialog, table.dialogSerial(row))) {
      dialogs.byeFinal(dialog, arrival);
    }
  }

  private registered(table: Transactions, row: number, arrival: Arrival): void {
    const { registrationAttempts } = this.tables;
    const attempt = table.attempt(row);
    if (registrationAttempts.table.has(attempt, table.attemptSerial(row))) {
      registrationAttempts.final(attempt, arrival);
    }
    const { statusCode } = arrival.message;
    const forwarded = table.hasFlag(
      row,
      TransactionFlag.FORWARDED | TransactionFlag.FORWARDED_COPY,
    );
    const success = statusCode >= 200 && statusCode < 300;
    if (success && !forwarded) replaceBindings(this.tables, table.role, row, arrival);
  }

  /** RFC 6665 4.1.2: the 2xx creates or refreshes the subscription, the NOTIFY may shorten it. */
  private subscribed(table: Transactions, row: number, arrival: Arrival): void {
    const asked = table.expires(row);
    const granted = arrival.message.expires;
    let seconds = granted >= 0 ? granted : asked;
    if (seconds < 0) seconds = EXPIRES_DEFAULT_SECONDS;
    // An unsubscription, or a fetch, ends with the last NOTIFY (Timer N).
    const lifeUs = seconds === 0 ? SIXTY_FOUR_T1_US : seconds * US;
    if (table.hasFlag(row, TransactionFlag.IN_DIALOG)) {
      this.sessionRefreshed(table, row, arrival, lifeUs);
      return;
    }
    const dialog = this.openDialog(table, row, arrival, DialogKind.SUBSCRIPTION);
    if (dialog >= 0) this.tables.dialogs.confirm(dialog, arrival, lifeUs);
  }

  /** A 2xx to a refresh. For sessions the response's Session-Expires counts, for the rest `lifeUs`. */
  private sessionRefreshed(
    table: Transactions,
    row: number,
    arrival: Arrival,
    lifeUs: number,
  ): void {
    const { dialogs } = this.tables;
    const requestDirection = table.role === Role.CLIENT ? Direction.OUT : Direction.IN;
    const dialog = dialogs.find(arrival, requestDirection);
    if (dialog < 0) return;
    const { message, nowUs } = arrival;
    const session = dialogs.table.isSession(dialog);
    if (session && message.method === Method.SUBSCRIBE) return;
    const timed = session && message.sessionExpires >= 0;
    dialogs.refresh(dialog, nowUs, timed ? message.sessionExpires * US : lifeUs);
    if (message.method === Method.INVITE && table.role === Role.SERVER) {
      this.awaitAck(table, row, dialog);
    }
  }

  private awaitAck(table: Transactions, row: number, dialog: number): void {
    const { dialogs } = this.tables;
    dialogs.table.setUnacked(dialog, row, table.serial(row));
  }

  /** The dialog of a response to a dialog-forming request; -1 for the copy that a proxy sent on. */
  private openDialog(table: Transactions, row: number, arrival: Arrival, kind: DialogKind): number {
    if (table.hasFlag(row, TransactionFlag.FORWARDED_COPY)) return -1;
    const { dialogs } = this.tables;
    const client = table.role === Role.CLIENT;
    const proxied = table.hasFlag(row, TransactionFlag.FORWARDED);
    const end = client ? DialogRole.UAC : DialogRole.UAS;
    const role = proxied ? DialogRole.PROXY : end;
    const direction = client ? Direction.OUT : Direction.IN;
    const dialog = dialogs.open(arrival, direction, role, kind);
    if (proxied) dialogs.table.setProxied(dialog);
    if (!dialogs.table.isLinked(dialog)) {
      // A new one goes before its transaction's others.
      dialogs.table.setCreator(dialog, row, table.serial(row));
      dialogs.table.setSibling(dialog, table.dialog(row), table.dialogSerial(row));
      table.setDialog(row, dialog, dialogs.table.serial(dialog));
    }
    return dialog;
  }

  private observePdd(table: Transactions, row: number, arrival: Arrival): void {
    if (table.hasFlag(row, TransactionFlag.PDD_DONE | TransactionFlag.FINAL_SEEN)) return;
    table.setFlag(row, TransactionFlag.PDD_DONE);
    const elapsed = this.elapsed(table, row, arrival);
    const direction = table.role === Role.CLIENT ? Direction.OUT : Direction.IN;
    if (elapsed >= 0) this.tables.observer.callPdd(direction, elapsed);
    else this.tables.observer.intervalDiscarded(Interval.PDD);
  }

  private observeAnswer(table: Transactions, row: number, arrival: Arrival): void {
    if (table.hasFlag(row, TransactionFlag.ANSWER_DONE)) return;
    table.setFlag(row, TransactionFlag.ANSWER_DONE);
    const elapsed = this.elapsed(table, row, arrival);
    const direction = table.role === Role.CLIENT ? Direction.OUT : Direction.IN;
    if (elapsed >= 0) this.tables.observer.callAnswer(direction, elapsed);
    else this.tables.observer.intervalDiscarded(Interval.ANSWER);
  }

  private observeTransaction(table: Transactions, row: number, arrival: Arrival): void {
    const elapsed = this.elapsed(table, row, arrival);
    const { observer } = this.tables;
    if (elapsed >= 0) observer.transactionCompleted(table.role, arrival.message.method, elapsed);
    else observer.intervalDiscarded(Interval.TRANSACTION);
  }

  private elapsed(table: Transactions, row: number, arrival: Arrival): number {
    if (table.era(row) !== arrival.era) return -1;
    return arrival.timestampUs - table.startUs(row);
  }
}
