/**
 * The rows of one table as records: for each row the same number of 32-bit words, side by side in one buffer, so
 * that what belongs to a row lies in a line or two of the processor's cache. What a lookup costs in a large table
 * is the number of lines it touches: a column per property touches one for each.
 *
 * All views show the same bytes. A table names its words; only the table knows them.
 */
import { float64Column } from './columns.ts';

const WORD_BYTES = 4;

export class Rows {
  readonly rowsMax: number;
  readonly wordsPerRow: number;
  readonly words: Int32Array;
  readonly halves: Uint16Array;
  readonly bytes: Uint8Array;
  readonly doubles: Float64Array;

  /** Zeroes. An even number of words, so that doubles have their place in every row. */
  constructor(rowsMax: number, wordsPerRow: number) {
    this.rowsMax = rowsMax;
    this.wordsPerRow = wordsPerRow;
    this.doubles = float64Column((rowsMax * wordsPerRow) / 2);
    const { buffer, byteOffset } = this.doubles;
    const words = rowsMax * wordsPerRow;
    this.words = new Int32Array(buffer, byteOffset, words);
    this.halves = new Uint16Array(buffer, byteOffset, words * 2);
    this.bytes = new Uint8Array(buffer, byteOffset, words * WORD_BYTES);
  }
}
