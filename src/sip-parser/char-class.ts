/**
 * Character classes of RFC 3261 25.1, one bit each, in one table of 256 bytes: what a scan loop asks
 * of every byte. No class holds a byte above 126 except QUOTED, which leaves UTF-8 to its own check.
 */
import { readUint8 } from '../core/bytes.ts';

export const CharClass = {
  /** token: alphanum and `-.!%*_+`'~`. */
  TOKEN: 1,
  /** What a parameter value without quotes is made of: token, and host with IPv6 and `/`. */
  PARAMETER: 2,
  /** hostname, IPv4address: alphanum, `.`, `-`. */
  HOST: 4,
  /** user of a SIP URI that needs no second look: unreserved, `&=+$`. */
  USER: 8,
  /** word, the halves of a Call-ID. */
  WORD: 16,
  /** Everything that may stand in a URI: reserved, unreserved, `[]`; `%` is checked apart. */
  URI: 32,
  /** Parameters of a SIP URI that need no second look. */
  URI_PARAMETER: 64,
  /** Inside quotes, printable ASCII without `"` and `\`. */
  QUOTED: 128,
} as const;
export type CharClass = (typeof CharClass)[keyof typeof CharClass];

export const NUL = 0;
export const HT = 9;
export const LF = 10;
export const CR = 13;
export const SP = 32;
export const QUOTE = 34;
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

const ALPHANUM = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const UNRESERVED = `${ALPHANUM}-_.!~*'()`;
const TOKEN = `${ALPHANUM}-.!%*_+\`'~`;
mark(TOKEN, CharClass.TOKEN);
mark(`${TOKEN}/:[]`, CharClass.PARAMETER);
mark(`${ALPHANUM}.-`, CharClass.HOST);
mark(`${UNRESERVED}&=+$`, CharClass.USER);
mark(`${TOKEN}()<>:\\"/[]?{}`, CharClass.WORD);
mark(`${UNRESERVED};/?:@&=+$,[]`, CharClass.URI);
mark(`${UNRESERVED};=:&+$/`, CharClass.URI_PARAMETER);
for (let byte = SP; byte < 127; byte++) {
  if (byte !== QUOTE && byte !== BACKSLASH) mark(String.fromCharCode(byte), CharClass.QUOTED);
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
