/**
 * Four bytes at a time: little-endian words of a buffer, and of text to compare them with. This is
 * what makes the usual form of a header cheap to recognise (test/bench/parse-message.ts).
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

/** Or-ed into a word, makes its letters lower case; other characters must be held against it exactly. */
export const LOWER = 0x2020_2020;
