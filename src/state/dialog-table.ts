/**
 * Rows of dialogs (RFC 3261 12): Call-ID and both tags, one per fork, with the local side as an end or as
 * a proxy between the ends. Fields, key, siblings and eviction; their life is in dialogs.ts.
 */
import { tallyBytes, tallyCells } from '../core/byte-tally.ts';
import { float64At, int32At, uint8At, uint8Column, uint16At } from '../core/columns.ts';
import { EvictionLists } from '../core/eviction-lists.ts';
import { KeyTable } from '../core/key-table.ts';
import { Rows } from '../core/rows.ts';
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

/** State, role, direction and kind of a row in one byte, so that a scrape counts a million rows in a moment. */
const STATE_MASK = 3;
const ROLE_SHIFT = 2;
const DIRECTION_SHIFT = 4;
const KIND_SHIFT = 5;

/** A row of 32 words, of which 24 are in use. */
const WORD_SHIFT = 5;
const HALF_SHIFT = 6;
const BYTE_SHIFT = 7;
const DOUBLE_SHIFT = 4;
// Words.
const LINK = 0;
const SERIAL = 2;
const KEY_LO = 3;
const KEY_HI = 4;
const CONFIRMED_ERA = 6;
const BYE_ERA = 7;
const UNACKED = 18;
const UNACKED_SERIAL = 19;
const CREATOR = 20;
const CREATOR_SERIAL = 21;
const SIBLING = 22;
const SIBLING_SERIAL = 23;
// Word 5.
const PEER = 10;
const BYE_DIRECTION = 22;
const CLASS_BYTE = 23;
// Doubles.
const MAX_AGE_AT = 4;
const REFRESH_BY = 5;
const CONFIRMED_AT = 6;
const FIRST_BYE = 7;
const LAST_BYE = 8;

const tally = tallyCells();

const CLASSES = 2;
const SLOTS_INITIAL = 64;

export class DialogTable {
  readonly timerBase: number;
  readonly slab: Slab;
  readonly keys: KeyTable;
  private readonly wheel: TimerWheel;
  private readonly lists: EvictionLists;
  evictions = 0;

  private readonly kinds: Uint8Array;
  private readonly words: Int32Array;
  private readonly halves: Uint16Array;
  private readonly bytes: Uint8Array;
  private readonly doubles: Float64Array;

  constructor(rowsMax: number, timerBase: number, wheel: TimerWheel) {
    this.timerBase = timerBase;
    this.wheel = wheel;
    this.slab = new Slab(rowsMax);
    this.keys = new KeyTable(rowsMax, SLOTS_INITIAL);
    const rows = new Rows(rowsMax, WORD_SHIFT, CLASSES);
    this.lists = new EvictionLists(rows, LINK, CLASS_BYTE, CLASSES);
    this.kinds = uint8Column(rowsMax);
    this.words = rows.words;
    this.halves = rows.halves;
    this.bytes = rows.bytes;
    this.doubles = rows.doubles;
  }

  find(lo: number, hi: number): number {
    return this.keys.find(lo, hi);
  }

  rowToEvict(): number {
    return this.slab.size < this.slab.rowsMax ? -1 : this.lists.oldest();
  }

  /** A new early dialog under a key that is not in use. */
  add(lo: number, hi: number, role: DialogRole, kind: DialogKind, direction: Direction): number {
    const row = this.slab.allocate();
    this.keys.insert(lo, hi, row);
    this.kinds[row] =
      (kind << KIND_SHIFT) |
      (direction << DIRECTION_SHIFT) |
      (role << ROLE_SHIFT) |
      DialogState.EARLY;
    const { words } = this;
    const at = row << WORD_SHIFT;
    words[at | KEY_LO] = lo;
    words[at | KEY_HI] = hi;
    words[at | SERIAL] = (int32At(words, at | SERIAL) + 1) | 0;
    words[at | UNACKED] = -1;
    words[at | CREATOR] = -1;
    words[at | SIBLING] = -1;
    this.doubles[(row << DOUBLE_SHIFT) | FIRST_BYE] = -1;
    this.doubles[(row << DOUBLE_SHIFT) | REFRESH_BY] = Number.POSITIVE_INFINITY;
    this.lists.add(row, 0);
    this.wheel.begin(this.timerBase + row);
    return row;
  }

