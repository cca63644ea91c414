/** Content-Length, Content-Type (RFC 3261 20.14, 20.15) and, a number as short, Max-Forwards (20.22). */
import { readUint8 } from '../core/bytes.ts';
import { CharClass, endOfClass, SLASH, skipWhiteSpace } from './char-class.ts';
import type { SipMessage } from './message.ts';
import { readNumberValue } from './number.ts';
import { Oddity } from './oddity.ts';
import { Parameter, skipParameters } from './parameter.ts';

const MAX_FORWARDS_MAX = 255;

const parameter = new Parameter();

/** Read a Max-Forwards header's value; anything but 0–255 is odd and counts as absent. */
export function parseMaxForwards(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): void {
  const hops = readNumberValue(buf, start, end);
  message.hasMaxForwards = true;
  if (hops < 0 || hops > MAX_FORWARDS_MAX) message.oddities |= 1 << Oddity.BAD_MAX_FORWARDS;
}

/** media-type = m-type SLASH m-subtype *(SEMI m-parameter). False when the value is none. */
export function isContentType(buf: Uint8Array, start: number, end: number): boolean {
  const typeEnd = endOfClass(buf, start, end, CharClass.TOKEN);
  const slash = skipWhiteSpace(buf, typeEnd, end);
  if (typeEnd === start || slash === end || readUint8(buf, slash) !== SLASH) return false;
  const subtype = skipWhiteSpace(buf, slash + 1, end);
  const subtypeEnd = endOfClass(buf, subtype, end, CharClass.TOKEN);
  if (subtypeEnd === subtype) return false;
  return skipParameters(buf, skipWhiteSpace(buf, subtypeEnd, end), end, parameter) === end;
}
