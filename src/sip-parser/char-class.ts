/**
 * Character classes, one bit each, in one table of 256 bytes: what a scan loop asks of a byte. Apart from
 * token (RFC 3261 25.1) they are wider than the grammar: what a server takes is not bad.
 */
import { readUint8 } from '../core/bytes.ts';

export const CharClass = {
  /** token: alphanum and `-.!%*_+`'~`. */
  TOKEN: 1,
  /** What `endOfPlain` runs over: visible ASCII that separates nothing and begins no escape. */
  PLAIN: 2,
  /** Parameter names and hosts, more generous than token: PLAIN and TOKEN. */
  NAME: 4,
  /** Parameter values without quotes: all but white space, `"`, `,`, `;`, `<` and `>`. */
  VALUE: 8,
  /** Inside quotes: all but `"` and `\\`. */
  QUOTED: 16,
  /** Of VALUE what is not odd: NAME, and the colons of an IPv6 address. */
  USUAL_VALUE: 32,
} as const;
export type CharClass = (typeof CharClass)[keyof typeof CharClass];

export const NUL = 0;
export const HT = 9;
export const LF = 10;
export const CR = 13;
export const SP = 32;
export const QUOTE = 34;
export const NUMBER_SIGN = 35;
export const PERCENT = 37;
export const OPEN_PARENTHESIS = 40;
export const CLOSE_PARENTHESIS = 41;
export const STAR = 42;
export const COMMA = 44;
export const DOT = 46;
export const SLASH = 47;
export const ZERO = 48;
export const COLON = 58;
export const SEMICOLON = 59;
export const LESS_THAN = 60;
export const EQUALS = 61;
export const GREATER_THAN = 62;
export const QUESTION_MARK = 63;
export const AT = 64;
export const OPEN_BRACKET = 91;
export const BACKSLASH = 92;
export const CLOSE_BRACKET = 93;

const classes = new Uint8Array(256);

function mark(characters: string, charClass: CharClass): void {
  for (let i = 0; i < characters.length; i++) {
    const byte = characters.charCodeAt(i);
    classes[byte] = readUint8(classes, byte) | charClass;
  }
}

mark("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.!%*_+`'~", CharClass.TOKEN);
for (let byte = 0; byte < 256; byte++) {
  const character = String.fromCharCode(byte);
  if (byte >= 38 && byte < 128 && !',:;<=>?@'.includes(character)) mark(character, CharClass.PLAIN);
  if (isClass(byte, CharClass.PLAIN) || isClass(byte, CharClass.TOKEN)) {
    mark(character, CharClass.NAME);
  }
  if (byte > SP && !'",;<>'.includes(character)) mark(character, CharClass.VALUE);
  if (isClass(byte, CharClass.NAME) || byte === COLON) mark(character, CharClass.USUAL_VALUE);
  if (byte !== QUOTE && byte !== BACKSLASH) mark(character, CharClass.QUOTED);
}

export function isClass(byte: number, charClass: CharClass): boolean {
  return (readUint8(classes, byte) & charClass) !== 0;
}

/** Where the run of bytes of one class that begins at `start` ends. */
export function endOfClass(
  buf: Uint8Array,
  start: number,
  end: number,
  charClass: CharClass,
): number {
  let i = start;
  while (i < end && (readUint8(classes, readUint8(buf, i)) & charClass) !== 0) i++;
  return i;
}

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 57;
}

export function isHexDigit(byte: number): boolean {
  const letter = byte | 0x20;
  return isDigit(byte) || (letter >= 97 && letter <= 102);
}

/** White space between words of a value. CR and LF count: what is left of them there is folding. */
export function isWhiteSpace(byte: number): boolean {
  return byte === SP || byte === HT || byte === CR || byte === LF;
}

export function skipWhiteSpace(buf: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && isWhiteSpace(readUint8(buf, i))) i++;
  return i;
}

/** The first byte of a list's next element: commas and white space are skipped, empty elements too. */
export function skipCommas(buf: Uint8Array, start: number, end: number): number {
  let i = skipWhiteSpace(buf, start, end);
  while (i < end && readUint8(buf, i) === COMMA) i = skipWhiteSpace(buf, i + 1, end);
  return i;
}

/** `end` moved back before white space. */
export function trimEnd(buf: Uint8Array, start: number, end: number): number {
  let i = end;
  while (i > start && isWhiteSpace(readUint8(buf, i - 1))) i--;
  return i;
}
