/**
 * To and From (RFC 3261 20.20, 20.39), and the headers that are lists of addresses: Record-Route, Route,
 * P-Asserted-Identity and its like. Of the first two the URI and the tag are kept, of the lists nothing.
 */
import { readUint8 } from '../core/bytes.ts';
import { COMMA, OPEN_PARENTHESIS, SEMICOLON, skipCommas } from './char-class.ts';
import { type SipMessage, Span, setSpan } from './message.ts';
import { endOfComment, NameAddress, parseNameAddress } from './name-addr.ts';
import { Oddity } from './oddity.ts';
import { isNamed, Parameter, parameterName, parseParameter, skipParameters } from './parameter.ts';

const TAG = parameterName('tag');

const address = new NameAddress();
const parameter = new Parameter();

/** Read the value of To or From. False when it is unreadable. */
export function parseToOrFrom(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
  uriSpan: Span,
): boolean {
  let i = parseNameAddress(buf, start, end, address);
  if (i < 0) return false;
  let tagStart = -1;
  let tagEnd = -1;
  while (i < end && readUint8(buf, i) === SEMICOLON) {
    i = parseParameter(buf, i, end, parameter);
    if (i < 0) return false;
    if (parameter.isOdd) message.oddities |= 1 << Oddity.BAD_PARAMETER;
    if (tagStart < 0 && parameter.valueStart >= 0 && isNamed(buf, parameter, TAG)) {
      tagStart = parameter.valueStart;
      tagEnd = parameter.valueEnd;
    }
  }
  if (i < end && readUint8(buf, i) === OPEN_PARENTHESIS) i = endOfComment(buf, i, end);
  if (i !== end) return false;
  message.oddities |= address.oddities;
  setSpan(message, uriSpan, address.uriStart, address.uriEnd);
  if (tagStart >= 0) setSpan(message, tagSpanOf(uriSpan), tagStart, tagEnd);
  return true;
}

function tagSpanOf(uriSpan: Span): Span {
  return uriSpan === Span.TO_URI ? Span.TO_TAG : Span.FROM_TAG;
}

/** Read over a list of addresses. False when one is unreadable or there is none. */
export function isAddressList(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): boolean {
  let i = skipCommas(buf, start, end);
  if (i === end) return false;
  while (i < end) {
    i = skipParameters(buf, parseNameAddress(buf, i, end, address), end, parameter);
    if (i < 0) return false;
    if (i < end && readUint8(buf, i) !== COMMA) return false;
    message.oddities |= address.oddities;
    if (parameter.isOdd) message.oddities |= 1 << Oddity.BAD_PARAMETER;
    i = skipCommas(buf, i, end);
  }
  return true;
}
