/**
 * The seam between state and whoever listens: the collectors, which count, and the test observer, which
 * writes one line per event. Words are RFC 3261's and RFC 6076's; arguments are codes and numbers only.
 * `peer` is an index into the configured peer names, 0 = `other`. Durations are microseconds.
 */
import type { Transport } from '../core/transport.ts';
import type { Direction } from '../direction/direction.ts';
import type { Method } from '../sip-parser/method.ts';

export const Role = { CLIENT: 0, SERVER: 1 } as const;
export type Role = (typeof Role)[keyof typeof Role];
export const ROLE_NAMES: readonly string[] = ['client', 'server'];

export const Timeout = { B: 0, F: 1, H: 2, NO_ACK: 3, NO_RESPONSE: 4 } as const;
export type Timeout = (typeof Timeout)[keyof typeof Timeout];
export const TIMEOUT_NAMES: readonly string[] = ['B', 'F', 'H', 'no_ack', 'no_response'];

/** How a confirmed INVITE dialog ended. */
export const EndedBy = { LOCAL: 0, REMOTE: 1, TIMEOUT: 2, EXPIRED: 3 } as const;
export type EndedBy = (typeof EndedBy)[keyof typeof EndedBy];
export const ENDED_BY_NAMES: readonly string[] = ['local', 'remote', 'timeout', 'expired'];

export const Outcome = { SUCCESS: 0, FAILURE: 1 } as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];
export const OUTCOME_NAMES: readonly string[] = ['success', 'failure'];

/** Results of an attempt that are no status code: above 999, so that they fit the same number. */
export const Result = { TIMEOUT: 1000, CANCELLED: 1001, LOST: 1002 } as const;
export type Result = number;

/** Families whose interval can be discarded at a clock step: label `family`. */
export const Interval = {
  PDD: 0,
  ANSWER: 1,
  TRANSACTION: 2,
  REQUEST_DELAY: 3,
  ANSWER_DELAY: 4,
  DISCONNECT_DELAY: 5,
  DURATION: 6,
  REGISTRATION_DELAY: 7,
  PROXY_FORWARD: 8,
} as const;
export type Interval = (typeof Interval)[keyof typeof Interval];
/** The family each code stands for, without its `_in`/`_out`. */
export const INTERVAL_FAMILIES: readonly string[] = [
  'drachtio_call_pdd_seconds',
  'drachtio_call_answer_seconds',
  'sip_transaction_seconds',
  'sip_session_request_delay_seconds',
  'sip_session_answer_delay_seconds',
  'sip_session_disconnect_delay_seconds',
  'sip_session_duration_seconds',
  'sip_registration_request_delay_seconds',
  'sip_proxy_forward_seconds',
];

export interface Observer {
  /** Every message of the local side, good or bad, retransmitted or not. */
  message(direction: Direction, peer: number, transport: Transport): void;
  /** A request line that could be read, in a good or a bad message, retransmitted or not. */
  requestLine(direction: Direction): void;
  badMessage(direction: Direction, parseError: number, requestLineReadable: boolean): void;
  oddity(direction: Direction, oddity: number): void;

  /** First transmission of a good request. */
  request(direction: Direction, peer: number, method: Method): void;
  /** First transmission of a good response; `statusCode` as on the wire. */
  response(direction: Direction, peer: number, method: Method, statusCode: number): void;
  requestRetransmission(direction: Direction, peer: number, method: Method): void;
  responseRetransmission(direction: Direction, peer: number, method: Method): void;
  strayResponse(direction: Direction): void;

  /** A non-INVITE transaction got its final response. */
  transactionCompleted(role: Role, method: Method, durationUs: number): void;
  transactionTimeout(role: Role, peer: number, timer: Timeout): void;
  /** A response came from, or a client transaction timed out at, a peer. */
  peerResponse(peer: number, timestampUs: number): void;
  peerTimeout(peer: number): void;

  /** Per INVITE transaction, as drachtio's histograms. `direction` is the INVITE's. */
  callPdd(direction: Direction, durationUs: number): void;
  callAnswer(direction: Direction, durationUs: number): void;

  /** Per attempt (METRICS.md "Attempt"). */
  attemptStarted(direction: Direction, peer: number): void;
  /** `result`: a status code, or a Result. */
  attemptEnded(direction: Direction, peer: number, result: Result): void;
  lateAnswer(direction: Direction): void;
  sessionRequestDelay(
    direction: Direction,
    peer: number,
    outcome: Outcome,
    durationUs: number,
  ): void;
  sessionAnswerDelay(direction: Direction, peer: number, durationUs: number): void;
  sessionDisconnectDelay(direction: Direction, outcome: Outcome, durationUs: number): void;

  dialogEarly(direction: Direction, peer: number): void;
  dialogConfirmed(direction: Direction, peer: number): void;
  /** A confirmed INVITE dialog ended. */
  sessionEnded(direction: Direction, peer: number, by: EndedBy): void;
  sessionDuration(direction: Direction, peer: number, durationUs: number): void;
  /** An in-dialog request of a dialog that is not known. */
  unknownDialogRequest(direction: Direction): void;

  registrationStarted(direction: Direction, peer: number): void;
  registrationEnded(direction: Direction, peer: number, result: Result): void;
  registrationDelay(direction: Direction, peer: number, durationUs: number): void;
  bindingAdded(direction: Direction): void;
  bindingRemoved(direction: Direction): void;

  proxyForwarded(method: Method, durationUs: number): void;
  /** An interval that a step of the clock made meaningless. */
  intervalDiscarded(interval: Interval): void;
}
