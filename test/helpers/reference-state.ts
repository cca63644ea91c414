/**
 * The state machine once more, as METRICS.md words it and as slow as that reads: strings, Maps, one peer,
 * UDP. It shares nothing with src/state, to be held against it. Gives the same lines as EventLines.
 */
import {
  type Attempt,
  type Dialog,
  dialogKey,
  firstTimeout,
  indicate,
  isSuccess,
  LINGER,
  newAttempt,
  newDialog,
  newTransaction,
  type ReferenceMessage,
  seconds,
  type Transaction,
  transactionKey,
} from './reference-rows.ts';
import type { Sip } from './sip-scene.ts';

const T1_64 = 32;
const T4 = 5;
const RETRY_WAIT = 32;
const INVITE_MAX_AGE = 3600;
const CHALLENGES: readonly number[] = [401, 407, 422, 494];

export class ReferenceState {
  readonly lines: string[] = [];
  private readonly transactions = new Map<string, Transaction>();
  private readonly branches = new Map<Transaction, number>();
  private readonly attempts = new Map<string, Attempt>();
  private readonly dialogs = new Map<string, Dialog>();

  message({ time, direction, sip }: ReferenceMessage): void {
    this.pass(time);
    if (sip.status === undefined) this.request(time, direction, sip);
    else this.response(time, direction, sip, sip.status);
  }

  /** Everything that is due by now, each at its own time. */
  pass(now: number): void {
    for (let due = this.nextDue(now); due !== undefined; due = this.nextDue(now)) due();
  }

  private nextDue(now: number): (() => void) | undefined {
    let at = now;
    let first: (() => void) | undefined;
    const consider = (when: number, action: () => void): void => {
      if (when > at || (when === at && first !== undefined)) return;
      at = when;
      first = action;
    };
    for (const [key, row] of this.transactions) {
      const { timeout } = row;
      if (timeout !== undefined) consider(timeout.at, () => this.timedOut(row, timeout.timer));
      else consider(Math.max(row.alive, row.linger), () => this.transactions.delete(key));
    }
    for (const [key, attempt] of this.attempts) {
      consider(attempt.deadline, () => this.attemptDue(key, attempt));
    }
    for (const [key, dialog] of this.dialogs) {
      consider(dialog.deadline, () => this.dialogDue(key, dialog));
    }
    return first;
  }

  private request(now: number, direction: 'in' | 'out', sip: Sip): void {
    const method = sip.method ?? 'INVITE';
    const role = direction === 'in' ? 'server' : 'client';
    const key = transactionKey(role, sip, method) + (method === 'ACK' ? `|${sip.toTag}` : '');
    const known = this.transactions.get(key);
    if (known !== undefined && !known.stray) {
      this.lines.push(`requestRetransmission ${direction} other ${method}`);
      known.linger = now + LINGER;
      return;
    }
    this.lines.push(`request ${direction} other ${method}`);
    const row = newTransaction(role, direction, method, now, sip.toTag === undefined);
    for (const each of known?.responses ?? []) row.responses.add(each);
    this.transactions.set(key, row);
    if (method === 'ACK') {
      this.ack(direction, role, sip, now);
      return;
    }
    row.alive = now + T1_64;
    row.timeout = firstTimeout(role, method, now + T1_64);
    if (method === 'CANCEL') this.cancel(role, sip, now);
    else if (!row.initial) this.inDialog(row, direction, sip, now);
    else if (method === 'INVITE') this.invite(row, direction, sip, now);
  }

  private ack(direction: 'in' | 'out', role: 'client' | 'server', sip: Sip, now: number): void {
    const invite = this.transactions.get(transactionKey(role, sip, 'INVITE'));
    if (invite !== undefined && !invite.stray) {
      if (invite.final >= 300 && !invite.success) {
        if (role === 'server' && invite.timeout !== undefined) invite.timeout = undefined;
        if (role === 'server') invite.alive = now + T4;
        return;
      }
      if (invite.success && role === 'server') invite.timeout = undefined;
    }
    const dialog = this.dialogs.get(dialogKey(direction, sip));
    if (dialog === undefined) {
      if (invite === undefined) this.lines.push(`unknownDialogRequest ${direction}`);
    } else if (direction === 'in' && dialog.unacked !== undefined) {
      dialog.unacked.timeout = undefined;
      dialog.unacked = undefined;
    }
  }

