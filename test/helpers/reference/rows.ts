/** The rows of the naive reference, and the constants of RFC 3261 Table 4. Times are microseconds. */
import type { ReadContact, ReadSip } from './read-sip.ts';

export const SECOND = 1_000_000;
export const T1_64: number = 32 * SECOND;
export const T4: number = 5 * SECOND;
export const TIMER_C: number = 180 * SECOND;
export const LINGER: number = 32 * SECOND;
export const RETRY_WAIT: number = 32 * SECOND;
export const INVITE_MAX_AGE: number = 3600 * SECOND;
export const DIALOG_MAX_AGE: number = 86_400 * SECOND;
export const NEVER: number = Number.POSITIVE_INFINITY;

export type Way = 'in' | 'out';

/** A message in one of its directions. */
export interface Seen {
  readonly way: Way;
  readonly peer: string;
  readonly from: string;
  readonly to: string;
  readonly reliable: boolean;
  /** Packet time, for intervals; its era; and the clock of the timers. */
  readonly time: number;
  readonly era: number;
  readonly now: number;
  readonly sip: ReadSip;
}

export interface Transaction {
  readonly role: 'client' | 'server';
  /** Of the request. */
  readonly way: Way;
  readonly method: string;
  /** What a response has to repeat. */
  readonly key: string;
  /** What else a request has to repeat. */
  identity: string;
  readonly flow: string;
  stray: boolean;
  inDialog: boolean;
  reliable: boolean;
  peer: string;
  start: number;
  time: number;
  era: number;
  lastMessage: number;
  readonly responses: Set<string>;
  lastResponse: string;
  firstProvisional: number | undefined;
  lastProvisional: number;
  /** The first final. */
  final: number | undefined;
  failedAt: number | undefined;
  acceptedAt: number | undefined;
  acknowledgedAt: number | undefined;
  completedAt: number | undefined;
  timedOut: boolean;
  timer: { at: number; name: string } | undefined;
  pddSeen: boolean;
  answerSeen: boolean;
  cancelled: boolean;
  /** Server: when the first copy went out. Client: the request it is a copy of. */
  forwardedAt: number | undefined;
  upstream: Transaction | undefined;
  attempt: Attempt | undefined;
  generation: number;
  /** Of a BYE. */
  dialog: Dialog | undefined;
  /** Of a REGISTER or SUBSCRIBE. */
  aor: string;
  asked: readonly ReadContact[];
  askedExpires: number | undefined;
}

export interface Attempt {
  readonly key: string;
  readonly way: Way;
  readonly peer: string;
  readonly start: number;
  readonly era: number;
  cseq: number;
  /** Branches of an older one do not count any more. */
  generation: number;
  readonly open: Set<Transaction>;
  final: number;
  cancels: number;
  state: 'open' | 'waiting' | 'upstream' | 'closed';
  /** First request → first sign of its fate; -1 = not measurable. */
  indication: number | undefined;
  answeredTag: string | undefined;
  deadline: number;
}

export interface Dialog {
  readonly callId: string;
  readonly localTag: string | undefined;
  readonly remoteTag: string | undefined;
  readonly way: Way;
  readonly peer: string;
  readonly kind: 'session' | 'subscription';
  readonly creator: Transaction;
  role: 'uas' | 'uac' | 'proxy';
  state: 'early' | 'over' | 'confirmed' | 'ending';
  confirmedTime: number;
  confirmedEra: number;
  firstBye: number | undefined;
  lastBye: number;
  firstByeEra: number;
  lastByeEra: number;
  byeWay: Way;
  unacknowledged: Transaction | undefined;
  oldAt: number;
  refreshBy: number;
  /** Of a BYE without a final. */
  byeBy: number;
}

export interface Binding {
  readonly way: Way;
  readonly aor: string;
  readonly contact: ReadContact;
  readonly expiresAt: number;
}

export function newTransaction(seen: Seen, role: 'client' | 'server', key: string): Transaction {
  return {
    role,
    way: role === 'client' ? 'out' : 'in',
    method: seen.sip.method,
    key,
    identity: '',
    flow: `${seen.from}>${seen.to}`,
    stray: false,
    inDialog: seen.sip.toTag !== undefined,
    reliable: seen.reliable,
    peer: seen.peer,
    start: seen.now,
    time: seen.time,
    era: seen.era,
    lastMessage: seen.now,
    responses: new Set(),
    lastResponse: '',
    firstProvisional: undefined,
    lastProvisional: 0,
    final: undefined,
    failedAt: undefined,
    acceptedAt: undefined,
    acknowledgedAt: undefined,
    completedAt: undefined,
    timedOut: false,
    timer: undefined,
    pddSeen: false,
    answerSeen: false,
    cancelled: false,
    forwardedAt: undefined,
    upstream: undefined,
    attempt: undefined,
    generation: 0,
    dialog: undefined,
    aor: '',
    asked: [],
    askedExpires: undefined,
  };
}

export function newAttempt(seen: Seen, key: string): Attempt {
  return {
    key,
    way: seen.way,
    peer: seen.peer,
    start: seen.time,
    era: seen.era,
    cseq: seen.sip.cseq,
    generation: 0,
    open: new Set(),
    final: 0,
    cancels: 0,
    state: 'open',
    indication: undefined,
    answeredTag: undefined,
    deadline: 0,
  };
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** A transaction without a final response. */
export function isOpen(row: Transaction): boolean {
  return !row.stray && !row.timedOut && row.final === undefined && row.method !== 'ACK';
}

/** Until when a transaction counts in `sofia_*_txns_total`: RFC 3261 17, RFC 6026 7, and METRICS.md's limits. */
export function aliveUntil(row: Transaction): number {
  const client = row.role === 'client';
  if (row.stray || row.method === 'ACK') return 0;
  if (row.method !== 'INVITE') {
    if (row.completedAt === undefined) return row.start + T1_64;
    const [timerK, timerJ] = row.reliable ? [0, 0] : [T4, T1_64];
    return row.completedAt + (client ? timerK : timerJ);
  }
  if (row.acceptedAt !== undefined) return row.acceptedAt + T1_64;
  if (row.failedAt !== undefined) {
    if (client) return row.failedAt + (row.reliable ? 0 : T1_64);
    if (row.acknowledgedAt === undefined) return row.failedAt + T1_64;
    return row.acknowledgedAt + (row.reliable ? 0 : T4);
  }
  if (row.firstProvisional === undefined || row.timedOut) return row.start + T1_64;
  if (row.upstream !== undefined) return row.lastProvisional + TIMER_C;
  if (row.forwardedAt === undefined) return row.firstProvisional + INVITE_MAX_AGE;
  return Math.max(row.lastProvisional, row.forwardedAt) + TIMER_C;
}
