/**
 * Rows of attempts, of calls or of registrations: what a user tried, over as many transactions as it took.
 * Columns, key and eviction only; what an attempt means is in calls.ts and registration-attempts.ts.
 */
import {
  float64At,
  float64Column,
  int32At,
  int32Column,
  uint8At,
  uint8Column,
  uint16At,
  uint16Column,
} from '../core/columns.ts';
import { EvictionLists } from '../core/eviction-lists.ts';
import { KeyTable } from '../core/key-table.ts';
import { Slab } from '../core/slab.ts';
import type { TimerWheel } from '../core/timer-wheel.ts';
import { type Direction, Direction as Directions } from '../direction/direction.ts';

export const AttemptState = {
  /** At least one branch has no final response. */
  OPEN: 0,
  /** Challenged: a retry may follow. */
  WAITING: 1,
  /** Every branch failed, but the request they are copies of is not answered: another branch may follow. */
  UPSTREAM: 2,
  /** Has its result; kept to tell late answers. */
  CLOSED: 3,
} as const;
export type AttemptState = (typeof AttemptState)[keyof typeof AttemptState];

/** Least valuable first. */
const AttemptClass = { CLOSED: 0, UNANSWERED: 1, ANSWERED: 2 } as const;
const CLASSES = 3;
const SLOTS_INITIAL = 64;

export class AttemptTable {
  readonly timerBase: number;
  readonly slab: Slab;
  readonly keys: KeyTable;
  private readonly wheel: TimerWheel;
  private readonly lists: EvictionLists;
  evictions = 0;

  private readonly keyLo: Int32Array;
  private readonly keyHi: Int32Array;
  /** Moves on when a row is reused or its branches are superseded: older references then mean nothing. */
  readonly serial: Int32Array;
  readonly state: Uint8Array;
  readonly direction: Uint8Array;
  readonly peer: Uint16Array;
  readonly cseq: Float64Array;
  /** Branches without a final response. */
  readonly branches: Uint16Array;
  /** Last final status of a branch, 0 = none; a 6xx stays. */
  readonly final: Int32Array;
  readonly cancelled: Uint8Array;
  /** Hash of the To tag of the 2xx that was the result. */
  readonly answeredTag: Int32Array;
  readonly startUs: Float64Array;
  readonly era: Int32Array;
  /** First request → first indication of its fate (RFC 6076 4.3); -1 = none yet, -2 = not measurable. */
  readonly indicationUs: Float64Array;

  constructor(rowsMax: number, timerBase: number, wheel: TimerWheel) {
    this.timerBase = timerBase;
    this.wheel = wheel;
    this.slab = new Slab(rowsMax);
    this.keys = new KeyTable(rowsMax, SLOTS_INITIAL);
    this.lists = new EvictionLists(rowsMax, CLASSES);
    this.keyLo = int32Column(rowsMax);
    this.keyHi = int32Column(rowsMax);
    this.serial = int32Column(rowsMax);
    this.state = uint8Column(rowsMax);
    this.direction = uint8Column(rowsMax);
    this.peer = uint16Column(rowsMax);
    this.cseq = float64Column(rowsMax);
    this.branches = uint16Column(rowsMax);
    this.final = int32Column(rowsMax);
    this.cancelled = uint8Column(rowsMax);
    this.answeredTag = int32Column(rowsMax);
    this.startUs = float64Column(rowsMax);
    this.era = int32Column(rowsMax);
    this.indicationUs = float64Column(rowsMax);
  }

  find(lo: number, hi: number): number {
    return this.keys.find(lo, hi);
  }

  /** The row to give up before `add` when the table is full, else -1. */
  rowToEvict(): number {
    return this.slab.size < this.slab.rowsMax ? -1 : this.lists.oldest();
  }

  /** A new row under a key that is not in use; its columns are set by `open`. */
  add(lo: number, hi: number): number {
    const row = this.slab.allocate();
    this.keys.insert(lo, hi, row);
    this.keyLo[row] = lo;
    this.keyHi[row] = hi;
    this.lists.add(row, AttemptClass.UNANSWERED);
    return row;
  }

  /** Starts an attempt in a row, new or closed. */
  open(row: number, timestampUs: number, era: number, cseq: number): void {
    this.serial[row] = (int32At(this.serial, row) + 1) | 0;
    this.state[row] = AttemptState.OPEN;
    this.cseq[row] = cseq;
    this.branches[row] = 0;
    this.final[row] = 0;
    this.cancelled[row] = 0;
    this.startUs[row] = timestampUs;
    this.era[row] = era;
    this.indicationUs[row] = -1;
    this.lists.move(row, AttemptClass.UNANSWERED);
  }

  /** The branches so far belong to an older request; references to them end. */
  supersede(row: number, cseq: number): void {
    this.serial[row] = (int32At(this.serial, row) + 1) | 0;
    this.state[row] = AttemptState.OPEN;
    this.cseq[row] = cseq;
    this.branches[row] = 0;
    this.final[row] = 0;
  }

  close(row: number, keepUntilUs: number): void {
    this.state[row] = AttemptState.CLOSED;
    this.branches[row] = 0;
    this.lists.move(row, AttemptClass.CLOSED);
    this.schedule(row, keepUntilUs);
  }

  /** A response came: worth more than an attempt that nobody answers. */
  promote(row: number): void {
    if (this.state[row] !== AttemptState.CLOSED) this.lists.move(row, AttemptClass.ANSWERED);
  }

  remove(row: number): void {
    this.wheel.cancel(this.timerBase + row);
    this.keys.remove(int32At(this.keyLo, row), int32At(this.keyHi, row));
    this.lists.remove(row);
    // For who counts rows by state without asking which are live.
    this.state[row] = AttemptState.CLOSED;
    this.slab.free(row);
  }

  schedule(row: number, deadlineUs: number): void {
    this.wheel.schedule(this.timerBase + row, deadlineUs);
  }

  has(row: number, serial: number): boolean {
    return row >= 0 && this.slab.isLive(row) && this.serial[row] === serial;
  }

  directionOf(row: number): Direction {
    return uint8At(this.direction, row) === Directions.IN ? Directions.IN : Directions.OUT;
  }

  isOpen(row: number): boolean {
    return this.slab.isLive(row) && this.state[row] !== AttemptState.CLOSED;
  }

  /** Adds the open attempts to `counts[direction * peers + peer]`. */
  countOpen(counts: Float64Array, peers: number): void {
    const { slab, state, direction, peer } = this;
    const rows = slab.highWater;
    for (let row = 0; row < rows; row++) {
      if (state[row] === AttemptState.CLOSED) continue;
      const cell = uint8At(direction, row) * peers + uint16At(peer, row);
      counts[cell] = float64At(counts, cell) + 1;
    }
  }

  /** Peers were renumbered: `map[old]` is the new index. */
  remapPeers(map: Uint16Array): void {
    for (let row = 0; row < this.slab.highWater; row++) {
      this.peer[row] = uint16At(map, uint16At(this.peer, row));
    }
  }
}
