/**
 * Headers that the probe only looks over (RFC 3261 20.7, 20.32):
 *   credentials = auth-scheme LWS auth-param *(COMMA auth-param)      Require = option-tag *(COMMA option-tag)
 */
import { readUint8 } from '../core/bytes.ts';
import {
  CharClass,
  COMMA,
  EQUALS,
  endOfClass,
  QUOTE,
  skipCommas,
  skipWhiteSpace,
} from './char-class.ts';
import { endOfQuoted } from './parameter.ts';

/** True when the value is credentials of some scheme. */
export function isCredentials(buf: Uint8Array, start: number, end: number): boolean {
  const schemeEnd = endOfClass(buf, start, end, CharClass.TOKEN);
  let i = skipWhiteSpace(buf, schemeEnd, end);
  if (schemeEnd === start || i === schemeEnd || i === end) return false;
  i = skipCommas(buf, i, end);
  while (i < end) {
    // A name, or RFC 7235's token68 (`Bearer …`): one word, perhaps with `=` behind it.
    const nameEnd = endOfClass(buf, i, end, CharClass.NAME);
    const equals = skipWhiteSpace(buf, nameEnd, end);
    if (nameEnd === i || equals === end) return nameEnd !== i;
    if (readUint8(buf, equals) !== EQUALS) return false;
    i = endOfValue(buf, skipWhiteSpace(buf, equals + 1, end), end);
    if (i < 0 || (i < end && readUint8(buf, i) !== COMMA)) return false;
    i = skipCommas(buf, i, end);
  }
  return true;
}

function endOfValue(buf: Uint8Array, start: number, end: number): number {
  if (start === end) return end;
  if (readUint8(buf, start) === QUOTE) {
    const quoteEnd = endOfQuoted(buf, start, end);
    return quoteEnd < 0 ? -1 : skipWhiteSpace(buf, quoteEnd, end);
  }
  return skipWhiteSpace(buf, endOfClass(buf, start, end, CharClass.VALUE), end);
}

/** True when the value is a list of option tags. */
export function isOptionTags(buf: Uint8Array, start: number, end: number): boolean {
  let i = skipCommas(buf, start, end);
  if (i === end) return false;
  while (i < end) {
    const tagEnd = endOfClass(buf, i, end, CharClass.TOKEN);
    if (tagEnd === i) return false;
    i = skipWhiteSpace(buf, tagEnd, end);
    if (i < end && readUint8(buf, i) !== COMMA) return false;
    i = skipCommas(buf, i, end);
  }
  return true;
}
