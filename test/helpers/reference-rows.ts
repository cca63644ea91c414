/** The rows of the naive reference of the state machine, and the keys they stand under: plain strings. */
import type { Sip } from './sip-scene.ts';

/** Seconds that a transaction is remembered after its last message. */
export const LINGER = 32;

export interface ReferenceMessage {
  /** Seconds. */
  readonly time: number;
  readonly direction: 'in' | 'out';
  readonly sip: Sip;
}

export interface Transaction {
  readonly role: 'client' | 'server';
  readonly direction: 'in' | 'out';
  readonly method: string;
  readonly start: number;
  readonly initial: boolean;
  stray: boolean;
  /** Of the INVITE: any response; a final. */
  answered: boolean;
  final: number;
  success: boolean;
  pdd: boolean;
  answerSeen: boolean;
  acknowledged: boolean;
  readonly responses: Set<string>;
  attempt: Attempt | undefined;
  dialog: Dialog | undefined;
  readonly dialogs: Set<string>;
  timeout: { at: number; timer: string } | undefined;
  alive: number;
  linger: number;
}

export interface Attempt {
  readonly direction: 'in' | 'out';
  cseq: number;
  readonly start: number;
  /** Generation: branches of an older one do not count. */
  generation: number;
  open: number;
  final: number;
  cancelled: boolean;
  waiting: boolean;
  closed: boolean;
  indication: number | undefined;
  deadline: number;
  answeredTag: string;
}

export interface Dialog {
  readonly direction: 'in' | 'out';
  state: 'early' | 'over' | 'confirmed' | 'ending';
  confirmed: number;
  firstBye: number;
  lastBye: number;
  byeDirection: 'in' | 'out';
  deadline: number;
  unacked: Transaction | undefined;
}

export function newTransaction(
  role: 'client' | 'server',
  direction: 'in' | 'out',
  method: string,
  now: number,
  initial: boolean,
): Transaction {
  return {
    role,
    direction,
    method,
    start: now,
    initial,
    stray: false,
    answered: false,
    final: 0,
    success: false,
    pdd: false,
    answerSeen: false,
    acknowledged: false,
    responses: new Set(),
    attempt: undefined,
    dialog: undefined,
    dialogs: new Set(),
    timeout: undefined,
    alive: 0,
    linger: now + LINGER,
  };
}

export function newAttempt(direction: 'in' | 'out', now: number, cseq: number): Attempt {
  return {
    direction,
    cseq,
    start: now,
    generation: 0,
    open: 0,
    final: 0,
    cancelled: false,
    waiting: false,
    closed: false,
    indication: undefined,
    deadline: 0,
    answeredTag: '',
  };
}

export function transactionKey(role: string, sip: Sip, method: string): string {
  return `${role}|${sip.branch}|${sip.callId}|${sip.cseq ?? 1}|${method}`;
}

/** Call-ID, local tag, remote tag. */
export function dialogKey(requestDirection: 'in' | 'out', sip: Sip): string {
  const [local, remote] =
    requestDirection === 'out' ? [sip.fromTag, sip.toTag] : [sip.toTag, sip.fromTag];
  return `${sip.callId}|${local}|${remote}`;
}

export function indicate(attempt: Attempt, now: number): void {
  attempt.indication ??= now - attempt.start;
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

export function seconds(value: number): string {
  return String(Math.round(value * 1e6) / 1e6);
}

/** An early dialog. */
export function newDialog(direction: 'in' | 'out', deadline: number): Dialog {
  return {
    direction,
    state: 'early',
    confirmed: 0,
    firstBye: -1,
    lastBye: 0,
    byeDirection: 'in',
    deadline,
    unacked: undefined,
  };
}

/** What a request waits for. A received INVITE waits for nothing. */
export function firstTimeout(
  role: 'client' | 'server',
  method: string,
  at: number,
): { at: number; timer: string } | undefined {
  if (method === 'INVITE') return role === 'client' ? { at, timer: 'B' } : undefined;
  return { at, timer: role === 'client' ? 'F' : 'no_response' };
}
