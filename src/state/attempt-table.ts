/**
 * Rows of attempts, of calls or of registrations: what a user tried, over as many transactions as it took.
 * Fields, key and eviction only; what an attempt means is in calls.ts and registration-attempts.ts.
 */
import { tallyBytes, tallyCells } from '../core/byte-tally.ts';
import {
  float64At,
  int32At,
  uint8At,
  uint8Column,
  uint16At,
  uint16Column,
} from '../core/columns.ts';
import { EvictionLists } from '../core/eviction-lists.ts';
import { KeyTable } from '../core/key-table.ts';
import { Rows } from '../core/rows.ts';
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

/** State and direction of a row in one byte, which is what a scrape looks at. */
const STATE_MASK = 3;
const DIRECTION_SHIFT = 2;

const WORD_SHIFT = 4;
const BYTE_SHIFT = 6;
const HALF_SHIFT = 5;
const DOUBLE_SHIFT = 3;
// Words.
const LINK = 0;
const SERIAL = 2;
const KEY_LO = 3;
const KEY_HI = 4;
const FINAL = 5;
const ANSWERED_TAG = 6;
const ERA = 7;
const CSEQ = 12;
// Word 13.
const BRANCHES = 26;
const CANCELS = 54;
const CLASS_BYTE = 55;
// Doubles.
const START = 4;
const INDICATION = 5;

const BRANCHES_MAX = 0xffff;
const CANCELS_MAX = 0xff;

