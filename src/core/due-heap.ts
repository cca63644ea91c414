/**
 * The rows of the timer wheel whose tick has come, in order of deadline, then row: a binary heap, so
 * that one tick may hold any number of rows and rows may join or leave while it is emptied.
 */
import { float64At, int32At, int32Column } from './columns.ts';
import type { Rows } from './rows.ts';

export class DueHeap {
  size = 0;
  private readonly rows: Int32Array;
  private readonly doubles: Float64Array;
  private readonly words: Int32Array;
  private readonly doubleShift: number;
  private readonly wordShift: number;
  /** The word of a row that says where it stands in `rows`; meaningless for a row outside. */
  private readonly placeWord: number;

  /**
   * `rows`: the wheel's, whose first double is the deadline in microseconds; a row's must not change while it is
   * in here. The word `placeWord` of each is the heap's own.
   */
  constructor(rows: Rows, placeWord: number) {
    this.rows = int32Column(rows.rowsMax);
    this.doubles = rows.doubles;
    this.words = rows.words;
    this.wordShift = rows.wordShift;
    this.doubleShift = rows.wordShift - 1;
    this.placeWord = placeWord;
  }

  /** The first row; only of a heap that has one. */
  top(): number {
    return int32At(this.rows, 0);
  }

  add(row: number): void {
    this.rise(row, this.size++);
  }

  remove(row: number): void {
    const hole = int32At(this.words, (row << this.wordShift) | this.placeWord);
    const last = int32At(this.rows, --this.size);
    if (last === row) return;
    if (this.before(last, row)) this.rise(last, hole);
    else this.sink(last, hole);
  }

  private before(a: number, b: number): boolean {
    const first = float64At(this.doubles, a << this.doubleShift);
    const second = float64At(this.doubles, b << this.doubleShift);
    return first === second ? a < b : first < second;
  }

  private rise(row: number, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = int32At(this.rows, parent);
      if (!this.before(row, above)) break;
      this.put(above, place);
      place = parent;
    }
    this.put(row, place);
  }

  private sink(row: number, from: number): void {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.size) break;
      const right = child + 1;
      if (right < this.size && this.before(int32At(this.rows, right), int32At(this.rows, child))) {
        child = right;
      }
      const below = int32At(this.rows, child);
      if (!this.before(below, row)) break;
      this.put(below, place);
      place = child;
    }
    this.put(row, place);
  }

  private put(row: number, place: number): void {
    this.rows[place] = row;
    this.words[(row << this.wordShift) | this.placeWord] = place;
  }
}
