import { int32At, int32Column, uint8At, uint8Column } from './columns.ts';

/**
 * Rows of one table in order of age, one list per class of value: what a full table gives up first.
 * Doubly linked through typed arrays, every operation a constant number of writes.
 */
export class EvictionLists {
  private readonly previous: Int32Array;
  private readonly following: Int32Array;
  private readonly classOf: Uint8Array;
  private readonly oldestOf: Int32Array;
  private readonly newestOf: Int32Array;
  private readonly counts: Int32Array;
  readonly classes: number;

  /** Classes are numbered from the least valuable, 0, up; at most 254. */
  constructor(rowsMax: number, classes: number) {
    this.classes = classes;
    this.previous = int32Column(rowsMax);
    this.following = int32Column(rowsMax);
    this.classOf = uint8Column(rowsMax);
    this.oldestOf = new Int32Array(classes).fill(-1);
    this.newestOf = new Int32Array(classes).fill(-1);
    this.counts = new Int32Array(classes);
  }

  /** Rows of a class. */
  count(valueClass: number): number {
    return int32At(this.counts, valueClass);
  }

  /** The oldest row of a class; -1 when it has none. */
  oldestIn(valueClass: number): number {
    return int32At(this.oldestOf, valueClass);
  }

  /** Appends a row that is in no list. */
  add(row: number, valueClass: number): void {
    const newest = int32At(this.newestOf, valueClass);
    this.previous[row] = newest;
    this.following[row] = -1;
    this.classOf[row] = valueClass;
    this.counts[valueClass] = int32At(this.counts, valueClass) + 1;
    if (newest < 0) this.oldestOf[valueClass] = row;
    else this.following[newest] = row;
    this.newestOf[valueClass] = row;
  }

  remove(row: number): void {
    const before = int32At(this.previous, row);
    const after = int32At(this.following, row);
    const valueClass = uint8At(this.classOf, row);
    this.counts[valueClass] = int32At(this.counts, valueClass) - 1;
    if (before < 0) this.oldestOf[valueClass] = after;
    else this.following[before] = after;
    if (after < 0) this.newestOf[valueClass] = before;
    else this.previous[after] = before;
  }

  /** To the young end of another class; nothing when it is in that class already. */
  move(row: number, valueClass: number): void {
    if (this.classOf[row] === valueClass) return;
    this.remove(row);
    this.add(row, valueClass);
  }

  /** The oldest row of the least valuable class that has one; -1 when all lists are empty. */
  oldest(): number {
    for (let i = 0; i < this.classes; i++) {
      const row = int32At(this.oldestOf, i);
      if (row >= 0) return row;
    }
    return -1;
  }
}