const tally = tallyCells();

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

  private readonly kinds: Uint8Array;
  private readonly peers: Uint16Array;
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
    this.peers = uint16Column(rowsMax);
    this.words = rows.words;
    this.halves = rows.halves;
    this.bytes = rows.bytes;
    this.doubles = rows.doubles;
  }

  find(lo: number, hi: number): number {
    return this.keys.find(lo, hi);
  }

  /** The row to give up before `add` when the table is full, else -1. */
  rowToEvict(): number {
    return this.slab.size < this.slab.rowsMax ? -1 : this.lists.oldest();
  }

  /** A new row under a key that is not in use; its fields are set by `open`. */
  add(lo: number, hi: number): number {
    const row = this.slab.allocate();
    this.keys.insert(lo, hi, row);
    this.words[(row << WORD_SHIFT) | KEY_LO] = lo;
    this.words[(row << WORD_SHIFT) | KEY_HI] = hi;
    this.lists.add(row, AttemptClass.UNANSWERED);
    this.wheel.begin(this.timerBase + row);
    return row;
  }

  /** Starts an attempt in a row, new or closed. */
  open(row: number, direction: Direction, peer: number, cseq: number): void {
    this.kinds[row] = (direction << DIRECTION_SHIFT) | AttemptState.OPEN;
    this.peers[row] = peer;
    this.begin(row, cseq);
    this.bytes[(row << BYTE_SHIFT) | CANCELS] = 0;
    this.doubles[(row << DOUBLE_SHIFT) | INDICATION] = -1;
    this.lists.move(row, AttemptClass.UNANSWERED);
  }

  /** Packet time and clock era of its first request. */
  setStart(row: number, timestampUs: number, era: number): void {
    this.doubles[(row << DOUBLE_SHIFT) | START] = timestampUs;
    this.words[(row << WORD_SHIFT) | ERA] = era;
  }

  /** The branches so far belong to an older request; references to them end. */
  supersede(row: number, cseq: number): void {
    this.setState(row, AttemptState.OPEN);
    this.begin(row, cseq);
  }

  close(row: number, keepUntilUs: number): void {
    this.setState(row, AttemptState.CLOSED);
    this.setBranches(row, 0);
    this.lists.move(row, AttemptClass.CLOSED);
    this.schedule(row, keepUntilUs);
  }

  /** A response came: worth more than an attempt that nobody answers. */
  promote(row: number): void {
    if (this.state(row) !== AttemptState.CLOSED) this.lists.move(row, AttemptClass.ANSWERED);
  }

  remove(row: number): void {
    this.wheel.cancel(this.timerBase + row);
    const at = row << WORD_SHIFT;
    this.keys.remove(int32At(this.words, at | KEY_LO), int32At(this.words, at | KEY_HI));
    this.lists.remove(row);
    // References end, and who counts rows by state finds nothing.
    this.words[at | SERIAL] = (int32At(this.words, at | SERIAL) + 1) | 0;
    this.setState(row, AttemptState.CLOSED);
    this.slab.free(row);
  }

  schedule(row: number, deadlineUs: number): void {
    this.wheel.schedule(this.timerBase + row, deadlineUs);
  }

  /** Moves on when a row is reused or its branches are superseded: older references then mean nothing. */
  serial(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | SERIAL);
  }

  has(row: number, serial: number): boolean {
    return row >= 0 && this.words[(row << WORD_SHIFT) | SERIAL] === serial;
  }

  state(row: number): number {
    return uint8At(this.kinds, row) & STATE_MASK;
  }

  setState(row: number, state: AttemptState): void {
    this.kinds[row] = (uint8At(this.kinds, row) & ~STATE_MASK) | state;
  }

  isOpen(row: number): boolean {
    return this.state(row) !== AttemptState.CLOSED;
  }

  directionOf(row: number): Direction {
    const direction = uint8At(this.kinds, row) >> DIRECTION_SHIFT;
    return direction === Directions.IN ? Directions.IN : Directions.OUT;
  }

  peer(row: number): number {
    return uint16At(this.peers, row);
  }

  /** CSeq number of the newest request, 32 bits. */
  cseq(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | CSEQ) >>> 0;
  }

  /** Branches without a final response. */
  branches(row: number): number {
    return uint16At(this.halves, (row << HALF_SHIFT) | BRANCHES);
  }

  setBranches(row: number, branches: number): void {
    this.halves[(row << HALF_SHIFT) | BRANCHES] = Math.min(branches, BRANCHES_MAX);
  }

  /** Last final status of a branch, 0 = none; a 6xx stays. */
  final(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | FINAL);
  }

  setFinal(row: number, statusCode: number): void {
    this.words[(row << WORD_SHIFT) | FINAL] = statusCode;
  }

  /** Branches that the originator sent CANCEL to. */
  cancels(row: number): number {
    return uint8At(this.bytes, (row << BYTE_SHIFT) | CANCELS);
  }

  addCancel(row: number): void {
    this.bytes[(row << BYTE_SHIFT) | CANCELS] = Math.min(this.cancels(row) + 1, CANCELS_MAX);
  }

  /** Hash of the To tag of the 2xx that was the result. */
  answeredTag(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | ANSWERED_TAG);
  }

  setAnsweredTag(row: number, hash: number): void {
    this.words[(row << WORD_SHIFT) | ANSWERED_TAG] = hash;
  }

  /** First request → first indication of its fate (RFC 6076 4.3); -1 = none yet, -2 = not measurable. */
  indicationUs(row: number): number {
    return float64At(this.doubles, (row << DOUBLE_SHIFT) | INDICATION);
  }

  setIndication(row: number, us: number): void {
    this.doubles[(row << DOUBLE_SHIFT) | INDICATION] = us;
  }

  /** Since the attempt's first request; negative when a step of the clock lies between. */
  elapsedUs(row: number, timestampUs: number, era: number): number {
    if (this.words[(row << WORD_SHIFT) | ERA] !== era) return -1;
    return timestampUs - float64At(this.doubles, (row << DOUBLE_SHIFT) | START);
  }

  /** Adds the open attempts to `counts[direction * peers + peer]`. */
  countOpen(counts: Float64Array, peers: number): void {
    const { kinds } = this;
    const rows = this.slab.highWater;
    if (peers === 1) {
      tally.fill(0);
      tallyBytes(kinds, rows, tally);
      for (let kind = 0; kind < tally.length; kind++) {
        if ((kind & STATE_MASK) !== AttemptState.CLOSED)
          addOpen(counts, kind >> DIRECTION_SHIFT, int32At(tally, kind));
      }
      return;
    }
    for (let row = 0; row < rows; row++) {
      const kind = uint8At(kinds, row);
      if ((kind & STATE_MASK) === AttemptState.CLOSED) continue;
      addOpen(counts, (kind >> DIRECTION_SHIFT) * peers + uint16At(this.peers, row), 1);
    }
  }

  /** Peers were renumbered: `map[old]` is the new index. */
  remapPeers(map: Uint16Array): void {
    for (let row = 0; row < this.slab.highWater; row++) {
      this.peers[row] = uint16At(map, uint16At(this.peers, row));
    }
  }

  private begin(row: number, cseq: number): void {
    const { words } = this;
    const at = row << WORD_SHIFT;
    words[at | SERIAL] = (int32At(words, at | SERIAL) + 1) | 0;
    words[at | CSEQ] = cseq;
    words[at | FINAL] = 0;
    this.setBranches(row, 0);
  }
}

function addOpen(counts: Float64Array, cell: number, attempts: number): void {
  if (attempts > 0) counts[cell] = float64At(counts, cell) + attempts;
}
