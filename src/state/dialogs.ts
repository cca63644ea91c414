/**
 * The life of dialogs (METRICS.md "Dialogs"; RFC 3261 12 and 15, RFC 4028, RFC 6665): early, confirmed by
 * a 2xx, out of the gauges at a BYE, ended by its final. Only what was seen ends a dialog, or a limit.
 */
import type { TimerWheel } from '../core/timer-wheel.ts';
import { Direction } from '../direction/direction.ts';
import type { Arrival } from './arrival.ts';
import { type DialogKind, type DialogRole, DialogState, DialogTable } from './dialog-table.ts';
import { EndedBy, Interval, type Observer, Outcome } from './observer.ts';
import { SIXTY_FOUR_T1_US, type TrackerOptions } from './tracker-options.ts';

/** A first BYE that is later than every final. */
const NOT_MEASURABLE: number = Number.POSITIVE_INFINITY;
/** Dialogs of one INVITE that a failure or a first answer walks over; further forks end by their timer. */
const FORKS_MAX = 64;

export class Dialogs {
  readonly table: DialogTable;
  private readonly options: TrackerOptions;
  private readonly observer: Observer;

  constructor(options: TrackerOptions, observer: Observer, wheel: TimerWheel, timerBase: number) {
    this.options = options;
    this.observer = observer;
    this.table = new DialogTable(options.dialogsMax, timerBase, wheel);
  }

  /**
   * The dialog of a request sent in `requestDirection`, or of a response to it; -1 when it is not known. A
   * proxied dialog is found from either end.
   */
  find(arrival: Arrival, requestDirection: Direction): number {
    const { keys } = arrival;
    const { table } = this;
    if (requestDirection === Direction.OUT) keys.dialogFromLocal();
    else keys.dialogToLocal();
    const row = table.find(keys.lo, keys.hi);
    if (row >= 0) return row;
    if (requestDirection === Direction.OUT) keys.dialogToLocal();
    else keys.dialogFromLocal();
    const proxied = table.find(keys.lo, keys.hi);
    return proxied >= 0 && table.isProxied(proxied) ? proxied : -1;
  }

  /** Finds or makes the dialog of a response with a To tag to a dialog-forming request. */
  open(arrival: Arrival, requestDirection: Direction, role: DialogRole, kind: DialogKind): number {
    const { table } = this;
    const { keys } = arrival;
    if (requestDirection === Direction.OUT) keys.dialogFromLocal();
    else keys.dialogToLocal();
    const known = table.find(keys.lo, keys.hi);
    if (known >= 0) return known;
    const { lo, hi } = keys;
    const victim = table.rowToEvict();
    if (victim >= 0) {
      table.remove(victim);
      table.evictions++;
    }
    const row = table.add(lo, hi, role, kind, requestDirection);
    table.setPeer(row, arrival.peer);
    table.setMaxAge(row, arrival.nowUs + this.options.inviteMaxAgeUs);
    table.schedule(row);
    this.observer.dialogEarly(requestDirection, arrival.peer);
    return row;
  }

  /** A 2xx: the dialog is confirmed, once. `expiresUs`: the subscription's life, Infinity for a session. */
  confirm(row: number, arrival: Arrival, expiresUs: number): void {
    const { table } = this;
    if (table.state(row) !== DialogState.EARLY) return;
    table.confirm(row, arrival.timestampUs, arrival.era);
    table.setMaxAge(row, arrival.nowUs + this.options.dialogMaxAgeUs);
    table.setRefreshBy(row, arrival.nowUs + expiresUs);
    table.schedule(row);
    this.observer.dialogConfirmed(table.directionOf(row), table.peer(row));
  }

  /** A session refresh or its absence in a 2xx (RFC 4028 10); a subscription's new life (RFC 6665 4.1.2). */
  refresh(row: number, nowUs: number, expiresUs: number): void {
    const { table } = this;
    if (table.state(row) !== DialogState.CONFIRMED) return;
    table.setRefreshBy(row, nowUs + expiresUs);
    table.schedule(row);
  }

  /** A BYE, first transmission: out of the gauges at once. */
  bye(row: number, arrival: Arrival): void {
    const { table } = this;
    if (table.state(row) === DialogState.EARLY) table.setState(row, DialogState.OVER);
    if (table.state(row) !== DialogState.CONFIRMED) return;
    table.setState(row, DialogState.ENDING);
    // The retry of a challenged BYE goes on with its delay; a later BYE is a new try.
    const retryWaitUs = arrival.timestampUs - table.lastByeUs(row);
    if (table.firstByeUs(row) < 0 || retryWaitUs > this.options.retryWaitUs) {
      table.setFirstBye(row, arrival.timestampUs, arrival.era);
    } else if (table.byeEra(row) !== arrival.era) {
      // A step of the clock lies between: no delay can be told, and the duration is up to this BYE.
      table.setFirstBye(row, NOT_MEASURABLE, arrival.era);
    }
    table.setLastBye(row, arrival.timestampUs, arrival.direction);
    // The BYE's own transaction ends it; this is for a BYE whose row was evicted.
    table.scheduleAt(row, arrival.nowUs + SIXTY_FOUR_T1_US);
  }

