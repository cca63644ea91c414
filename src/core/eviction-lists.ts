/**
 * Rows of one table in order of age, one list per class of value: what a full table gives up first. Doubly linked
 * through two words and a byte of each row, wherever the table has them; every operation is a constant number of
 * writes.
 */
import { assert } from './assert.ts';
import { int32At, uint8At } from './columns.ts';
import { Rows } from './rows.ts';

const NO_ROW = -1;
/** Words of a row that holds nothing but links: the row before, the row behind, and the class. */
const OWN_WORD_SHIFT = 2;
const OWN_CLASS_BYTE = 8;

export class EvictionLists {
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly wordShift: number;
  private readonly byteShift: number;
  /** The word of the row before; the next one is the row behind. */
  private readonly link: number;
  /** The byte of the class, + 1; 0 = in no list. */
  private readonly classByte: number;
  private readonly oldestOf: Int32Array;
  private readonly newestOf: Int32Array;
  private readonly counts: Int32Array;
  readonly classes: number;

  /**
   * `link`: the first of two words, an even one, `classByte`: a byte of each row that are the lists' own. Classes are numbered
   * from the least valuable, 0, up; at most 254.
   */
  constructor(rows: Rows, link: number, classByte: number, classes: number) {
    this.words = rows.words;
    this.bytes = rows.bytes;
    this.wordShift = rows.wordShift;
    this.byteShift = rows.wordShift + 2;
    assert((link & 1) === 0, 'the first of two words is an even one');
    this.link = link;
    this.classByte = classByte;
    this.classes = classes;
    this.oldestOf = new Int32Array(classes).fill(NO_ROW);
    this.newestOf = new Int32Array(classes).fill(NO_ROW);
    this.counts = new Int32Array(classes);
  }

  /** Lists of rows that have no place for links. */
  static apart(rowsMax: number, classes: number): EvictionLists {
    return new EvictionLists(new Rows(rowsMax, OWN_WORD_SHIFT), 0, OWN_CLASS_BYTE, classes);
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
    const { words } = this;
    const newest = int32At(this.newestOf, valueClass);
    const at = (row << this.wordShift) | this.link;
    words[at] = newest;
    words[at | 1] = NO_ROW;
    this.bytes[(row << this.byteShift) | this.classByte] = valueClass + 1;
    this.counts[valueClass] = int32At(this.counts, valueClass) + 1;
    if (newest < 0) this.oldestOf[valueClass] = row;
    else words[(newest << this.wordShift) | this.link | 1] = row;
    this.newestOf[valueClass] = row;
  }

  /** Takes a row out of its list. */
  remove(row: number): void {
    const { words } = this;
    const at = (row << this.wordShift) | this.link;
    const before = int32At(words, at);
    const behind = int32At(words, at | 1);
    const byte = (row << this.byteShift) | this.classByte;
    const valueClass = uint8At(this.bytes, byte) - 1;
    this.bytes[byte] = 0;
    this.counts[valueClass] = int32At(this.counts, valueClass) - 1;
    if (before < 0) this.oldestOf[valueClass] = behind;
    else words[(before << this.wordShift) | this.link | 1] = behind;
    if (behind < 0) this.newestOf[valueClass] = before;
    else words[(behind << this.wordShift) | this.link] = before;
  }

  /** To the young end of another class; nothing when it is in that class already. */
  move(row: number, valueClass: number): void {
    if (this.bytes[(row << this.byteShift) | this.classByte] === valueClass + 1) return;
    this.remove(row);
    this.add(row, valueClass);
  }

  /** The oldest row of the least valuable class that has one; -1 when all lists are empty. */
  oldest(): number {
    for (let i = 0; i < this.classes; i++) {
      const row = int32At(this.oldestOf, i);
      if (row >= 0) return row;
    }
    return NO_ROW;
  }
}
