/**
 * The Observer that counts. It hands each event to the collector of its subject and is itself without state; events
 * whose subject is read off the tables at scrape (dialogs, bindings) are not counted here.
 */
import type { Transport } from '../core/transport.ts';
import type { Direction } from '../direction/direction.ts';
import type { Method } from '../sip-parser/method.ts';
import type {
  EndedBy,
  Interval,
  Observer,
  Outcome,
  Result,
  Role,
  Timeout,
} from '../state/observer.ts';
import { CallCollector } from './call-collector.ts';
import { DoubtCollector } from './doubt-collector.ts';
import type { FamilySet } from './family-set.ts';
import { MessageCollector } from './message-collector.ts';
import { RegistrationCollector } from './registration-collector.ts';
import { TransactionCollector } from './transaction-collector.ts';

export class Collectors implements Observer {
  readonly messages: MessageCollector;
  readonly transactions: TransactionCollector;
  readonly calls: CallCollector;
  readonly registrations: RegistrationCollector;
  readonly doubts: DoubtCollector;

  constructor(families: FamilySet) {
    this.messages = new MessageCollector(families);
    this.transactions = new TransactionCollector(families);
    this.calls = new CallCollector(families);
    this.registrations = new RegistrationCollector(families);
    this.doubts = new DoubtCollector(families);
  }

  message(direction: Direction, peer: number, transport: Transport): void {
    this.messages.message(direction, peer, transport);
  }

  requestLine(direction: Direction): void {
    this.messages.requestLine(direction);
  }

  badMessage(direction: Direction, parseError: number, requestLineReadable: boolean): void {
    this.messages.badMessage(direction, parseError, requestLineReadable);
  }

  oddity(direction: Direction, oddity: number): void {
    this.messages.oddity(direction, oddity);
  }

  request(direction: Direction, peer: number, method: Method): void {
    this.messages.request(direction, peer, method);
  }

  response(direction: Direction, peer: number, method: Method, statusCode: number): void {
    this.messages.response(direction, peer, method, statusCode);
  }

  requestRetransmission(direction: Direction, peer: number, method: Method): void {
    this.messages.requestRetransmission(direction, peer, method);
  }

  responseRetransmission(direction: Direction, peer: number, method: Method): void {
    this.messages.responseRetransmission(direction, peer, method);
  }

  strayResponse(direction: Direction): void {
    this.messages.strayResponse(direction);
  }

  transactionCompleted(role: Role, method: Method, durationUs: number): void {
    this.transactions.transactionCompleted(role, method, durationUs);
  }

  transactionTimeout(role: Role, peer: number, timer: Timeout): void {
    this.transactions.transactionTimeout(role, peer, timer);
  }

  peerResponse(peer: number, timestampUs: number): void {
    this.transactions.peerResponse(peer, timestampUs);
  }

  peerTimeout(peer: number): void {
    this.transactions.peerTimeout(peer);
  }

  callPdd(direction: Direction, durationUs: number): void {
    this.calls.callPdd(direction, durationUs);
  }

  callAnswer(direction: Direction, durationUs: number): void {
    this.calls.callAnswer(direction, durationUs);
  }

  attemptStarted(direction: Direction, peer: number): void {
    this.calls.attemptStarted(direction, peer);
  }

  attemptEnded(direction: Direction, peer: number, result: Result): void {
    this.calls.attemptEnded(direction, peer, result);
  }

  lateAnswer(direction: Direction): void {
    this.calls.lateAnswer(direction);
  }

  sessionRequestDelay(
    direction: Direction,
    peer: number,
    outcome: Outcome,
    durationUs: number,
  ): void {
    this.calls.sessionRequestDelay(direction, peer, outcome, durationUs);
  }

  sessionAnswerDelay(direction: Direction, peer: number, durationUs: number): void {
    this.calls.sessionAnswerDelay(direction, peer, durationUs);
  }

  sessionDisconnectDelay(direction: Direction, outcome: Outcome, durationUs: number): void {
    this.calls.sessionDisconnectDelay(direction, outcome, durationUs);
  }

  dialogEarly(_direction: Direction, _peer: number): void {}

  dialogConfirmed(_direction: Direction, _peer: number): void {}

  sessionEnded(direction: Direction, peer: number, by: EndedBy): void {
    this.calls.sessionEnded(direction, peer, by);
  }

  sessionDuration(direction: Direction, peer: number, durationUs: number): void {
    this.calls.sessionDuration(direction, peer, durationUs);
  }

  unknownDialogRequest(_direction: Direction): void {
    this.doubts.unknownDialogRequest();
  }

  registrationStarted(direction: Direction, peer: number): void {
    this.registrations.registrationStarted(direction, peer);
  }

  registrationEnded(direction: Direction, peer: number, result: Result): void {
    this.registrations.registrationEnded(direction, peer, result);
  }

  registrationDelay(direction: Direction, peer: number, durationUs: number): void {
    this.registrations.registrationDelay(direction, peer, durationUs);
  }

  bindingAdded(_direction: Direction): void {}

  bindingRemoved(_direction: Direction): void {}

  proxyForwarded(method: Method, durationUs: number): void {
    this.transactions.proxyForwarded(method, durationUs);
  }

  intervalDiscarded(interval: Interval): void {
    this.doubts.intervalDiscarded(interval);
  }
}
