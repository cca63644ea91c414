/**
 * Which responses each transaction has seen, by signature: a few in the row itself, further ones in chained
 * cells from a shared slab. What does not fit is forgotten oldest first, so that a storm of different
 * provisional responses costs a bounded amount of memory.
 */
import {
  int32At,
  int32Column,
  uint8At,
  uint8Column,
  uint16At,
  uint16Column,
} from '../core/columns.ts';
import { Slab } from '../core/slab.ts';

const INLINE = 4;
/** Signatures kept per transaction, inline and chained. */
const PER_TRANSACTION_MAX = 128;

export class ResponseMemory {
  /** Chained cells, shared by all transactions. */
  readonly cells: Slab;
  private readonly inline: Int32Array;
  private readonly count: Uint16Array;
  private readonly cursor: Uint8Array;
  private readonly last: Int32Array;
  /** + 1, so that 0 is none and a new column is not touched. */
  private readonly firstCell: Int32Array;
  private readonly cellSignature: Int32Array;
  private readonly nextCell: Int32Array;

  constructor(rowsMax: number, cellsMax: number) {
    this.inline = int32Column(rowsMax * INLINE);
    this.count = uint16Column(rowsMax);
    this.cursor = uint8Column(rowsMax);
    this.last = int32Column(rowsMax);
    this.firstCell = int32Column(rowsMax);
    this.cells = new Slab(cellsMax);
    this.cellSignature = int32Column(cellsMax);
    this.nextCell = int32Column(cellsMax);
  }

  /** The last response of the transaction; 0 when it has none. */
  lastOf(row: number): number {
    return int32At(this.last, row);
  }

  has(row: number, signature: number): boolean {
    const kept = Math.min(uint16At(this.count, row), INLINE);
    for (let i = 0; i < kept; i++) {
      if (this.inline[row * INLINE + i] === signature) return true;
    }
    let cell = int32At(this.firstCell, row) - 1;
    for (let i = 0; cell >= 0 && i < PER_TRANSACTION_MAX; i++) {
      if (this.cellSignature[cell] === signature) return true;
      cell = int32At(this.nextCell, cell);
    }
    return false;
  }

  /** Notes that the response came, known or not. */
  touch(row: number, signature: number): void {
    this.last[row] = signature;
  }

  /** Notes a response that `has` does not know. */
  add(row: number, signature: number): void {
    this.last[row] = signature;
    const count = uint16At(this.count, row);
    if (count < INLINE) {
      this.inline[row * INLINE + count] = signature;
      this.count[row] = count + 1;
      return;
    }
    const cell = count < PER_TRANSACTION_MAX ? this.cells.allocate() : -1;
    if (cell < 0) {
      this.overwrite(row, signature);
      return;
    }
    this.cellSignature[cell] = signature;
    this.nextCell[cell] = int32At(this.firstCell, row) - 1;
    this.firstCell[row] = cell + 1;
    this.count[row] = count + 1;
  }

  clear(row: number): void {
    let cell = int32At(this.firstCell, row) - 1;
    for (let i = 0; cell >= 0 && i < PER_TRANSACTION_MAX; i++) {
      const next = int32At(this.nextCell, cell);
      this.cells.free(cell);
      cell = next;
    }
    this.firstCell[row] = 0;
    this.count[row] = 0;
    this.cursor[row] = 0;
    this.last[row] = 0;
  }

  private overwrite(row: number, signature: number): void {
    const cursor = uint8At(this.cursor, row);
    this.inline[row * INLINE + cursor] = signature;
    this.cursor[row] = (cursor + 1) % INLINE;
  }
}