  private cancel(role: 'client' | 'server', sip: Sip, now: number): void {
    const invite = this.transactions.get(transactionKey(role, sip, 'INVITE'));
    if (invite === undefined || invite.stray || invite.final !== 0 || invite.alive <= now) return;
    const attempt = this.attemptOf(invite);
    if (attempt === undefined || attempt.closed || attempt.cancelled) return;
    attempt.cancelled = true;
    attempt.deadline = now + T1_64;
  }

  private inDialog(row: Transaction, direction: 'in' | 'out', sip: Sip, now: number): void {
    const key = dialogKey(direction, sip);
    const dialog = this.dialogs.get(key);
    if (dialog === undefined) {
      this.lines.push(`unknownDialogRequest ${direction}`);
      return;
    }
    if (row.method !== 'BYE') return;
    row.dialog = dialog;
    if (dialog.state === 'early') dialog.state = 'over';
    if (dialog.state !== 'confirmed') return;
    dialog.state = 'ending';
    if (dialog.firstBye < 0 || now - dialog.lastBye > RETRY_WAIT) dialog.firstBye = now;
    dialog.lastBye = now;
    dialog.byeDirection = direction;
    dialog.deadline = now + T1_64;
  }

  private invite(row: Transaction, direction: 'in' | 'out', sip: Sip, now: number): void {
    const key = `${sip.callId}|${sip.fromTag}|${direction}`;
    const cseq = sip.cseq ?? 1;
    let attempt = this.attempts.get(key);
    if (attempt?.closed === true && attempt.cseq === cseq && isSuccess(attempt.final)) {
      this.join(row, attempt);
      return;
    }
    if (attempt === undefined || attempt.closed) {
      attempt = newAttempt(direction, now, cseq);
      this.attempts.set(key, attempt);
      this.lines.push(`attemptStarted ${direction} other`);
    } else if (cseq > attempt.cseq) {
      attempt.cseq = cseq;
      attempt.generation++;
      attempt.open = 0;
      attempt.final = 0;
    } else if (cseq < attempt.cseq) return;
    attempt.waiting = false;
    attempt.open++;
    attempt.deadline = now + INVITE_MAX_AGE;
    this.join(row, attempt);
  }

  private join(row: Transaction, attempt: Attempt): void {
    row.attempt = attempt;
    this.branches.set(row, attempt.generation);
  }

  /** The attempt that the branch still belongs to. */
  private attemptOf(row: Transaction): Attempt | undefined {
    const { attempt } = row;
    if (attempt === undefined || this.branches.get(row) !== attempt.generation) return undefined;
    return [...this.attempts.values()].includes(attempt) ? attempt : undefined;
  }

  private response(now: number, direction: 'in' | 'out', sip: Sip, status: number): void {
    const method = sip.method ?? 'INVITE';
    const role = direction === 'in' ? 'client' : 'server';
    const key = transactionKey(role, sip, method);
    let row = this.transactions.get(key);
    if (row === undefined) {
      row = newTransaction(role, direction, method, now, true);
      row.stray = true;
      this.transactions.set(key, row);
    }
    row.linger = now + LINGER;
    const signature = `${status}|${sip.toTag}`;
    if (row.responses.has(signature)) {
      this.lines.push(`responseRetransmission ${direction} other ${method}`);
      return;
    }
    row.responses.add(signature);
    this.lines.push(`response ${direction} other ${method} ${status}`);
    if (row.stray) this.lines.push(`strayResponse ${direction}`);
    else if (method === 'INVITE') this.inviteResponse(row, sip, status, now);
    else this.otherResponse(row, status, now);
  }

  private inviteResponse(row: Transaction, sip: Sip, status: number, now: number): void {
    const open = row.final === 0 && !(row.timeout === undefined && row.alive <= now);
    if (status < 200) {
      if (open) {
        row.timeout = undefined;
        if (!row.answered) row.alive = now + INVITE_MAX_AGE;
        row.answered = true;
      }
      if (row.initial && status > 100) this.rings(row, sip, open, now);
    } else if (status < 300) this.accepted(row, sip, now);
    else {
      if (open) {
        row.alive = now + T1_64;
        row.timeout = row.role === 'server' ? { at: now + T1_64, timer: 'H' } : undefined;
      }
      if (row.initial && row.final === 0) this.fails(row, status, now);
      if (row.final === 0) row.final = status;
    }
  }

