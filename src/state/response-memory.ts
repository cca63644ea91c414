/**
 * Which responses each transaction has seen, by signature: a few in the row itself, further ones in chained
 * cells from a shared slab. What does not fit is forgotten oldest first, so that a storm of different
 * provisional responses costs a bounded amount of memory.
 */
import { int32At, int32Column } from '../core/columns.ts';
import type { Rows } from '../core/rows.ts';
import { Slab } from '../core/slab.ts';

/** Words of a transaction's row, from the first that is ours. */
const LAST = 0;
/** + 1, so that 0 is none. */
const FIRST_CELL = 1;
/** Signatures kept, and in the upper half which of the inline ones is overwritten next. */
const COUNT = 2;
const SIGNATURES = 3;
const INLINE = 3;
const CURSOR_SHIFT = 16;
const COUNT_MASK = 0xffff;
/** Signatures kept per transaction, inline and chained. */
const PER_TRANSACTION_MAX = 128;

export class ResponseMemory {
  /** Chained cells, shared by all transactions. */
  readonly cells: Slab;
  private readonly words: Int32Array;
  private readonly wordShift: number;
  private readonly firstWord: number;
  private readonly cellSignature: Int32Array;
  private readonly nextCell: Int32Array;

  /** The six words of each row from `firstWord` on are the memory's own; all 0 is a row without responses. */
  constructor(rows: Rows, firstWord: number, cellsMax: number) {
    this.words = rows.words;
    this.wordShift = rows.wordShift;
    this.firstWord = firstWord;
    this.cells = new Slab(cellsMax);
    this.cellSignature = int32Column(cellsMax);
    this.nextCell = int32Column(cellsMax);
  }

  /** The last response of the transaction; 0 when it has none. */
  lastOf(row: number): number {
    return int32At(this.words, this.at(row) + LAST);
  }

  has(row: number, signature: number): boolean {
    const { words } = this;
    const at = this.at(row);
    const kept = Math.min(int32At(words, at + COUNT) & COUNT_MASK, INLINE);
    for (let i = 0; i < kept; i++) {
      if (words[at + SIGNATURES + i] === signature) return true;
    }
    let cell = int32At(words, at + FIRST_CELL) - 1;
    for (let i = 0; cell >= 0 && i < PER_TRANSACTION_MAX; i++) {
      if (this.cellSignature[cell] === signature) return true;
      cell = int32At(this.nextCell, cell);
    }
    return false;
  }

  /** Notes that a response came that `has` knows. */
  touch(row: number, signature: number): void {
    this.words[this.at(row) + LAST] = signature;
  }

  /** Notes a response that `has` does not know. */
  add(row: number, signature: number): void {
    const { words } = this;
    const at = this.at(row);
    words[at + LAST] = signature;
    const count = int32At(words, at + COUNT) & COUNT_MASK;
    if (count < INLINE) {
      words[at + SIGNATURES + count] = signature;
      words[at + COUNT] = count + 1;
      return;
    }
    const cell = count < PER_TRANSACTION_MAX ? this.cells.allocate() : -1;
    if (cell < 0) {
      this.overwrite(at, signature);
      return;
    }
    this.cellSignature[cell] = signature;
    this.nextCell[cell] = int32At(words, at + FIRST_CELL) - 1;
    words[at + FIRST_CELL] = cell + 1;
    words[at + COUNT] = int32At(words, at + COUNT) + 1;
  }

  clear(row: number): void {
    const { words } = this;
    const at = this.at(row);
    let cell = int32At(words, at + FIRST_CELL) - 1;
    for (let i = 0; cell >= 0 && i < PER_TRANSACTION_MAX; i++) {
      const next = int32At(this.nextCell, cell);
      this.cells.free(cell);
      cell = next;
    }
    words[at + LAST] = 0;
    words[at + FIRST_CELL] = 0;
    words[at + COUNT] = 0;
  }

  private at(row: number): number {
    return (row << this.wordShift) | this.firstWord;
  }

  private overwrite(at: number, signature: number): void {
    const { words } = this;
    const counted = int32At(words, at + COUNT);
    const cursor = counted >>> CURSOR_SHIFT;
    words[at + SIGNATURES + cursor] = signature;
    words[at + COUNT] = (counted & COUNT_MASK) | (((cursor + 1) % INLINE) << CURSOR_SHIFT);
  }
}
