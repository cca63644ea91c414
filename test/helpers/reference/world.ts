/** What the parts of the naive reference share: its rows, its clock, and the lines it says. */
import type { Attempt, Binding, Dialog, Seen, Transaction } from './rows.ts';
import { INVITE_MAX_AGE, isOpen, LINGER } from './rows.ts';

export class World {
  readonly lines: string[] = [];
  topologyHiding = false;
  /** With topology hiding: the newest request received of each identity. */
  readonly received = new Map<string, Transaction>();
  /** Newest first. */
  transactions: Transaction[] = [];
  calls = new Map<string, Attempt>();
  registrations = new Map<string, Attempt>();
  dialogs: Dialog[] = [];
  bindings: Binding[] = [];

  say(...words: readonly (string | number)[]): void {
    this.lines.push(words.join(' '));
  }

  /** An interval, unless a step of the clock makes it meaningless. */
  interval(family: string, era: number, end: Seen, from: number, say: (s: string) => void): void {
    const elapsed = era === end.era ? end.time - from : -1;
    if (elapsed >= 0) say(seconds(elapsed));
    else this.say('intervalDiscarded', family);
  }

  /** Rows under the key of a response, newest first. */
  rowsOf(role: string, key: string): Transaction[] {
    return this.transactions.filter((row) => row.role === role && row.key === key);
  }

  /** That of them which went the other way between the same places, else the newest. */
  rowOf(role: string, key: string, flow: string): Transaction | undefined {
    const rows = this.rowsOf(role, key);
    return rows.find((row) => row.flow === flow) ?? rows[0];
  }
}

export function seconds(us: number): string {
  return String(Math.round(us) / 1e6);
}

/** The end of its memory, when its machine is over too. What rings may be answered until its attempt is lost. */
export function lingersUntil(row: Transaction): number {
  const rings = row.method === 'INVITE' && isOpen(row) && row.firstProvisional !== undefined;
  const longest = rings ? (row.firstProvisional ?? 0) + INVITE_MAX_AGE : 0;
  return Math.max(row.lastMessage + LINGER, longest);
}
