/**
 * Date (RFC 3261 20.17): SIP-date = rfc1123-date, always in GMT:
 *   wkday "," SP 2DIGIT SP month SP 4DIGIT SP 2DIGIT ":" 2DIGIT ":" 2DIGIT SP "GMT"
 * Only the form is checked; nobody here asks what time it says.
 */
import { readUint8 } from '../core/bytes.ts';
import { isDigit } from './char-class.ts';

// D a digit, A the name of a day or month, the rest as it is.
const FORM = 'AAA, DD AAA DDDD DD:DD:DD GMT';
const DIGIT = 68;
const NAME = 65;
const GMT_OFFSET = FORM.length - 3;
const MONTH_OFFSET = 8;

const form = bytesOf(FORM);
const days = bytesOf('MonTueWedThuFriSatSun');
const months = bytesOf('JanFebMarAprMayJunJulAugSepOctNovDec');

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** True when `start` to `end` has the form of a SIP-date. */
export function isDate(buf: Uint8Array, start: number, end: number): boolean {
  if (end - start !== form.length) return false;
  for (let i = 0; i < form.length; i++) {
    const expected = readUint8(form, i);
    const byte = readUint8(buf, start + i);
    const isName = i < GMT_OFFSET && expected === NAME;
    if (i < GMT_OFFSET && expected === DIGIT) {
      if (!isDigit(byte)) return false;
    } else if (!isName && byte !== expected) {
      return false;
    }
  }
  return isOneOf(buf, start, days) && isOneOf(buf, start + MONTH_OFFSET, months);
}

/** The three bytes at `start` are one of the names in `names`, which stand one behind the other. */
function isOneOf(buf: Uint8Array, start: number, names: Uint8Array): boolean {
  for (let i = 0; i < names.length; i += 3) {
    if (
      readUint8(buf, start) === readUint8(names, i) &&
      readUint8(buf, start + 1) === readUint8(names, i + 1) &&
      readUint8(buf, start + 2) === readUint8(names, i + 2)
    ) {
      return true;
    }
  }
  return false;
}
