/**
 * Registration attempts: REGISTERs of one Call-ID and AOR with their challenges and retries folded
 * (METRICS.md "Attempt", RFC 6076 4.1 and 4.2), one result each.
 */
import type { TimerWheel } from '../core/timer-wheel.ts';
import { Direction } from '../direction/direction.ts';
import type { Arrival } from './arrival.ts';
import { AttemptState, AttemptTable } from './attempt-table.ts';
import { finalOf, isChallenge } from './calls.ts';
import { Interval, type Observer, Result } from './observer.ts';
import { SIXTY_FOUR_T1_US, type TrackerOptions } from './tracker-options.ts';

export class RegistrationAttempts {
  readonly table: AttemptTable;
  private readonly options: TrackerOptions;
  private readonly observer: Observer;

  constructor(options: TrackerOptions, observer: Observer, wheel: TimerWheel, timerBase: number) {
    this.options = options;
    this.observer = observer;
    this.table = new AttemptTable(options.registrationAttemptsMax, timerBase, wheel);
  }

  /** A REGISTER, first transmission. Returns the attempt's row; -1 for one older than the attempt. */
  register(arrival: Arrival, aorLo: number, aorHi: number): number {
    const { table } = this;
    const { keys, direction, message } = arrival;
    const peer = direction === Direction.OUT ? arrival.peer : 0;
    keys.registrationAttempt(aorLo, aorHi, direction, peer);
    let row = table.find(keys.lo, keys.hi);
    if (row < 0) {
      this.makeRoom();
      row = table.add(keys.lo, keys.hi);
      this.start(row, arrival);
    } else if (table.state(row) === AttemptState.CLOSED) {
      this.start(row, arrival);
    } else if (message.cseqNumber > table.cseq(row)) {
      // Either the retry of a challenge, or a refresh while the one before is unanswered: the latter
      // closes what came before without a final.
      if (table.state(row) === AttemptState.OPEN) {
        this.end(row, Result.LOST, arrival.nowUs);
        this.start(row, arrival);
      } else {
        table.supersede(row, message.cseqNumber);
      }
    } else if (message.cseqNumber < table.cseq(row)) {
      return -1;
    } else if (table.state(row) === AttemptState.WAITING) {
      table.setFinal(row, 0);
    }
    table.setState(row, AttemptState.OPEN);
    table.setBranches(row, table.branches(row) + 1);
    table.schedule(row, arrival.nowUs + SIXTY_FOUR_T1_US);
    return row;
  }

  /** The first final response to a REGISTER of the attempt. */
  final(row: number, arrival: Arrival): void {
    const { table, observer } = this;
    if (table.state(row) === AttemptState.CLOSED) return;
    const statusCode = finalOf(arrival.message.statusCode);
    if (table.final(row) < 600 || statusCode >= 600) table.setFinal(row, statusCode);
    if (statusCode >= 200 && statusCode < 300) {
      const elapsed = table.elapsedUs(row, arrival.timestampUs, arrival.era);
      const direction = table.directionOf(row);
      const peer = table.peer(row);
      if (elapsed >= 0) observer.registrationDelay(direction, peer, elapsed);
      else observer.intervalDiscarded(Interval.REGISTRATION_DELAY);
      this.end(row, statusCode, arrival.nowUs);
      return;
    }
    const open = table.branches(row);
    if (open > 1) {
      table.setBranches(row, open - 1);
      return;
    }
    const final = table.final(row);
    if (isChallenge(final)) {
      table.setBranches(row, 0);
      table.setState(row, AttemptState.WAITING);
      table.schedule(row, arrival.nowUs + this.options.retryWaitUs);
      return;
    }
    this.end(row, final, arrival.nowUs);
  }

  /** The row's timer: 64·T1 without a final (Timer F), a challenge not retried, or the end of its memory. */
  due(row: number, nowUs: number): void {
    const { table } = this;
    if (table.state(row) === AttemptState.CLOSED) {
      table.remove(row);
      return;
    }
    const final = table.final(row);
    this.end(row, final === 0 ? Result.TIMEOUT : final, nowUs);
  }

  private start(row: number, arrival: Arrival): void {
    const { table } = this;
    table.open(row, arrival.direction, arrival.peer, arrival.message.cseqNumber);
    table.setStart(row, arrival.timestampUs, arrival.era);
    this.observer.registrationStarted(arrival.direction, arrival.peer);
  }

  private end(row: number, result: Result, nowUs: number): void {
    const { table } = this;
    this.observer.registrationEnded(table.directionOf(row), table.peer(row), result);
    table.close(row, nowUs + this.options.matchLingerUs);
  }

  private makeRoom(): void {
    const { table } = this;
    const row = table.rowToEvict();
    if (row < 0) return;
    if (table.isOpen(row)) {
      const peer = table.peer(row);
      this.observer.registrationEnded(table.directionOf(row), peer, Result.LOST);
    }
    table.remove(row);
    table.evictions++;
  }
}
