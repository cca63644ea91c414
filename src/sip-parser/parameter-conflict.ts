/**
 * The rule of RFC 3261 19.1.4 that no hash can hold: "Any uri-parameter appearing in both URIs must match."
 * Two URIs of one message are compared, for contacts whose keys (aor.ts) are equal.
 */
import { readUint8 } from '../core/bytes.ts';
import { SEMICOLON } from './char-class.ts';
import { Parameter, parseParameter } from './parameter.ts';
import { parseUri, UriParts } from './uri.ts';

const first = new UriParts();
const second = new UriParts();
const ours = new Parameter();
const theirs = new Parameter();

/** Does a parameter that both URIs have differ in its value? Names and values are without case. */
export function hasParameterConflict(
  buf: Uint8Array,
  firstStart: number,
  firstEnd: number,
  secondStart: number,
  secondEnd: number,
): boolean {
  parseUri(buf, firstStart, firstEnd, first);
  parseUri(buf, secondStart, secondEnd, second);
  let i = first.parametersStart;
  while (i >= 0 && i < first.parametersEnd && readUint8(buf, i) === SEMICOLON) {
    i = parseParameter(buf, i, first.parametersEnd, ours);
    if (i >= 0 && ours.valueStart >= 0 && differsInSecond(buf)) return true;
  }
  return false;
}

/** Has the second URI the parameter in `ours`, with another value? */
function differsInSecond(buf: Uint8Array): boolean {
  const { nameStart, nameEnd, valueStart, valueEnd } = ours;
  let i = second.parametersStart;
  while (i >= 0 && i < second.parametersEnd && readUint8(buf, i) === SEMICOLON) {
    i = parseParameter(buf, i, second.parametersEnd, theirs);
    if (i < 0 || theirs.valueStart < 0) continue;
    if (!isSame(buf, nameStart, nameEnd, theirs.nameStart, theirs.nameEnd)) continue;
    return !isSame(buf, valueStart, valueEnd, theirs.valueStart, theirs.valueEnd);
  }
  return false;
}

function isSame(
  buf: Uint8Array,
  start: number,
  end: number,
  otherStart: number,
  otherEnd: number,
): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  for (let i = 0; i < end - start; i++) {
    if (lowered(readUint8(buf, start + i)) !== lowered(readUint8(buf, otherStart + i)))
      return false;
  }
  return true;
}

function lowered(byte: number): number {
  return 65 <= byte && byte <= 90 ? byte | 0x20 : byte;
}
