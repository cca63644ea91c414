/**
 * Call attempts as a user made them (METRICS.md "Attempt", RFC 6076): initial INVITEs of one Call-ID and
 * From tag, challenges and their retries folded, forks to one peer counted once, and one result each.
 */
import type { TimerWheel } from '../core/timer-wheel.ts';
import { Direction } from '../direction/direction.ts';
import type { Arrival } from './arrival.ts';
import { AttemptState, AttemptTable } from './attempt-table.ts';
import { Interval, type Observer, Outcome, Result } from './observer.ts';
import { SIXTY_FOUR_T1_US, type TrackerOptions } from './tracker-options.ts';

const NO_INDICATION = -1;
const NOT_MEASURABLE = -2;

/** Finals after which the same user agent tries again at once (RFC 3261 22, RFC 4028 6, RFC 3329 2.3.1). */
export function isChallenge(statusCode: number): boolean {
  return statusCode === 401 || statusCode === 407 || statusCode === 422 || statusCode === 494;
}

/** Finals that are failures for RFC 6076 4.3.2: 401, 402 and 407 ask for something. */
function isFailure(statusCode: number): boolean {
  return statusCode >= 400 && statusCode !== 401 && statusCode !== 402 && statusCode !== 407;
}

/** Stands for every status that is none (METRICS.md "Labels"): neither 0 nor a Result nor a 6xx. */
const NO_STATUS = 99;

/** A final status as an attempt keeps it. */
export function finalOf(statusCode: number): number {
  return statusCode < 100 || statusCode > 699 ? NO_STATUS : statusCode;
}

export class Calls {
  readonly table: AttemptTable;
  private readonly options: TrackerOptions;
  private readonly observer: Observer;

  constructor(options: TrackerOptions, observer: Observer, wheel: TimerWheel, timerBase: number) {
    this.options = options;
    this.observer = observer;
    this.table = new AttemptTable(options.attemptsMax, timerBase, wheel);
  }

  /** An initial INVITE, first transmission. Returns the attempt's row, -1 when it belongs to none. */
  invite(arrival: Arrival): number {
    const { table } = this;
    const { keys, direction, message, nowUs } = arrival;
    keys.attempt(direction, direction === Direction.OUT ? arrival.peer : 0);
    let row = table.find(keys.lo, keys.hi);
    if (row < 0) {
      this.makeRoom();
      row = table.add(keys.lo, keys.hi);
      this.start(row, arrival);
    } else if (table.state(row) === AttemptState.CLOSED) {
      // A further copy of a request that was answered already is no new try of the user.
      const final = table.final(row);
      const answered = final >= 200 && final < 300;
      if (answered && table.cseq(row) === message.cseqNumber) return row;
      this.start(row, arrival);
    } else if (message.cseqNumber > table.cseq(row)) {
      table.supersede(row, message.cseqNumber);
    } else if (message.cseqNumber < table.cseq(row)) {
      return -1;
    } else if (table.state(row) === AttemptState.WAITING) {
      // A proxy that answers the challenge itself keeps the CSeq number: retried all the same.
      table.setFinal(row, 0);
    }
    table.setState(row, AttemptState.OPEN);
    table.setBranches(row, table.branches(row) + 1);
    table.schedule(row, nowUs + this.options.inviteMaxAgeUs);
    return row;
  }

  /** A provisional response other than 100 to a branch. */
  provisional(row: number, arrival: Arrival): void {
    this.table.promote(row);
    if (this.table.state(row) === AttemptState.CLOSED) return;
    this.indicate(row, arrival);
  }

  /** A 2xx to a branch; every one that is no retransmission. */
  answered(row: number, arrival: Arrival): void {
    const { table, observer } = this;
    const direction = table.directionOf(row);
    const { toTagLo } = arrival.keys;
    if (table.state(row) === AttemptState.CLOSED) {
      // The same answer on its way back through a spiral (RFC 3261 16.3) is no second one.
      const known = table.final(row) === arrival.message.statusCode;
      if (!known || table.answeredTag(row) !== toTagLo) observer.lateAnswer(direction);
      return;
    }
    table.setAnsweredTag(row, toTagLo);
    this.indicate(row, arrival);
    const peer = table.peer(row);
    const indication = table.indicationUs(row);
    if (indication >= 0) observer.sessionRequestDelay(direction, peer, Outcome.SUCCESS, indication);
    const elapsed = table.elapsedUs(row, arrival.timestampUs, arrival.era);
    if (elapsed >= 0) observer.sessionAnswerDelay(direction, peer, elapsed);
    else observer.intervalDiscarded(Interval.ANSWER_DELAY);
    table.setFinal(row, arrival.message.statusCode);
    table.setBranches(row, Math.max(0, table.branches(row) - 1));
    this.end(row, arrival.message.statusCode, arrival.nowUs);
  }

  /**
   * A final response other than 2xx to a branch that had none. `upstreamOpen`: the branch is a copy of a
   * received request that is not answered yet, so that another branch may follow.
   */
  failed(row: number, arrival: Arrival, upstreamOpen: boolean): void {
    const { table } = this;
    if (table.state(row) === AttemptState.CLOSED) return;
    const statusCode = finalOf(arrival.message.statusCode);
    this.noteFinal(row, statusCode);
    if (isFailure(statusCode)) this.indicate(row, arrival);
    this.branchDone(row, arrival.nowUs, upstreamOpen);
  }

