/**
 * Finds a row by a 64-bit key: open addressing with linear probing on one typed array, three words a
 * slot (key low, key high, row + 1), so that a probe touches one cache line.
 *
 * Keys are seeded hashes (core/hash): at a load of 0.6 at most, the longest of a million probes stays
 * within some tens of slots, and a stranger can't choose keys that make it longer. A free slot always
 * exists, which ends every probe loop.
 *
 * The table doubles in steps: the new array is allocated at once (the system commits its pages when
 * they are written) and each later insertion and removal moves MOVED_SLOTS slots of the old one, so
 * that no operation stalls. Meanwhile lookups ask both. Growth follows from counts alone, never from
 * the seed, and a table never shrinks.
 */
import { assert } from './assert.ts';
import { int32At, int32Table } from './columns.ts';

const WORDS = 3;
const SLOTS_MIN = 16;
/** Slots of the old array that one insertion or removal moves. */
const MOVED_SLOTS = 16;
/** The next array is allocated this part of the slots before it is needed (1 / 2^n): more insertions than it has pages. */
const AHEAD_SHIFT = 6;
/** At most this many words lie between two writes that have the system commit every page of an array. */
const PAGE_WORDS = 1024;
/** Full slots, at most, of LOAD_OF. */
const LOAD = 3;
const LOAD_OF = 5;
/** Third word of a slot of the old array whose row has gone; the probe passes over it. */
const GONE = -1;

function powerOfTwo(least: number): number {
  let slots = SLOTS_MIN;
  while (slots < least) slots *= 2;
  return slots;
}

export class KeyTable {
  private readonly rowsMax: number;
  private rows = 0;
  private cells: Int32Array;
  private mask: number;
  /** The array that is being emptied, without elements when there is none. */
  private oldCells: Int32Array = new Int32Array(0);
  private oldMask = 0;
  /** Slots of `oldCells` from here on are not moved yet; 0 when there is nothing to move. */
  private oldLeft = 0;
  /** The array that comes after `cells`, without elements until it is needed soon, and how far its pages are there. */
  private nextCells: Int32Array = new Int32Array(0);
  private committed = 0;
  /** Numbers of rows from which on the next array is prepared, and beyond which it is used. */
  private prepareAt = 0;
  private growAt = 0;

  /** `slotsInitial` is rounded up to a power of two. */
  constructor(rowsMax: number, slotsInitial: number) {
    this.rowsMax = rowsMax;
    const slots = powerOfTwo(slotsInitial);
    this.cells = int32Table(slots * WORDS);
    this.mask = slots - 1;
    this.setLimits();
  }

  /** Keys in the table. */
  get size(): number {
    return this.rows;
  }

  /** Slots allocated now, of the newest array. */
  get slots(): number {
    return this.mask + 1;
  }

  /** The key's row, or -1. */
  find(lo: number, hi: number): number {
    const at = slotOf(this.cells, this.mask, lo, hi);
    if (at >= 0) return int32At(this.cells, at + 2) - 1;
    return this.oldLeft === 0 ? -1 : this.findOld(lo, hi);
  }

  /** Apart, so that what asks a table is compiled without what is only asked while one grows. */
  private findOld(lo: number, hi: number): number {
    const at = slotOf(this.oldCells, this.oldMask, lo, hi);
    return at < 0 ? -1 : int32At(this.oldCells, at + 2) - 1;
  }

  /**
   * Reads the cell where a search for a key begins, so that the search finds it at hand. Gives the row there when it
   * is the key's, -1 when only a search can tell.
   */
  touch(lo: number, hi: number): number {
    const { cells } = this;
    const at = (lo & this.mask) * WORDS;
    return cells[at] === lo && cells[at + 1] === hi ? int32At(cells, at + 2) - 1 : -1;
  }

  /** Adds a key that is not there (int32 halves). The table holds at most `rowsMax`. */
  insert(lo: number, hi: number, row: number): void {
    assert(this.rows < this.rowsMax, 'a key table has room');
    if (this.rows >= this.prepareAt) this.prepare();
    if (this.oldLeft > 0) this.move();
    this.place(lo, hi, row + 1);
    this.rows++;
  }

