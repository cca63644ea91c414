/**
 * The observer of tests: one line per event, in words, durations in seconds. It counts nothing and passes
 * everything on to whoever stands behind it.
 */
import { TRANSPORT_NAMES, type Transport } from '../../src/core/transport.ts';
import { DIRECTION_NAMES, type Direction } from '../../src/direction/direction.ts';
import { METHOD_NAMES, type Method } from '../../src/sip-parser/method.ts';
import { ODDITY_NAMES } from '../../src/sip-parser/oddity.ts';
import { PARSE_ERROR_NAMES } from '../../src/sip-parser/parse-error.ts';
import {
  ENDED_BY_NAMES,
  type EndedBy,
  INTERVAL_FAMILIES,
  type Interval,
  type Observer,
  OUTCOME_NAMES,
  type Outcome,
  Result,
  ROLE_NAMES,
  type Role,
  TIMEOUT_NAMES,
  type Timeout,
} from '../../src/state/observer.ts';

const RESULT_NAMES = new Map<number, string>([
  [Result.TIMEOUT, 'timeout'],
  [Result.CANCELLED, 'cancelled'],
  [Result.LOST, 'lost'],
]);

export class EventLines implements Observer {
  readonly lines: string[] = [];
  /** By index, `other` first. */
  peerNames: readonly string[];
  private readonly next: Observer | undefined;

  constructor(peerNames: readonly string[] = ['other'], next?: Observer) {
    this.peerNames = peerNames;
    this.next = next;
  }

  message(direction: Direction, peer: number, transport: Transport): void {
    this.line('message', way(direction), this.peer(peer), name(TRANSPORT_NAMES, transport));
    this.next?.message(direction, peer, transport);
  }

  requestLine(direction: Direction): void {
    this.line('requestLine', way(direction));
    this.next?.requestLine(direction);
  }

  badMessage(direction: Direction, parseError: number, requestLineReadable: boolean): void {
    const readable = requestLineReadable ? 'readable' : 'unreadable';
    this.line('badMessage', way(direction), name(PARSE_ERROR_NAMES, parseError), readable);
    this.next?.badMessage(direction, parseError, requestLineReadable);
  }

  oddity(direction: Direction, oddity: number): void {
    this.line('oddity', way(direction), name(ODDITY_NAMES, oddity));
    this.next?.oddity(direction, oddity);
  }

  request(direction: Direction, peer: number, method: Method): void {
    this.line('request', way(direction), this.peer(peer), name(METHOD_NAMES, method));
    this.next?.request(direction, peer, method);
  }

  response(direction: Direction, peer: number, method: Method, statusCode: number): void {
    this.line('response', way(direction), this.peer(peer), name(METHOD_NAMES, method), statusCode);
    this.next?.response(direction, peer, method, statusCode);
  }

  requestRetransmission(direction: Direction, peer: number, method: Method): void {
    this.line('requestRetransmission', way(direction), this.peer(peer), name(METHOD_NAMES, method));
    this.next?.requestRetransmission(direction, peer, method);
  }

  responseRetransmission(direction: Direction, peer: number, method: Method): void {
    const what = name(METHOD_NAMES, method);
    this.line('responseRetransmission', way(direction), this.peer(peer), what);
    this.next?.responseRetransmission(direction, peer, method);
  }

  strayResponse(direction: Direction): void {
    this.line('strayResponse', way(direction));
    this.next?.strayResponse(direction);
  }

  transactionCompleted(role: Role, method: Method, durationUs: number): void {
    const what = name(METHOD_NAMES, method);
    this.line('transactionCompleted', name(ROLE_NAMES, role), what, seconds(durationUs));
    this.next?.transactionCompleted(role, method, durationUs);
  }

  transactionTimeout(role: Role, peer: number, timer: Timeout): void {
    const which = name(TIMEOUT_NAMES, timer);
    this.line('transactionTimeout', name(ROLE_NAMES, role), this.peer(peer), which);
    this.next?.transactionTimeout(role, peer, timer);
  }

  peerResponse(peer: number, timestampUs: number): void {
    this.next?.peerResponse(peer, timestampUs);
  }

  peerTimeout(peer: number): void {
    this.line('peerTimeout', this.peer(peer));
    this.next?.peerTimeout(peer);
  }

  callPdd(direction: Direction, durationUs: number): void {
    this.line('callPdd', way(direction), seconds(durationUs));
    this.next?.callPdd(direction, durationUs);
  }

  callAnswer(direction: Direction, durationUs: number): void {
    this.line('callAnswer', way(direction), seconds(durationUs));
    this.next?.callAnswer(direction, durationUs);
  }

