/**
 * Rows of dialogs (RFC 3261 12): Call-ID and both tags, one per fork, with the local side as an end or as
 * a proxy between the ends. Columns, key, siblings and eviction; their life is in dialogs.ts.
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

export const DialogState = {
  EARLY: 0,
  CONFIRMED: 1,
  /** A BYE was seen and has no final yet: out of the gauges, back in after 401 or 407. */
  ENDING: 2,
  /** A BYE ended it while it was early: stays, as a link to its siblings, until they end. */
  OVER: 3,
} as const;
export type DialogState = (typeof DialogState)[keyof typeof DialogState];

export const DialogRole = { UAS: 0, UAC: 1, PROXY: 2 } as const;
export type DialogRole = (typeof DialogRole)[keyof typeof DialogRole];

export const DialogKind = { SESSION: 0, SUBSCRIPTION: 1 } as const;
export type DialogKind = (typeof DialogKind)[keyof typeof DialogKind];

const CLASSES = 2;
const SLOTS_INITIAL = 64;

export class DialogTable {
  readonly timerBase: number;
  readonly slab: Slab;
  readonly keys: KeyTable;
  private readonly wheel: TimerWheel;
  private readonly lists: EvictionLists;
  evictions = 0;

  private readonly keyLo: Int32Array;
  private readonly keyHi: Int32Array;
  readonly serial: Int32Array;
  readonly state: Uint8Array;
  readonly role: Uint8Array;
  readonly kind: Uint8Array;
  /** Of the request that created it. */
  readonly direction: Uint8Array;
  readonly peer: Uint16Array;
  /** Packet time of the 2xx. */
  readonly confirmedUs: Float64Array;
  /** Packet time of the first BYE of this ending, and of the last. */
  readonly firstByeUs: Float64Array;
  readonly lastByeUs: Float64Array;
  /** Clock eras of the 2xx and of the first BYE. */
  readonly confirmedEra: Int32Array;
  readonly byeEra: Int32Array;
  readonly byeDirection: Uint8Array;
  /** Timer time of `--dialog-max-age`, or of the early dialog's end. */
  readonly maxAgeAtUs: Float64Array;
  /** Timer time at which the session timer or the subscription runs out; Infinity without. */
  readonly refreshByUs: Float64Array;
  /** The server transaction whose 2xx still waits for its ACK; -1 = none. */
  readonly unacked: Int32Array;
  readonly unackedSerial: Int32Array;
  /** The INVITE transaction that the row was created by, and its other dialogs. */
  readonly creator: Int32Array;
  readonly creatorSerial: Int32Array;
  readonly sibling: Int32Array;
  readonly siblingSerial: Int32Array;

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
    this.role = uint8Column(rowsMax);
    this.kind = uint8Column(rowsMax);
    this.direction = uint8Column(rowsMax);
    this.peer = uint16Column(rowsMax);
    this.confirmedUs = float64Column(rowsMax);
    this.firstByeUs = float64Column(rowsMax);
    this.lastByeUs = float64Column(rowsMax);
    this.confirmedEra = int32Column(rowsMax);
    this.byeEra = int32Column(rowsMax);
    this.byeDirection = uint8Column(rowsMax);
    this.maxAgeAtUs = float64Column(rowsMax);
    this.refreshByUs = float64Column(rowsMax);
    this.unacked = int32Column(rowsMax);
    this.unackedSerial = int32Column(rowsMax);
    this.creator = int32Column(rowsMax);
    this.creatorSerial = int32Column(rowsMax);
    this.sibling = int32Column(rowsMax);
    this.siblingSerial = int32Column(rowsMax);
  }

  find(lo: number, hi: number): number {
    return this.keys.find(lo, hi);
  }

  rowToEvict(): number {
    return this.slab.size < this.slab.rowsMax ? -1 : this.lists.oldest();
  }

  /** A new early dialog under a key that is not in use. */
  add(lo: number, hi: number): number {
    const row = this.slab.allocate();
    this.keys.insert(lo, hi, row);
    this.keyLo[row] = lo;
    this.keyHi[row] = hi;
    this.serial[row] = (int32At(this.serial, row) + 1) | 0;
    this.state[row] = DialogState.EARLY;
    this.firstByeUs[row] = -1;
    this.refreshByUs[row] = Number.POSITIVE_INFINITY;
    this.unacked[row] = -1;
    this.sibling[row] = -1;
    this.lists.add(row, 0);
    return row;
  }

  confirm(row: number): void {
    this.state[row] = DialogState.CONFIRMED;
    this.lists.move(row, 1);
  }

  remove(row: number): void {
    this.wheel.cancel(this.timerBase + row);
    this.keys.remove(int32At(this.keyLo, row), int32At(this.keyHi, row));
    this.lists.remove(row);
    // For who counts rows by state without asking which are live.
    this.state[row] = DialogState.OVER;
    this.slab.free(row);
  }

  /** Sets the row's timer from its deadlines. */
  schedule(row: number): void {
    const deadline = Math.min(float64At(this.maxAgeAtUs, row), float64At(this.refreshByUs, row));
    this.wheel.schedule(this.timerBase + row, deadline);
  }

  scheduleAt(row: number, deadlineUs: number): void {
    this.wheel.schedule(this.timerBase + row, deadlineUs);
  }

  has(row: number, serial: number): boolean {
    return row >= 0 && this.slab.isLive(row) && this.serial[row] === serial;
  }

  /** Never had a 2xx. */
  isUnconfirmed(row: number): boolean {
    return this.state[row] === DialogState.EARLY || this.state[row] === DialogState.OVER;
  }

  directionOf(row: number): Direction {
    return uint8At(this.direction, row) === Directions.IN ? Directions.IN : Directions.OUT;
  }

  remapPeers(map: Uint16Array): void {
    for (let row = 0; row < this.slab.highWater; row++) {
      this.peer[row] = uint16At(map, uint16At(this.peer, row));
    }
  }
}