  /** Takes the key out; gives the row it had, or -1. */
  remove(lo: number, hi: number): number {
    if (this.oldLeft > 0) this.move();
    const at = slotOf(this.cells, this.mask, lo, hi);
    if (at >= 0) {
      const row = int32At(this.cells, at + 2) - 1;
      this.closeGap(at);
      this.rows--;
      return row;
    }
    if (this.oldLeft === 0) return -1;
    const old = slotOf(this.oldCells, this.oldMask, lo, hi);
    if (old < 0) return -1;
    const row = int32At(this.oldCells, old + 2) - 1;
    this.oldCells[old + 2] = GONE;
    this.rows--;
    return row;
  }

  private place(lo: number, hi: number, value: number): void {
    const cells = this.cells;
    const mask = this.mask;
    let slot = lo & mask;
    while (cells[slot * WORDS + 2] !== 0) {
      const at = slot * WORDS;
      // Without `||`: what is seen for the first time after it was compiled has all around it compiled again.
      const difference = (int32At(cells, at) ^ lo) | (int32At(cells, at + 1) ^ hi);
      assert(difference !== 0, 'an inserted key is new');
      slot = (slot + 1) & mask;
    }
    const free = slot * WORDS;
    cells[free] = lo;
    cells[free + 1] = hi;
    cells[free + 2] = value;
  }

  /** Moves back what stands behind a removed key and was pushed there by it (Knuth 6.4, R). */
  private closeGap(at: number): void {
    const cells = this.cells;
    const mask = this.mask;
    let gap = at / WORDS;
    let slot = (gap + 1) & mask;
    for (; cells[slot * WORDS + 2] !== 0; slot = (slot + 1) & mask) {
      const home = int32At(cells, slot * WORDS) & mask;
      // It may move when the gap lies on its way from home to here.
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      const from = slot * WORDS;
      const to = gap * WORDS;
      cells[to] = int32At(cells, from);
      cells[to + 1] = int32At(cells, from + 1);
      cells[to + 2] = int32At(cells, from + 2);
      gap = slot;
    }
    cells[gap * WORDS + 2] = 0;
  }

  private setLimits(): void {
    this.growAt = Math.floor((this.slots * LOAD) / LOAD_OF);
    // Never where the table is full before.
    const isLast = this.growAt >= this.rowsMax;
    this.prepareAt = isLast ? this.rowsMax : this.growAt - (this.slots >> AHEAD_SHIFT);
  }

  /**
   * Has a page of the next array committed by writing to it, in order. Left to insertions, which read where they
   * write and come to the pages at random, each would be a page of zeroes first and then a copy of it.
   */
  private prepare(): void {
    if (this.nextCells.length === 0) this.nextCells = int32Table(this.slots * 2 * WORDS);
    if (this.committed < this.nextCells.length) {
      this.nextCells[this.committed] = 0;
      this.committed += PAGE_WORDS;
    }
    if (this.rows >= this.growAt) this.grow();
  }

  private grow(): void {
    // Moving takes slots / MOVED_SLOTS operations, the next growth is LOAD times as many away.
    assert(this.oldLeft === 0, 'the last growth is over before the next');
    this.oldCells = this.cells;
    this.oldMask = this.mask;
    this.oldLeft = this.slots;
    this.cells = this.nextCells;
    this.mask = this.oldMask * 2 + 1;
    this.nextCells = new Int32Array(0);
    this.committed = 0;
    this.setLimits();
  }

  private move(): void {
    const old = this.oldCells;
    for (let i = 0; i < MOVED_SLOTS && this.oldLeft > 0; i++) {
      this.oldLeft--;
      const at = this.oldLeft * WORDS;
      const value = int32At(old, at + 2);
      if (value === 0 || value === GONE) continue;
      this.place(int32At(old, at), int32At(old, at + 1), value);
      old[at + 2] = GONE;
    }
    if (this.oldLeft === 0) this.oldCells = new Int32Array(0);
  }
}

/** Where the key's three words begin, or -1. */
function slotOf(cells: Int32Array, mask: number, lo: number, hi: number): number {
  let slot = lo & mask;
  for (;;) {
    const at = slot * WORDS;
    const value = int32At(cells, at + 2);
    if (value === 0) return -1;
    if (cells[at] === lo && cells[at + 1] === hi && value !== GONE) return at;
    slot = (slot + 1) & mask;
  }
}
