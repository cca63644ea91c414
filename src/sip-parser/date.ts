/**
 * Date (RFC 3261 20.17): SIP-date = rfc1123-date, always in GMT:
 *   wkday "," SP 2DIGIT SP month SP 4DIGIT SP 2DIGIT ":" 2DIGIT ":" 2DIGIT SP "GMT"
 * Only the form is checked; nobody here asks what time it says.
 */
import { readUint8 } from '../core/bytes.ts';
import { isDigit } from './char-class.ts';

// D a digit, A a letter, the rest as it is.
const FORM = 'AAA, DD AAA DDDD DD:DD:DD GMT';
const form = Uint8Array.from(FORM, (character) => character.charCodeAt(0));
const DIGIT = 68;
const LETTER = 65;
const GMT_OFFSET = FORM.length - 3;

/** True when `start` to `end` has the form of a SIP-date. */
export function isDate(buf: Uint8Array, start: number, end: number): boolean {
  if (end - start !== form.length) return false;
  for (let i = 0; i < form.length; i++) {
    const expected = readUint8(form, i);
    const byte = readUint8(buf, start + i);
    if (i < GMT_OFFSET && expected === DIGIT) {
      if (!isDigit(byte)) return false;
    } else if (i < GMT_OFFSET && expected === LETTER) {
      if (!isLetter(byte)) return false;
    } else if (byte !== expected) {
      return false;
    }
  }
  return true;
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 97 && lower <= 122;
}
