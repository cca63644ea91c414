/**
 * One parameter of a header value (RFC 3261 25.1):
 *   generic-param = token [ EQUAL gen-value ]      gen-value = token / host / quoted-string
 * with white space wherever SEMI and EQUAL allow it. Numbers and names are read by who asked.
 */
import { readUint8 } from '../core/bytes.ts';
import {
  BACKSLASH,
  CharClass,
  EQUALS,
  endOfClass,
  isClass,
  QUOTE,
  SEMICOLON,
  skipWhiteSpace,
} from './char-class.ts';

/** The parameter read last: offsets, ends exclusive. Reused. */
export class Parameter {
  nameStart = 0;
  nameEnd = 0;
  /** -1 when there is no `=`. Inside the quotes when there are any. */
  valueStart = -1;
  valueEnd = -1;
  /** The value has characters that neither a token nor a host may have. */
  isOdd = false;
}

/**
 * Read the parameter whose semicolon is at `start`. Returns the offset of what follows it and its white
 * space, or -1 when it is unreadable.
 */
export function parseParameter(
  buf: Uint8Array,
  start: number,
  end: number,
  parameter: Parameter,
): number {
  const nameStart = skipWhiteSpace(buf, start + 1, end);
  const nameEnd = endOfClass(buf, nameStart, end, CharClass.NAME);
  if (nameEnd === nameStart) return -1;
  parameter.nameStart = nameStart;
  parameter.nameEnd = nameEnd;
  parameter.valueStart = -1;
  parameter.valueEnd = -1;
  parameter.isOdd = false;

  const equals = skipWhiteSpace(buf, nameEnd, end);
  if (equals === end || readUint8(buf, equals) !== EQUALS) return equals;
  const valueStart = skipWhiteSpace(buf, equals + 1, end);
  if (valueStart === end) return -1;
  if (readUint8(buf, valueStart) === QUOTE) {
    const quoteEnd = endOfQuoted(buf, valueStart, end);
    if (quoteEnd < 0) return -1;
    parameter.valueStart = valueStart + 1;
    parameter.valueEnd = quoteEnd - 1;
    return skipWhiteSpace(buf, quoteEnd, end);
  }
  const valueEnd = endOfClass(buf, valueStart, end, CharClass.VALUE);
  if (valueEnd === valueStart) return -1;
  parameter.valueStart = valueStart;
  parameter.valueEnd = valueEnd;
  parameter.isOdd = endOfClass(buf, valueStart, valueEnd, CharClass.USUAL_VALUE) !== valueEnd;
  return skipWhiteSpace(buf, valueEnd, end);
}

/** True when the parameter's name is `name`, given in lower case. */
export function isNamed(buf: Uint8Array, parameter: Parameter, name: Uint8Array): boolean {
  if (parameter.nameEnd - parameter.nameStart !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    if ((readUint8(buf, parameter.nameStart + i) | 0x20) !== readUint8(name, i)) return false;
  }
  return true;
}

/** Read over parameters nobody asks for; `isOdd` then is true if one was. Returns the offset of what follows, or -1. */
export function skipParameters(
  buf: Uint8Array,
  start: number,
  end: number,
  parameter: Parameter,
): number {
  let i = start;
  let isOdd = false;
  while (i >= 0 && i < end && readUint8(buf, i) === SEMICOLON) {
    i = parseParameter(buf, i, end, parameter);
    if (parameter.isOdd) isOdd = true;
  }
  parameter.isOdd = isOdd;
  return i;
}

/** The offset behind the closing quote of the quoted-string at `start`, or -1 when it stays open. */
export function endOfQuoted(buf: Uint8Array, start: number, end: number): number {
  let i = endOfClass(buf, start + 1, end, CharClass.QUOTED);
  while (i < end) {
    const byte = readUint8(buf, i);
    if (byte === QUOTE) return i + 1;
    i += byte === BACKSLASH ? 2 : 1;
  }
  return -1;
}

/** A parameter's name as bytes, for `isNamed`. Called when tables are built. */
export function parameterName(name: string): Uint8Array {
  return Uint8Array.from(name, (character) => character.charCodeAt(0));
}

/** The offset behind `*(token LWS)`, trailing white space included. */
export function endOfTokens(buf: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && isClass(readUint8(buf, i), CharClass.TOKEN)) {
    i = skipWhiteSpace(buf, endOfClass(buf, i, end, CharClass.TOKEN), end);
  }
  return i;
}
