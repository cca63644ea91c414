/**
 * How long a transaction counts as alive, what it may time out of, and how long it is remembered:
 * RFC 3261 Table 4 and RFC 6026, on the packet clock.
 */
import { float64At } from '../core/columns.ts';
import type { TimerWheel } from '../core/timer-wheel.ts';
import { Method } from '../sip-parser/method.ts';
import { Role, type Timeout, Timeout as Timeouts } from './observer.ts';
import { SIXTY_FOUR_T1_US, T4_US, TIMER_C_US, type TrackerOptions } from './tracker-options.ts';
import { isOpen, State } from './transaction-machines.ts';
import { TransactionFlag } from './transaction-rows.ts';
import type { Transactions } from './transactions.ts';

/** Timer D on UDP: at least 32 s (RFC 3261 17.1.1.2). */
const TIMER_D_US = 32_000_000;
const NEVER: number = Number.POSITIVE_INFINITY;

export class TransactionTimers {
  private readonly wheel: TimerWheel;
  private readonly options: TrackerOptions;

  constructor(options: TrackerOptions, wheel: TimerWheel) {
    this.options = options;
    this.wheel = wheel;
  }

  /** A row of `addTransaction`, which has no deadline yet. */
  begin(table: Transactions, row: number): void {
    this.wheel.begin(table.timerBase + row);
  }

  /** A message of the transaction: retransmissions are recognised a while longer. */
  touch(table: Transactions, row: number, nowUs: number): void {
    const lingerUntilUs = nowUs + this.options.matchLingerUs;
    // What rings is remembered for as long as its attempt may wait for the answer.
    const rings = table.state(row) === State.PROCEEDING;
    const before = rings ? table.lingerUntilUs(row) : 0;
    table.setLingerUntil(row, Math.max(before, lingerUntilUs));
    this.schedule(table, row);
  }

  forget(table: Transactions, row: number): void {
    this.wheel.cancel(table.timerBase + row);
  }

  /** A new request: Timers B and F for what is sent, 64·T1 for the answer to what is received. */
  request(table: Transactions, row: number, method: Method, nowUs: number): void {
    if (method !== Method.ACK) {
      table.aliveUntilUs[row] = nowUs + SIXTY_FOUR_T1_US;
      const client = table.role === Role.CLIENT;
      if (method === Method.INVITE) {
        if (client) this.arm(table, row, Timeouts.B, nowUs);
      } else {
        this.arm(table, row, client ? Timeouts.F : Timeouts.NO_RESPONSE, nowUs);
      }
    }
    this.touch(table, row, nowUs);
  }

  /** An INVITE that rings: `--invite-max-age`, or Timer C where it is proxied (RFC 3261 16.6). */
  proceeding(table: Transactions, row: number, nowUs: number): void {
    table.clearTimeout(row);
    table.aliveUntilUs[row] = nowUs + this.options.inviteMaxAgeUs;
    table.setLingerUntil(row, nowUs + this.options.inviteMaxAgeUs);
    this.furtherProvisional(table, row, nowUs);
  }

  /** Each 1xx starts Timer C again (RFC 3261 16.7 step 2). */
  furtherProvisional(table: Transactions, row: number, nowUs: number): void {
    const proxied = table.hasFlag(row, TransactionFlag.FORWARDED | TransactionFlag.FORWARDED_COPY);
    if (proxied) table.aliveUntilUs[row] = nowUs + TIMER_C_US;
  }

  /** A 2xx to INVITE: Timers L and M (RFC 6026 7); a server waits as long for the ACK. */
  accepted(table: Transactions, row: number, nowUs: number): void {
    table.clearTimeout(row);
    table.aliveUntilUs[row] = nowUs + SIXTY_FOUR_T1_US;
    // Behind a proxy that does not record-route, the ACK passes by (RFC 3261 16.11).
    const forwarded = table.hasFlag(row, TransactionFlag.FORWARDED);
    if (table.role === Role.SERVER && !forwarded) this.arm(table, row, Timeouts.NO_ACK, nowUs);
  }

  /** A final other than 2xx to INVITE: Timer D, or H until the ACK. */
  inviteFailed(table: Transactions, row: number, nowUs: number): void {
    if (table.role === Role.SERVER) {
      table.aliveUntilUs[row] = nowUs + SIXTY_FOUR_T1_US;
      this.arm(table, row, Timeouts.H, nowUs);
      return;
    }
    table.clearTimeout(row);
    table.aliveUntilUs[row] = nowUs + this.unlessReliable(table, row, TIMER_D_US);
  }

  /** The ACK of a final: the end of Timer H, the beginning of Timer I. A client waits for Timer D all the same. */
  acknowledged(table: Transactions, row: number, nowUs: number): void {
    const state = table.state(row);
    if (table.role === Role.CLIENT || isOpen(state)) return;
    table.clearTimeout(row);
    if (state === State.CONFIRMED) {
      table.aliveUntilUs[row] = nowUs + this.unlessReliable(table, row, T4_US);
    }
    this.schedule(table, row);
  }

  /** A final response to anything but INVITE: Timers J and K. */
  completed(table: Transactions, row: number, nowUs: number): void {
    table.clearTimeout(row);
    const life = table.role === Role.CLIENT ? T4_US : SIXTY_FOUR_T1_US;
    table.aliveUntilUs[row] = nowUs + this.unlessReliable(table, row, life);
  }

  /** The pending time-out, when it has passed; -1 otherwise. It is disarmed. */
  takeTimeout(table: Transactions, row: number, nowUs: number): number {
    if (table.timeoutAtUs(row) > nowUs) return -1;
    table.clearTimeout(row);
    return table.timeout(row);
  }

  /** True when the row's machine and its memory are both over; otherwise it is scheduled again. */
  isOver(table: Transactions, row: number, nowUs: number): boolean {
    if (this.deadlineUs(table, row) <= nowUs) return true;
    table.setScheduled(row, NEVER);
    this.schedule(table, row);
    return false;
  }

  /**
   * The wheel may look at a row too early, never too late: it is told only when the row has to be looked at
   * before the time it knows, not at every message that makes a row live longer.
   */
  private schedule(table: Transactions, row: number): void {
    const deadlineUs = this.deadlineUs(table, row);
    if (deadlineUs >= table.scheduledUs(row)) return;
    table.setScheduled(row, deadlineUs);
    this.wheel.schedule(table.timerBase + row, deadlineUs);
  }

  private deadlineUs(table: Transactions, row: number): number {
    const endUs = Math.max(float64At(table.aliveUntilUs, row), table.lingerUntilUs(row));
    return Math.min(endUs, table.timeoutAtUs(row));
  }

  private arm(table: Transactions, row: number, timeout: Timeout, nowUs: number): void {
    table.setTimeout(row, timeout, nowUs + SIXTY_FOUR_T1_US);
  }

  private unlessReliable(table: Transactions, row: number, lifeUs: number): number {
    return table.hasFlag(row, TransactionFlag.RELIABLE) ? 0 : lifeUs;
  }
}
