import { assert } from './assert.ts';
import { int32At, uint8At } from './columns.ts';

/**
 * Hands out rows 0 … rowsMax - 1. The columns of a table are typed arrays of `rowsMax` elements, made once:
 * the system commits their memory page by page as rows are first used, so that a table costs what it held
 * at its fullest, and growing never copies.
 */
export class Slab {
  readonly rowsMax: number;
  private readonly nextFree: Int32Array;
  private readonly live: Uint8Array;
  private freeHead = -1;
  private liveRows = 0;
  private usedRows = 0;

  constructor(rowsMax: number) {
    this.rowsMax = rowsMax;
    this.nextFree = new Int32Array(rowsMax);
    this.live = new Uint8Array(rowsMax);
  }

  /** Rows in use. */
  get size(): number {
    return this.liveRows;
  }

  /** Rows that were ever in use: a scan ends here. */
  get highWater(): number {
    return this.usedRows;
  }

  /** A free row, the most recently freed one first; -1 when all are in use. */
  allocate(): number {
    let row = this.freeHead;
    if (row >= 0) {
      this.freeHead = int32At(this.nextFree, row);
    } else {
      if (this.usedRows === this.rowsMax) return -1;
      row = this.usedRows;
      this.usedRows++;
    }
    this.live[row] = 1;
    this.liveRows++;
    return row;
  }

  free(row: number): void {
    assert(uint8At(this.live, row) === 1, 'a freed row is live');
    this.live[row] = 0;
    this.nextFree[row] = this.freeHead;
    this.freeHead = row;
    this.liveRows--;
  }

  isLive(row: number): boolean {
    return this.live[row] === 1;
  }
}
