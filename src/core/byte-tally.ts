/**
 * How often each value stands in a column of bytes. A scrape asks this of columns with a million rows, most of which
 * are like their neighbours: four at a time where four are what the four before were.
 */
import { int32At, uint8At } from './columns.ts';

const VALUES = 256;
const WORD_BYTES = 4;

/** Adds the first `rows` bytes of a column, which begins at a multiple of four, to `counts`, a cell for each value. */
export function tallyBytes(column: Uint8Array, rows: number, counts: Int32Array): void {
  const wordCount = Math.floor(rows / WORD_BYTES);
  const words = new Int32Array(column.buffer, column.byteOffset, wordCount);
  let run = 0;
  let length = 0;
  for (let i = 0; i < wordCount; i++) {
    const word = int32At(words, i);
    if (word !== run) {
      addWord(run, length, counts);
      run = word;
      length = 0;
    }
    length++;
  }
  addWord(run, length, counts);
  for (let row = wordCount * WORD_BYTES; row < rows; row++) add(uint8At(column, row), 1, counts);
}

/** Cells for `tallyBytes`. */
export function tallyCells(): Int32Array {
  return new Int32Array(VALUES);
}

function addWord(word: number, times: number, counts: Int32Array): void {
  add(word & 0xff, times, counts);
  add((word >>> 8) & 0xff, times, counts);
  add((word >>> 16) & 0xff, times, counts);
  add(word >>> 24, times, counts);
}

function add(value: number, times: number, counts: Int32Array): void {
  counts[value] = int32At(counts, value) + times;
}