  private rings(row: Transaction, sip: Sip, open: boolean, now: number): void {
    this.observePdd(row, now);
    const attempt = this.attemptOf(row);
    if (attempt !== undefined && !attempt.closed) indicate(attempt, now);
    if (sip.toTag !== undefined && open) this.openDialog(row, sip, now);
  }

  private accepted(row: Transaction, sip: Sip, now: number): void {
    if (!row.success) {
      row.alive = now + T1_64;
      row.timeout = row.role === 'server' ? { at: now + T1_64, timer: 'no_ack' } : undefined;
    }
    row.success = true;
    if (!row.initial) {
      const dialog = this.dialogs.get(dialogKey(row.direction, sip));
      if (dialog !== undefined && row.role === 'server') dialog.unacked = row;
      return;
    }
    this.observePdd(row, now);
    if (!row.answerSeen) this.lines.push(`callAnswer ${row.direction} ${seconds(now - row.start)}`);
    row.answerSeen = true;
    const attempt = this.attemptOf(row);
    if (attempt !== undefined) this.answers(attempt, sip, sip.status ?? 200, now);
    const dialog = this.openDialog(row, sip, now);
    if (dialog.state === 'early') {
      dialog.state = 'confirmed';
      dialog.confirmed = now;
      dialog.deadline = now + 86_400;
      this.lines.push(`dialogConfirmed ${row.direction} other`);
    }
    if (row.role === 'server') dialog.unacked = row;
    for (const key of row.dialogs) {
      const other = this.dialogs.get(key);
      if (other?.state === 'early' || other?.state === 'over') other.deadline = now + T1_64;
    }
    if (row.final === 0) row.final = sip.status ?? 200;
  }

  private answers(attempt: Attempt, sip: Sip, status: number, now: number): void {
    const way = attempt.direction;
    if (attempt.closed) {
      const same = attempt.final === status && attempt.answeredTag === sip.toTag;
      if (!same) this.lines.push(`lateAnswer ${way}`);
      return;
    }
    indicate(attempt, now);
    const delay = seconds(attempt.indication ?? 0);
    this.lines.push(`sessionRequestDelay ${way} other success ${delay}`);
    this.lines.push(`sessionAnswerDelay ${way} other ${seconds(now - attempt.start)}`);
    attempt.answeredTag = sip.toTag ?? '';
    attempt.final = status;
    this.endAttempt(attempt, String(status), now);
  }

  private fails(row: Transaction, status: number, now: number): void {
    const attempt = this.attemptOf(row);
    if (attempt !== undefined && !attempt.closed) {
      if (attempt.final < 600 || status >= 600) attempt.final = status;
      if (status >= 400 && ![401, 402, 407].includes(status)) indicate(attempt, now);
      this.branchDone(attempt, now);
    }
    for (const key of row.dialogs) {
      const state = this.dialogs.get(key)?.state;
      if (state === 'early' || state === 'over') this.dialogs.delete(key);
    }
  }

  private branchDone(attempt: Attempt, now: number): void {
    attempt.open--;
    if (attempt.open > 0) return;
    attempt.open = 0;
    if (CHALLENGES.includes(attempt.final) && !attempt.cancelled) {
      attempt.waiting = true;
      attempt.deadline = now + RETRY_WAIT;
      return;
    }
    const cancelled = attempt.cancelled && (attempt.final === 487 || attempt.final === 0);
    if (!cancelled && attempt.final >= 400 && attempt.indication !== undefined) {
      const delay = seconds(attempt.indication);
      this.lines.push(`sessionRequestDelay ${attempt.direction} other failure ${delay}`);
    }
    const failed = attempt.final === 0 ? 'timeout' : String(attempt.final);
    this.endAttempt(attempt, cancelled ? 'cancelled' : failed, now);
  }

