/**
 * Session-Expires (RFC 4028 4):
 *   Session-Expires = ( "Session-Expires" / "x" ) HCOLON delta-seconds *( SEMI se-params )
 */
import { readUint8 } from '../core/bytes.ts';
import { SEMICOLON, skipWhiteSpace } from './char-class.ts';
import { Refresher, type SipMessage } from './message.ts';
import { endOfDigits, readNumber } from './number.ts';
import { isNamed, Parameter, parameterName, parseParameter } from './parameter.ts';

const REFRESHER = parameterName('refresher');
const UAC = parameterName('uac');
const UAS = parameterName('uas');

const parameter = new Parameter();

/** Read a Session-Expires header's value. False when it is unreadable. */
export function parseSessionExpires(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): boolean {
  const digitsEnd = endOfDigits(buf, start, end);
  const seconds = readNumber(buf, start, digitsEnd);
  if (seconds < 0) return false;
  let refresher: Refresher = Refresher.NONE;
  let i = skipWhiteSpace(buf, digitsEnd, end);
  while (i < end && readUint8(buf, i) === SEMICOLON) {
    i = parseParameter(buf, i, end, parameter);
    if (i < 0) return false;
    if (parameter.valueStart >= 0 && isNamed(buf, parameter, REFRESHER)) refresher = side(buf);
  }
  if (i !== end) return false;
  message.sessionExpires = seconds;
  message.refresher = refresher;
  return true;
}

/** Whose the value of the refresher parameter is. */
function side(buf: Uint8Array): Refresher {
  parameter.nameStart = parameter.valueStart;
  parameter.nameEnd = parameter.valueEnd;
  if (isNamed(buf, parameter, UAC)) return Refresher.UAC;
  return isNamed(buf, parameter, UAS) ? Refresher.UAS : Refresher.NONE;
}
