/**
 * Four bytes at a time: little-endian words of a buffer, and scans over them that stop at the first byte of
 * a kind. A byte at a time costs 1 ns a byte and these 0.2 (test/bench/parse-message.ts), which is what a
 * parser that looks at every byte lives on. They serve the usual forms only, so they read whole words:
 * `last` is the offset of the last whole word, and a scan that gets no answer by then returns -1.
 */

let viewedBuf: Uint8Array = new Uint8Array(0);
let view: DataView = new DataView(viewedBuf.buffer);

/** A view of `buf`; kept until another buffer is asked for, so that a batch costs one. Retains `buf`. */
export function wordsOf(buf: Uint8Array): DataView {
  if (buf !== viewedBuf) {
    view = new DataView(buf.buffer, buf.byteOffset, buf.byteLength);
    viewedBuf = buf;
  }
  return view;
}

/** The word that four ASCII characters make in memory. Called when tables are built. */
export function wordFrom(text: string): number {
  let word = 0;
  for (let i = 0; i < 4; i++) word |= text.charCodeAt(i) << (8 * i);
  return word;
}

// In the scans below the high bit of a byte of `hits` says that the byte is one to stop at. Carries and
// borrows only run upwards, out of a byte that is a hit itself, so that the lowest hit is always true; it is
// bit 7, 15, 23 or 31. Numbers are written out where they are used, and each function is kept short, so that
// the optimizing compiler puts it into the functions that call it.
const leadingZeros = Math.clz32;

/** Where printable ASCII ends: the first byte below SP or above 127. */
export function endOfText(words: DataView, start: number, last: number): number {
  for (let i = start; i <= last; i += 4) {
    const word = words.getInt32(i, true);
    const hits = ((word - 0x2020_2020) | word) & -0x7f7f_7f80;
    if (hits !== 0) return i + ((31 - leadingZeros(hits & -hits)) >> 3);
  }
  return -1;
}

/** Where visible ASCII ends: as `endOfText`, and SP. */
export function endOfVisible(words: DataView, start: number, last: number): number {
  for (let i = start; i <= last; i += 4) {
    const word = words.getInt32(i, true);
    const hits = ((word - 0x2121_2121) | word) & -0x7f7f_7f80;
    if (hits !== 0) return i + ((31 - leadingZeros(hits & -hits)) >> 3);
  }
  return -1;
}

/** Where text within quotes ends: as `endOfText`, a quote and a backslash. */
export function endOfQuotedText(words: DataView, start: number, last: number): number {
  for (let i = start; i <= last; i += 4) {
    const word = words.getInt32(i, true);
    const quotes = (word ^ 0x2222_2222) - 0x0101_0101;
    const backslashes = (word ^ 0x5c5c_5c5c) - 0x0101_0101;
    const hits = ((word - 0x2020_2020) | quotes | backslashes | word) & -0x7f7f_7f80;
    if (hits !== 0) return i + ((31 - leadingZeros(hits & -hits)) >> 3);
  }
  return -1;
}

/**
 * Where a plain run ends (CharClass.PLAIN): the first byte that separates anything in SIP, begins an escape,
 * or is not ASCII: below `&`, a comma, and from `:` to `@`.
 */
export function endOfPlain(words: DataView, start: number, last: number): number {
  for (let i = start; i <= last; i += 4) {
    const word = words.getInt32(i, true);
    const commas = (word ^ 0x2c2c_2c2c) - 0x0101_0101;
    const colonToAt = (word + 0x4646_4646) ^ (word + 0x3f3f_3f3f);
    const hits = ((word - 0x2626_2626) | commas | colonToAt | word) & -0x7f7f_7f80;
    if (hits !== 0) return i + ((31 - leadingZeros(hits & -hits)) >> 3);
  }
  return -1;
}

/** The line behind the CRLF at `offset`, unless that folds; -1 when it may or when there is no CRLF. */
export function nextLine(words: DataView, offset: number, last: number): number {
  if (offset < 0 || offset > last) return -1;
  const word = words.getInt32(offset, true);
  if ((word & 0xffff) !== 0x0a0d) return -1;
  const next = word & 0xff_0000;
  return next > 0x20_0000 || next === 0x0d_0000 ? offset + 2 : -1;
}