  private attemptDue(key: string, attempt: Attempt): void {
    const now = attempt.deadline;
    if (attempt.closed) {
      this.attempts.delete(key);
      return;
    }
    const { final } = attempt;
    const cancelled = attempt.cancelled && (final === 0 || final === 487);
    const other = final === 0 ? 'lost' : String(final);
    this.endAttempt(attempt, cancelled && !attempt.waiting ? 'cancelled' : other, now);
  }

  private endAttempt(attempt: Attempt, result: string, now: number): void {
    this.lines.push(`attemptEnded ${attempt.direction} other ${result}`);
    attempt.closed = true;
    attempt.deadline = now + LINGER;
  }

  private otherResponse(row: Transaction, status: number, now: number): void {
    if (status < 200 || row.final !== 0 || (row.timeout === undefined && row.alive <= now)) return;
    row.final = status;
    row.timeout = undefined;
    row.alive = now + (row.role === 'client' ? T4 : T1_64);
    this.lines.push(`transactionCompleted ${row.role} ${row.method} ${seconds(now - row.start)}`);
    if (row.method === 'BYE' && row.dialog !== undefined)
      this.byeFinal(row, row.dialog, status, now);
  }

  private byeFinal(row: Transaction, dialog: Dialog, status: number, now: number): void {
    if (dialog.state === 'over' || !this.isKnown(dialog)) return;
    if (status === 401 || status === 407) {
      dialog.state = 'confirmed';
      dialog.deadline = dialog.confirmed + 86_400;
      return;
    }
    const outcome = isSuccess(status) ? 'success' : 'failure';
    const delay = seconds(now - dialog.firstBye);
    this.lines.push(`sessionDisconnectDelay ${dialog.byeDirection} ${outcome} ${delay}`);
    this.endDialog(dialog, dialog.byeDirection === 'out' ? 'local' : 'remote');
    row.dialog = undefined;
  }

  private byeTimedOut(dialog: Dialog): void {
    if (dialog.state !== 'ending' || !this.isKnown(dialog)) return;
    this.lines.push(`sessionDisconnectDelay ${dialog.byeDirection} failure ${T1_64}`);
    this.endDialog(dialog, 'timeout');
  }

  private endDialog(dialog: Dialog, by: string): void {
    this.lines.push(`sessionEnded ${dialog.direction} other ${by}`);
    const duration = seconds(dialog.lastBye - dialog.confirmed);
    this.lines.push(`sessionDuration ${dialog.direction} other ${duration}`);
    for (const [key, each] of this.dialogs) if (each === dialog) this.dialogs.delete(key);
  }

  private isKnown(dialog: Dialog): boolean {
    return [...this.dialogs.values()].includes(dialog);
  }

  private dialogDue(key: string, dialog: Dialog): void {
    if (dialog.state === 'ending') this.byeTimedOut(dialog);
    else if (dialog.state === 'confirmed') {
      this.lines.push(`sessionEnded ${dialog.direction} other expired`);
      this.dialogs.delete(key);
    } else this.dialogs.delete(key);
  }

  private timedOut(row: Transaction, timer: string): void {
    const now = row.timeout?.at ?? 0;
    row.timeout = undefined;
    row.alive = Math.min(row.alive, now);
    this.lines.push(`transactionTimeout ${row.role} other ${timer}`);
    if (timer === 'B' || timer === 'F') this.lines.push('peerTimeout other');
    if (timer === 'B') {
      const attempt = this.attemptOf(row);
      if (attempt !== undefined && !attempt.closed) this.branchDone(attempt, now);
    }
    if (row.method === 'BYE' && row.dialog !== undefined) this.byeTimedOut(row.dialog);
  }

  private openDialog(row: Transaction, sip: Sip, now: number): Dialog {
    const key = dialogKey(row.direction, sip);
    row.dialogs.add(key);
    const known = this.dialogs.get(key);
    if (known !== undefined) return known;
    this.lines.push(`dialogEarly ${row.direction} other`);
    const dialog = newDialog(row.direction, now + INVITE_MAX_AGE);
    this.dialogs.set(key, dialog);
    return dialog;
  }

  private observePdd(row: Transaction, now: number): void {
    if (row.pdd || row.final !== 0) return;
    row.pdd = true;
    this.lines.push(`callPdd ${row.direction} ${seconds(now - row.start)}`);
  }
}