  /** Packet time and clock era of the 2xx. */
  confirm(row: number, timestampUs: number, era: number): void {
    this.setState(row, DialogState.CONFIRMED);
    this.doubles[(row << DOUBLE_SHIFT) | CONFIRMED_AT] = timestampUs;
    this.words[(row << WORD_SHIFT) | CONFIRMED_ERA] = era;
    this.lists.move(row, 1);
  }

  remove(row: number): void {
    this.wheel.cancel(this.timerBase + row);
    const at = row << WORD_SHIFT;
    this.keys.remove(int32At(this.words, at | KEY_LO), int32At(this.words, at | KEY_HI));
    this.lists.remove(row);
    // References end, and who counts rows by state finds nothing.
    this.words[at | SERIAL] = (int32At(this.words, at | SERIAL) + 1) | 0;
    this.setState(row, DialogState.OVER);
    this.slab.free(row);
  }

  /** Timer time of `--dialog-max-age`, or of the early dialog's end. */
  setMaxAge(row: number, us: number): void {
    this.doubles[(row << DOUBLE_SHIFT) | MAX_AGE_AT] = us;
  }

  maxAgeAtUs(row: number): number {
    return float64At(this.doubles, (row << DOUBLE_SHIFT) | MAX_AGE_AT);
  }

  /** Timer time at which the session timer or the subscription runs out; Infinity without. */
  setRefreshBy(row: number, us: number): void {
    this.doubles[(row << DOUBLE_SHIFT) | REFRESH_BY] = us;
  }

  /** Sets the row's timer from its deadlines. */
  schedule(row: number): void {
    const refreshByUs = float64At(this.doubles, (row << DOUBLE_SHIFT) | REFRESH_BY);
    this.scheduleAt(row, Math.min(this.maxAgeAtUs(row), refreshByUs));
  }

  scheduleAt(row: number, deadlineUs: number): void {
    this.wheel.schedule(this.timerBase + row, deadlineUs);
  }

