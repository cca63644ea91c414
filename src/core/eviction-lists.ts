/**
 * Rows of one table in order of age, one list per class of value: what a full table gives up first. Doubly linked
 * through two words and a byte of each row, wherever the table has them; every operation is a constant number of
 * writes. Each list is closed by a row of its own behind the table's, so that no operation asks whether a row is the
 * first or the last.
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
  /** The row that closes the list of class 0; those of the others follow. */
  private readonly firstHead: number;
  private readonly counts: Int32Array;
  readonly classes: number;

  /**
   * `link`: the first of two words, an even one, `classByte`: a byte of each row that are the lists' own. Classes are
   * numbered from the least valuable, 0, up; at most 254, and as many as `rows` has heads.
   */
  constructor(rows: Rows, link: number, classByte: number, classes: number) {
    assert((link & 1) === 0, 'the first of two words is an even one');
    assert(
      rows.rowsMax * 2 ** (rows.wordShift + 2) <= 2 ** 31,
      'where the bytes of a row begin is a number of 31 bits',
    );
    this.words = rows.words;
    this.bytes = rows.bytes;
    this.wordShift = rows.wordShift;
    this.byteShift = rows.wordShift + 2;
    this.link = link;
    this.classByte = classByte;
    this.classes = classes;
    this.firstHead = rows.rowsMax;
    this.counts = new Int32Array(classes);
    for (let head = this.firstHead; head < this.firstHead + classes; head++) {
      const at = (head << this.wordShift) | link;
      this.words[at] = head;
      this.words[at | 1] = head;
    }
  }

  /** Lists of rows that have no place for links. */
  static apart(rowsMax: number, classes: number): EvictionLists {
    const rows = new Rows(rowsMax, OWN_WORD_SHIFT, classes);
    return new EvictionLists(rows, 0, OWN_CLASS_BYTE, classes);
  }

  /** Rows of a class. */
  count(valueClass: number): number {
    return int32At(this.counts, valueClass);
  }

  /** The oldest row of a class; -1 when it has none. */
  oldestIn(valueClass: number): number {
    const head = this.firstHead + valueClass;
    const row = int32At(this.words, (head << this.wordShift) | this.link | 1);
    return row === head ? NO_ROW : row;
  }

  /** Appends a row that is in no list. */
  add(row: number, valueClass: number): void {
    const { words, wordShift, link, counts } = this;
    const head = this.firstHead + valueClass;
    const headAt = (head << wordShift) | link;
    const at = (row << wordShift) | link;
    const newest = int32At(words, headAt);
    words[at] = newest;
    words[at | 1] = head;
    words[(newest << wordShift) | link | 1] = row;
    words[headAt] = row;
    this.bytes[(row << this.byteShift) | this.classByte] = valueClass + 1;
    counts[valueClass] = int32At(counts, valueClass) + 1;
  }

  /** Takes a row out of its list. */
  remove(row: number): void {
    const { words, wordShift, link, counts } = this;
    const at = (row << wordShift) | link;
    const before = int32At(words, at);
    const behind = int32At(words, at | 1);
    words[(before << wordShift) | link | 1] = behind;
    words[(behind << wordShift) | link] = before;
    const byte = (row << this.byteShift) | this.classByte;
    const valueClass = uint8At(this.bytes, byte) - 1;
    this.bytes[byte] = 0;
    counts[valueClass] = int32At(counts, valueClass) - 1;
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
      const row = this.oldestIn(i);
      if (row >= 0) return row;
    }
    return NO_ROW;
  }
}