  /** Timer B passed on a branch. */
  timedOut(row: number, nowUs: number, upstreamOpen: boolean): void {
    if (this.table.state(row) !== AttemptState.CLOSED) this.branchDone(row, nowUs, upstreamOpen);
  }

  /**
   * CANCEL of one branch more. Of them all it is the originator's: without a final it is cancelled 64·T1 later
   * (RFC 3261 9.1). While others go on, a proxy in front has given up one of its own.
   */
  cancel(row: number, nowUs: number): void {
    const { table } = this;
    if (table.state(row) === AttemptState.CLOSED) return;
    table.addCancel(row);
    if (table.cancels(row) >= table.branches(row)) table.schedule(row, nowUs + SIXTY_FOUR_T1_US);
  }

  /** The received request whose copies these are got its final: no further branch will follow. */
  upstreamDone(arrival: Arrival, peers: number): void {
    const { table } = this;
    const { keys } = arrival;
    for (let peer = 0; peer < peers; peer++) {
      keys.attempt(Direction.OUT, peer);
      const row = table.find(keys.lo, keys.hi);
      if (row >= 0 && table.state(row) === AttemptState.UPSTREAM) this.finish(row, arrival.nowUs);
    }
  }

  /** The row's timer: which one it was follows from its state. */
  due(row: number, nowUs: number): void {
    const { table } = this;
    switch (table.state(row)) {
      case AttemptState.OPEN:
        this.expire(row, nowUs);
        return;
      case AttemptState.WAITING:
        this.end(row, table.final(row), nowUs);
        return;
      case AttemptState.UPSTREAM:
        this.finish(row, nowUs);
        return;
      default:
        table.remove(row);
    }
  }

  /** A branch never got its final: what the others said stands, else the attempt is lost. */
  private expire(row: number, nowUs: number): void {
    const { table } = this;
    if (table.final(row) === 0 && table.cancels(row) === 0) this.end(row, Result.LOST, nowUs);
    else this.finish(row, nowUs);
  }

  private start(row: number, arrival: Arrival): void {
    const { table } = this;
    table.open(row, arrival.direction, arrival.peer, arrival.message.cseqNumber);
    table.setStart(row, arrival.timestampUs, arrival.era);
    this.observer.attemptStarted(arrival.direction, arrival.peer);
  }

  private noteFinal(row: number, statusCode: number): void {
    const { table } = this;
    if (table.final(row) < 600 || statusCode >= 600) table.setFinal(row, statusCode);
  }

  private branchDone(row: number, nowUs: number, upstreamOpen: boolean): void {
    const { table } = this;
    const open = table.branches(row);
    if (open > 1) {
      table.setBranches(row, open - 1);
      return;
    }
    table.setBranches(row, 0);
    if (isChallenge(table.final(row)) && table.cancels(row) === 0) {
      table.setState(row, AttemptState.WAITING);
      table.schedule(row, nowUs + this.options.retryWaitUs);
      return;
    }
    if (upstreamOpen) {
      table.setState(row, AttemptState.UPSTREAM);
      table.schedule(row, nowUs + SIXTY_FOUR_T1_US);
      return;
    }
    this.finish(row, nowUs);
  }

  /** Every branch is done and none was answered. */
  private finish(row: number, nowUs: number): void {
    const { table, observer } = this;
    const final = table.final(row);
    const cancelled = table.cancels(row) > 0 && (final === 487 || final === 0);
    const indication = table.indicationUs(row);
    if (!cancelled && isFailure(final) && indication >= 0) {
      const peer = table.peer(row);
      observer.sessionRequestDelay(table.directionOf(row), peer, Outcome.FAILURE, indication);
    }
    if (cancelled) this.end(row, Result.CANCELLED, nowUs);
    else this.end(row, final === 0 ? Result.TIMEOUT : final, nowUs);
  }

  private end(row: number, result: Result, nowUs: number): void {
    const { table } = this;
    this.observer.attemptEnded(table.directionOf(row), table.peer(row), result);
    // A branch without a final may still be answered, which is then late.
    const { matchLingerUs, inviteMaxAgeUs } = this.options;
    const rings = table.branches(row) > 0;
    table.close(row, nowUs + (rings ? Math.max(matchLingerUs, inviteMaxAgeUs) : matchLingerUs));
  }

  private indicate(row: number, arrival: Arrival): void {
    const { table } = this;
    if (table.indicationUs(row) !== NO_INDICATION) return;
    const elapsed = table.elapsedUs(row, arrival.timestampUs, arrival.era);
    table.setIndication(row, elapsed >= 0 ? elapsed : NOT_MEASURABLE);
    if (elapsed < 0) this.observer.intervalDiscarded(Interval.REQUEST_DELAY);
  }

  private makeRoom(): void {
    const { table } = this;
    const row = table.rowToEvict();
    if (row < 0) return;
    if (table.isOpen(row)) {
      this.observer.attemptEnded(table.directionOf(row), table.peer(row), Result.LOST);
    }
    table.remove(row);
    table.evictions++;
  }
}
