/**
 * Rows of one table, handed out and taken back. The columns of the table are typed arrays of `rowsMax`
 * elements beside it, allocated up front: the operating system commits their pages when a row is first
 * written, so that a large maximum costs address space, not memory, until it is used.
 */
import { assert } from './assert.ts';
import { int32At, int32Column } from './columns.ts';

/** `link` of a row that is handed out. */
const LIVE = -2;
const NO_ROW = -1;

export class Slab {
  readonly rowsMax: number;
  private used = 0;
  private live = 0;
  private firstFree: number = NO_ROW;
  /** LIVE, or the row that was freed before this one. Zero (not LIVE) above `used`. */
  private readonly link: Int32Array;

  constructor(rowsMax: number) {
    this.rowsMax = rowsMax;
    this.link = int32Column(rowsMax);
  }

  /** Rows handed out now. */
  get size(): number {
    return this.live;
  }

  /** Rows ever handed out at once: every live row is below it. */
  get highWater(): number {
    return this.used;
  }

  /** The row freed last, else the lowest never used; -1 when all are live. */
  allocate(): number {
    let row = this.firstFree;
    if (row !== NO_ROW) this.firstFree = int32At(this.link, row);
    else if (this.used < this.rowsMax) row = this.used++;
    else return NO_ROW;
    this.link[row] = LIVE;
    this.live++;
    return row;
  }

  free(row: number): void {
    assert(this.link[row] === LIVE, 'a freed row is live');
    this.link[row] = this.firstFree;
    this.firstFree = row;
    this.live--;
  }

  isLive(row: number): boolean {
    return this.link[row] === LIVE;
  }
}