  /** The first final response to a BYE of the dialog. */
  byeFinal(row: number, arrival: Arrival): void {
    const { table } = this;
    if (table.state(row) === DialogState.OVER) return;
    const { statusCode } = arrival.message;
    if (statusCode === 401 || statusCode === 407) {
      table.setState(row, DialogState.CONFIRMED);
      table.schedule(row);
      return;
    }
    if (table.state(row) === DialogState.CONFIRMED) {
      // Of two BYEs that crossed the first was challenged, and the dialog put back: the other one ends it.
      const { IN, OUT } = Direction;
      table.setByeDirection(row, arrival.direction === IN ? OUT : IN);
    }
    table.setState(row, DialogState.ENDING);
    const success = statusCode >= 200 && statusCode < 300;
    const elapsed = arrival.timestampUs - table.firstByeUs(row);
    this.disconnected(row, success ? Outcome.SUCCESS : Outcome.FAILURE, elapsed, arrival.era);
    const local = table.byeDirection(row) === Direction.OUT;
    this.end(row, local ? EndedBy.LOCAL : EndedBy.REMOTE);
  }

  /** Timer F of a BYE: the session is over without an answer (RFC 3261 15.1.1, RFC 6076 4.4). */
  byeTimedOut(row: number): void {
    const { table } = this;
    if (table.state(row) !== DialogState.ENDING) return;
    this.disconnected(row, Outcome.FAILURE, SIXTY_FOUR_T1_US, table.byeEra(row));
    this.end(row, EndedBy.TIMEOUT);
  }

  /** Subscription-State: terminated (RFC 6665 4.1.3). */
  subscriptionTerminated(row: number): void {
    if (!this.table.isSession(row)) this.table.remove(row);
  }

  /** The INVITE failed: its early dialogs are gone (RFC 3261 12.3). */
  inviteFailed(first: number, firstSerial: number, creator: number, creatorSerial: number): void {
    const { table } = this;
    let row = first;
    let serial = firstSerial;
    for (let i = 0; i < FORKS_MAX && table.has(row, serial); i++) {
      if (!table.isCreator(row, creator, creatorSerial)) return;
      const next = table.sibling(row);
      const nextSerial = table.siblingSerial(row);
      if (table.isUnconfirmed(row)) table.remove(row);
      row = next;
      serial = nextSerial;
    }
  }

  /** The first fork answered: the others have 64·T1 left (RFC 3261 13.2.2.4). */
  forkAnswered(first: number, firstSerial: number, nowUs: number): void {
    const { table } = this;
    let row = first;
    let serial = firstSerial;
    for (let i = 0; i < FORKS_MAX && table.has(row, serial); i++) {
      if (table.isUnconfirmed(row)) {
        table.setMaxAge(row, nowUs + SIXTY_FOUR_T1_US);
        table.schedule(row);
      }
      serial = table.siblingSerial(row);
      row = table.sibling(row);
    }
  }

  /** The row's timer. */
  due(row: number, nowUs: number): void {
    const { table } = this;
    if (table.isUnconfirmed(row)) {
      table.remove(row);
      return;
    }
    if (table.state(row) === DialogState.ENDING) {
      this.byeTimedOut(row);
      return;
    }
    const expired = table.maxAgeAtUs(row) <= nowUs;
    this.end(row, expired ? EndedBy.EXPIRED : EndedBy.TIMEOUT);
  }

  /** `bye`: 2xx → BYE is the duration; without a BYE there is none to observe. */
  private end(row: number, by: EndedBy): void {
    const { table, observer } = this;
    if (table.isSession(row)) {
      const direction = table.directionOf(row);
      const peer = table.peer(row);
      observer.sessionEnded(direction, peer, by);
      if (table.state(row) === DialogState.ENDING) this.observeDuration(row, direction, peer);
    }
    table.remove(row);
  }

  private observeDuration(row: number, direction: Direction, peer: number): void {
    const { table, observer } = this;
    const elapsed = table.lastByeUs(row) - table.confirmedUs(row);
    const measurable = table.byeEra(row) === table.confirmedEra(row) && elapsed >= 0;
    if (measurable) observer.sessionDuration(direction, peer, elapsed);
    else observer.intervalDiscarded(Interval.DURATION);
  }

  private disconnected(row: number, outcome: Outcome, elapsedUs: number, era: number): void {
    const { table, observer } = this;
    if (!table.isSession(row)) return;
    const sent = table.byeDirection(row) === Direction.OUT;
    if (table.byeEra(row) !== era || elapsedUs < 0) {
      observer.intervalDiscarded(Interval.DISCONNECT_DELAY);
      return;
    }
    observer.sessionDisconnectDelay(sent ? Direction.OUT : Direction.IN, outcome, elapsedUs);
  }
}
