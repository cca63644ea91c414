/**
 * The rows of one table as records: for each row the same number of 32-bit words, side by side in one buffer, so
 * that what belongs to a row lies in a line or two of the processor's cache. What a lookup costs in a large table
 * is the number of lines it touches: a column per property touches one for each.
 *
 * All views show the same bytes. A table names its words; only the table knows them. Their number is a power of two:
 * a word is found by shift and or, which can't overflow, so that there is nothing to check, and less to compile.
 */
import { assert } from './assert.ts';
import { float64Column } from './columns.ts';

const WORD_BYTES = 4;

export class Rows {
  readonly rowsMax: number;
  /** 2^this words are a row. */
  readonly wordShift: number;
  readonly words: Int32Array;
  readonly halves: Uint16Array;
  readonly bytes: Uint8Array;
  readonly doubles: Float64Array;

  /**
   * Zeroes. `wordShift` is 1 or more, so that doubles have their place in every row. `heads`: so many rows more, from
   * row `rowsMax` on, for the ends of lists of the others.
   */
  constructor(rowsMax: number, wordShift: number, heads: number) {
    this.rowsMax = rowsMax;
    this.wordShift = wordShift;
    const words = (rowsMax + heads) * 2 ** wordShift;
    assert(words <= 2 ** 31, 'a shifted row is a number of 31 bits');
    this.doubles = float64Column(words / 2);
    const { buffer, byteOffset } = this.doubles;
    this.words = new Int32Array(buffer, byteOffset, words);
    this.halves = new Uint16Array(buffer, byteOffset, words * 2);
    this.bytes = new Uint8Array(buffer, byteOffset, words * WORD_BYTES);
  }
}