  attemptStarted(direction: Direction, peer: number): void {
    this.line('attemptStarted', way(direction), this.peer(peer));
    this.next?.attemptStarted(direction, peer);
  }

  attemptEnded(direction: Direction, peer: number, result: Result): void {
    this.line('attemptEnded', way(direction), this.peer(peer), resultName(result));
    this.next?.attemptEnded(direction, peer, result);
  }

  lateAnswer(direction: Direction): void {
    this.line('lateAnswer', way(direction));
    this.next?.lateAnswer(direction);
  }

  sessionRequestDelay(
    direction: Direction,
    peer: number,
    outcome: Outcome,
    durationUs: number,
  ): void {
    const kind = name(OUTCOME_NAMES, outcome);
    const delay = seconds(durationUs);
    this.line('sessionRequestDelay', way(direction), this.peer(peer), kind, delay);
    this.next?.sessionRequestDelay(direction, peer, outcome, durationUs);
  }

  sessionAnswerDelay(direction: Direction, peer: number, durationUs: number): void {
    this.line('sessionAnswerDelay', way(direction), this.peer(peer), seconds(durationUs));
    this.next?.sessionAnswerDelay(direction, peer, durationUs);
  }

  sessionDisconnectDelay(direction: Direction, outcome: Outcome, durationUs: number): void {
    const kind = name(OUTCOME_NAMES, outcome);
    this.line('sessionDisconnectDelay', way(direction), kind, seconds(durationUs));
    this.next?.sessionDisconnectDelay(direction, outcome, durationUs);
  }

  dialogEarly(direction: Direction, peer: number): void {
    this.line('dialogEarly', way(direction), this.peer(peer));
    this.next?.dialogEarly(direction, peer);
  }

  dialogConfirmed(direction: Direction, peer: number): void {
    this.line('dialogConfirmed', way(direction), this.peer(peer));
    this.next?.dialogConfirmed(direction, peer);
  }

  sessionEnded(direction: Direction, peer: number, by: EndedBy): void {
    this.line('sessionEnded', way(direction), this.peer(peer), name(ENDED_BY_NAMES, by));
    this.next?.sessionEnded(direction, peer, by);
  }

  sessionDuration(direction: Direction, peer: number, durationUs: number): void {
    this.line('sessionDuration', way(direction), this.peer(peer), seconds(durationUs));
    this.next?.sessionDuration(direction, peer, durationUs);
  }

  unknownDialogRequest(direction: Direction): void {
    this.line('unknownDialogRequest', way(direction));
    this.next?.unknownDialogRequest(direction);
  }

  registrationStarted(direction: Direction, peer: number): void {
    this.line('registrationStarted', way(direction), this.peer(peer));
    this.next?.registrationStarted(direction, peer);
  }

  registrationEnded(direction: Direction, peer: number, result: Result): void {
    this.line('registrationEnded', way(direction), this.peer(peer), resultName(result));
    this.next?.registrationEnded(direction, peer, result);
  }

  registrationDelay(direction: Direction, peer: number, durationUs: number): void {
    this.line('registrationDelay', way(direction), this.peer(peer), seconds(durationUs));
    this.next?.registrationDelay(direction, peer, durationUs);
  }

  bindingAdded(direction: Direction): void {
    this.line('bindingAdded', way(direction));
    this.next?.bindingAdded(direction);
  }

  bindingRemoved(direction: Direction): void {
    this.line('bindingRemoved', way(direction));
    this.next?.bindingRemoved(direction);
  }

  proxyForwarded(method: Method, durationUs: number): void {
    this.line('proxyForwarded', name(METHOD_NAMES, method), seconds(durationUs));
    this.next?.proxyForwarded(method, durationUs);
  }

  intervalDiscarded(interval: Interval): void {
    this.line('intervalDiscarded', name(INTERVAL_FAMILIES, interval));
    this.next?.intervalDiscarded(interval);
  }

  private line(...words: readonly (string | number)[]): void {
    this.lines.push(words.join(' '));
  }

  private peer(index: number): string {
    return name(this.peerNames, index);
  }
}

function name(names: readonly string[], index: number): string {
  return names[index] ?? `?${index}`;
}

function way(direction: Direction): string {
  return name(DIRECTION_NAMES, direction);
}

function resultName(result: Result): string {
  return RESULT_NAMES.get(result) ?? String(result);
}

/** Up to microseconds, without trailing zeroes. */
function seconds(durationUs: number): string {
  return String(Math.round(durationUs) / 1e6);
}
