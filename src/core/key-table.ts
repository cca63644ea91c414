/**
 * Finds a row by a 64-bit key: open addressing with linear probing over typed arrays. It doubles in steps,
 * a bounded number of slots per insertion or removal, so that no single operation stalls: while it grows,
 * both the old and the new table are asked. Decisions depend on counts alone, never on the keys.
 */
import { assert } from './assert.ts';
import { int32At } from './columns.ts';

/** Grow when more than 3 of 5 slots are taken. */
const LOAD_NUMERATOR = 3;
const LOAD_DENOMINATOR = 5;
/** Slots of the old table moved per operation: at load 0.6 the old one is empty long before the next step. */
const MOVES_PER_STEP = 64;
/** Slots of an entry: key lo, key hi, row + 1 (0 = empty). */
const STRIDE = 3;

class Slots {
  readonly mask: number;
  readonly cells: Int32Array;
  used = 0;

  constructor(slots: number) {
    this.mask = slots - 1;
    this.cells = new Int32Array(slots * STRIDE);
  }

  /** Cell of the key, or of the empty slot where it would go. */
  cellOf(lo: number, hi: number): number {
    const { cells, mask } = this;
    let slot = (lo ^ Math.imul(hi, 0x9e3779b1)) & mask;
    for (let i = 0; i <= mask; i++) {
      const cell = slot * STRIDE;
      if (cells[cell + 2] === 0 || (cells[cell] === lo && cells[cell + 1] === hi)) return cell;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  homeOf(cell: number): number {
    const lo = int32At(this.cells, cell);
    const hi = int32At(this.cells, cell + 1);
    return (lo ^ Math.imul(hi, 0x9e3779b1)) & this.mask;
  }

  put(lo: number, hi: number, entry: number): void {
    const cell = this.cellOf(lo, hi);
    this.cells[cell] = lo;
    this.cells[cell + 1] = hi;
    this.cells[cell + 2] = entry;
    this.used++;
  }

  /** Empties a cell and closes the gap, so that no tombstone is left (Knuth 6.4, algorithm R). */
  clear(cell: number): void {
    const { cells, mask } = this;
    let hole = cell / STRIDE;
    let slot = hole;
    for (let i = 0; i <= mask; i++) {
      slot = (slot + 1) & mask;
      const from = slot * STRIDE;
      if (cells[from + 2] === 0) break;
      const home = this.homeOf(from);
      const reachable = ((slot - home) & mask) >= ((slot - hole) & mask);
      if (!reachable) continue;
      const to = hole * STRIDE;
      cells[to] = int32At(cells, from);
      cells[to + 1] = int32At(cells, from + 1);
      cells[to + 2] = int32At(cells, from + 2);
      hole = slot;
    }
    cells[hole * STRIDE + 2] = 0;
    this.used--;
  }
}

export class KeyTable {
  private readonly rowsMax: number;
  private current: Slots;
  /** The table before the last doubling, until it is empty. */
  private old: Slots | undefined = undefined;
  private moved = 0;
  private keys = 0;

  /** `slotsInitial` is a power of two. */
  constructor(rowsMax: number, slotsInitial: number) {
    assert((slotsInitial & (slotsInitial - 1)) === 0, 'slots are a power of two');
    this.rowsMax = rowsMax;
    this.current = new Slots(slotsInitial);
  }

  /** Keys in the table. */
  get size(): number {
    return this.keys;
  }

  /** Slots now allocated for them. */
  get slots(): number {
    return this.current.mask + 1;
  }

  /** The row under a key, -1 when there is none. */
  find(lo: number, hi: number): number {
    const { current, old } = this;
    const cell = current.cellOf(lo, hi);
    const entry = int32At(current.cells, cell + 2);
    if (entry !== 0) return entry - 1;
    if (old === undefined) return -1;
    return int32At(old.cells, old.cellOf(lo, hi) + 2) - 1;
  }

  /** The key must not be in the table, and the table must hold fewer than `rowsMax` keys. */
  insert(lo: number, hi: number, row: number): void {
    assert(this.keys <= this.rowsMax, 'no more keys than rows');
    if (this.old !== undefined) this.move(this.old);
    const { current } = this;
    if (current.used * LOAD_DENOMINATOR >= (current.mask + 1) * LOAD_NUMERATOR) this.grow();
    this.current.put(lo, hi, row + 1);
    this.keys++;
  }

  /** Takes a key out and returns its row, -1 when it was not in the table. */
  remove(lo: number, hi: number): number {
    if (this.old !== undefined) this.move(this.old);
    const row = this.removeFrom(this.current, lo, hi);
    if (row >= 0 || this.old === undefined) return row;
    return this.removeFrom(this.old, lo, hi);
  }

  private removeFrom(slots: Slots, lo: number, hi: number): number {
    const cell = slots.cellOf(lo, hi);
    const entry = int32At(slots.cells, cell + 2);
    if (entry === 0) return -1;
    slots.clear(cell);
    this.keys--;
    return entry - 1;
  }

  private grow(): void {
    // The steps before emptied the last old table; a table of few slots is done within one.
    if (this.old !== undefined) this.finishMove(this.old);
    this.old = this.current;
    this.moved = 0;
    this.current = new Slots((this.current.mask + 1) * 2);
  }

  private finishMove(old: Slots): void {
    for (let i = 0; this.old !== undefined && i <= old.mask; i++) this.move(old);
  }

  /** Moves entries from the old table, slot by slot; each removal leaves the rest reachable. */
  private move(old: Slots): void {
    const { cells, mask } = old;
    for (let i = 0; i < MOVES_PER_STEP && this.moved <= mask; i++) {
      const cell = this.moved * STRIDE;
      const entry = int32At(cells, cell + 2);
      if (entry === 0) {
        this.moved++;
        continue;
      }
      this.current.put(int32At(cells, cell), int32At(cells, cell + 1), entry);
      // Closing the gap may bring another entry here, and never one from before: look again.
      old.clear(cell);
    }
    if (old.used === 0) this.old = undefined;
  }
}