  serial(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | SERIAL);
  }

  /** True while the row's tenant is the one that had this serial. */
  has(row: number, serial: number): boolean {
    return row >= 0 && this.words[(row << WORD_SHIFT) | SERIAL] === serial;
  }

  state(row: number): number {
    return uint8At(this.kinds, row) & STATE_MASK;
  }

  setState(row: number, state: DialogState): void {
    this.kinds[row] = (uint8At(this.kinds, row) & ~STATE_MASK) | state;
  }

  /** Never had a 2xx. */
  isUnconfirmed(row: number): boolean {
    const state = this.state(row);
    return state === DialogState.EARLY || state === DialogState.OVER;
  }

  isProxied(row: number): boolean {
    return ((uint8At(this.kinds, row) >> ROLE_SHIFT) & 3) === DialogRole.PROXY;
  }

  setProxied(row: number): void {
    this.kinds[row] =
      (uint8At(this.kinds, row) & ~(3 << ROLE_SHIFT)) | (DialogRole.PROXY << ROLE_SHIFT);
  }

  isSession(row: number): boolean {
    return ((uint8At(this.kinds, row) >> KIND_SHIFT) & 1) === DialogKind.SESSION;
  }

  /** Of the request that created it. */
  directionOf(row: number): Direction {
    const direction = (uint8At(this.kinds, row) >> DIRECTION_SHIFT) & 1;
    return direction === Directions.IN ? Directions.IN : Directions.OUT;
  }

  peer(row: number): number {
    return uint16At(this.halves, (row << HALF_SHIFT) | PEER);
  }

  setPeer(row: number, peer: number): void {
    this.halves[(row << HALF_SHIFT) | PEER] = peer;
  }

  confirmedUs(row: number): number {
    return float64At(this.doubles, (row << DOUBLE_SHIFT) | CONFIRMED_AT);
  }

  confirmedEra(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | CONFIRMED_ERA);
  }

  /** Packet time and clock era of the first BYE of this ending; -1 = none. */
  firstByeUs(row: number): number {
    return float64At(this.doubles, (row << DOUBLE_SHIFT) | FIRST_BYE);
  }

  byeEra(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | BYE_ERA);
  }

  setFirstBye(row: number, timestampUs: number, era: number): void {
    this.doubles[(row << DOUBLE_SHIFT) | FIRST_BYE] = timestampUs;
    this.words[(row << WORD_SHIFT) | BYE_ERA] = era;
  }

  /** Packet time of the last BYE, and which way it went. */
  lastByeUs(row: number): number {
    return float64At(this.doubles, (row << DOUBLE_SHIFT) | LAST_BYE);
  }

  byeDirection(row: number): number {
    return uint8At(this.bytes, (row << BYTE_SHIFT) | BYE_DIRECTION);
  }

  setByeDirection(row: number, direction: Direction): void {
    this.bytes[(row << BYTE_SHIFT) | BYE_DIRECTION] = direction;
  }

  setLastBye(row: number, timestampUs: number, direction: Direction): void {
    this.doubles[(row << DOUBLE_SHIFT) | LAST_BYE] = timestampUs;
    this.setByeDirection(row, direction);
  }

  /** The server transaction whose 2xx still waits for its ACK; -1 = none. */
  unacked(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | UNACKED);
  }

  unackedSerial(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | UNACKED_SERIAL);
  }

  setUnacked(row: number, transaction: number, serial: number): void {
    this.words[(row << WORD_SHIFT) | UNACKED] = transaction;
    this.words[(row << WORD_SHIFT) | UNACKED_SERIAL] = serial;
  }

  /** True when the INVITE transaction that the row was created by has been noted. */
  isLinked(row: number): boolean {
    return int32At(this.words, (row << WORD_SHIFT) | CREATOR) >= 0;
  }

  isCreator(row: number, transaction: number, serial: number): boolean {
    const at = row << WORD_SHIFT;
    return this.words[at | CREATOR] === transaction && this.words[at | CREATOR_SERIAL] === serial;
  }

  setCreator(row: number, transaction: number, serial: number): void {
    this.words[(row << WORD_SHIFT) | CREATOR] = transaction;
    this.words[(row << WORD_SHIFT) | CREATOR_SERIAL] = serial;
  }

  /** Another dialog of its INVITE; -1 = none. */
  sibling(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | SIBLING);
  }

  siblingSerial(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | SIBLING_SERIAL);
  }

  setSibling(row: number, sibling: number, serial: number): void {
    this.words[(row << WORD_SHIFT) | SIBLING] = sibling;
    this.words[(row << WORD_SHIFT) | SIBLING_SERIAL] = serial;
  }

  /** Adds up the rows by direction, role and state, into `counts[dialogCell(…)]`. */
  count(counts: Int32Array): void {
    tally.fill(0);
    tallyBytes(this.kinds, this.slab.highWater, tally);
    for (let kind = 0; kind < tally.length; kind++) {
      const cell = kind & COUNTED_MASK;
      counts[cell] = int32At(counts, cell) + int32At(tally, kind);
    }
  }

  /** Peers were renumbered: `map[old]` is the new index. */
  remapPeers(map: Uint16Array): void {
    for (let row = 0; row < this.slab.highWater; row++) {
      this.setPeer(row, uint16At(map, this.peer(row)));
    }
  }
}

/** All but the kind: subscriptions are dialogs like others. */
const COUNTED_MASK = (1 << KIND_SHIFT) - 1;
export const DIALOG_CELLS: number = COUNTED_MASK + 1;

/** Where `DialogTable.count` adds up the rows of one sort. */
export function dialogCell(direction: Direction, role: DialogRole, state: DialogState): number {
  return (direction << DIRECTION_SHIFT) | (role << ROLE_SHIFT) | state;
}
