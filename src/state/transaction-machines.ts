/**
 * What a passive observer sees of the transactions of RFC 3261 17 and RFC 6026 7: states, events, and the
 * total matrices between them. Timers and side effects belong to whoever drives the machine.
 */
import { uint8At } from '../core/columns.ts';

export const State = {
  /** A response whose request was not seen. */
  STRAY: 0,
  /** A request without any response (Calling, Trying). */
  CALLING: 1,
  /** A provisional response was seen. */
  PROCEEDING: 2,
  /** A final response other than a 2xx to INVITE. */
  COMPLETED: 3,
  /** A 2xx to INVITE (RFC 6026 7.1 and 7.2). */
  ACCEPTED: 4,
  /** The ACK of a non-2xx final was seen. */
  CONFIRMED: 5,
  /** Timed out, or an ACK, which is no transaction: remembered for matching only. */
  TERMINATED: 6,
} as const;
export type State = (typeof State)[keyof typeof State];

export const Event = { PROVISIONAL: 0, SUCCESS: 1, FAILURE: 2, ACK: 3, TIMEOUT: 4 } as const;
export type Event = (typeof Event)[keyof typeof Event];
const EVENTS = 5;

const S = State;

// One row per state, one column per event. A late or second answer of a fork does not move a machine that
// is done: a 2xx after COMPLETED is counted by its attempt, not by the transaction (RFC 3261 16.7 step 5).
// biome-ignore format: the columns are the documentation
const inviteMatrix = Uint8Array.of(
  //              PROVISIONAL    SUCCESS       FAILURE       ACK           TIMEOUT
  /* STRAY      */ S.STRAY,      S.STRAY,      S.STRAY,      S.STRAY,      S.STRAY,
  /* CALLING    */ S.PROCEEDING, S.ACCEPTED,   S.COMPLETED,  S.CALLING,    S.TERMINATED,
  /* PROCEEDING */ S.PROCEEDING, S.ACCEPTED,   S.COMPLETED,  S.PROCEEDING, S.TERMINATED,
  /* COMPLETED  */ S.COMPLETED,  S.ACCEPTED,   S.COMPLETED,  S.CONFIRMED,  S.TERMINATED,
  /* ACCEPTED   */ S.ACCEPTED,   S.ACCEPTED,   S.ACCEPTED,   S.ACCEPTED,   S.TERMINATED,
  /* CONFIRMED  */ S.CONFIRMED,  S.ACCEPTED,   S.CONFIRMED,  S.CONFIRMED,  S.TERMINATED,
  /* TERMINATED */ S.TERMINATED, S.ACCEPTED,   S.COMPLETED,  S.TERMINATED, S.TERMINATED,
);

// biome-ignore format: the columns are the documentation
const otherMatrix = Uint8Array.of(
  //              PROVISIONAL    SUCCESS       FAILURE       ACK           TIMEOUT
  /* STRAY      */ S.STRAY,      S.STRAY,      S.STRAY,      S.STRAY,      S.STRAY,
  /* CALLING    */ S.PROCEEDING, S.COMPLETED,  S.COMPLETED,  S.CALLING,    S.TERMINATED,
  /* PROCEEDING */ S.PROCEEDING, S.COMPLETED,  S.COMPLETED,  S.PROCEEDING, S.TERMINATED,
  /* COMPLETED  */ S.COMPLETED,  S.COMPLETED,  S.COMPLETED,  S.COMPLETED,  S.COMPLETED,
  /* ACCEPTED   */ S.ACCEPTED,   S.ACCEPTED,   S.ACCEPTED,   S.ACCEPTED,   S.ACCEPTED,
  /* CONFIRMED  */ S.CONFIRMED,  S.CONFIRMED,  S.CONFIRMED,  S.CONFIRMED,  S.CONFIRMED,
  /* TERMINATED */ S.TERMINATED, S.TERMINATED, S.TERMINATED, S.TERMINATED, S.TERMINATED,
);

export function nextInviteState(state: number, event: Event): number {
  return uint8At(inviteMatrix, state * EVENTS + event);
}

export function nextOtherState(state: number, event: Event): number {
  return uint8At(otherMatrix, state * EVENTS + event);
}

/** A transaction without a final response yet. */
export function isOpen(state: number): boolean {
  return state === State.CALLING || state === State.PROCEEDING;
}

/** 1xx, 2xx or the rest. Codes outside 100–699 count as failures: something final that is no success. */
export function responseEvent(statusCode: number): Event {
  if (statusCode < 200 && statusCode >= 100) return Event.PROVISIONAL;
  if (statusCode >= 200 && statusCode < 300) return Event.SUCCESS;
  return Event.FAILURE;
}
