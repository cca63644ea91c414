/**
 * Event and Subscription-State (RFC 6665 8.2.1, 8.2.3):
 *   Event = ( "Event" / "o" ) HCOLON event-type *( SEMI event-param )
 *   Subscription-State = "Subscription-State" HCOLON substate-value *( SEMI subexp-params )
 */
import { readUint8 } from '../core/bytes.ts';
import { CharClass, endOfClass, SEMICOLON, skipWhiteSpace } from './char-class.ts';
import { type SipMessage, Span, SubscriptionState, setSpan } from './message.ts';
import { readNumber } from './number.ts';
import { Oddity } from './oddity.ts';
import { isNamed, Parameter, parameterName, parseParameter, skipParameters } from './parameter.ts';

const EXPIRES = parameterName('expires');
const ACTIVE = parameterName('active');
const PENDING = parameterName('pending');
const TERMINATED = parameterName('terminated');

const parameter = new Parameter();

/**
 * Keep the event type of an Event header's value. False when the value is unreadable; what stands behind the
 * type and is no parameter is odd.
 */
export function parseEvent(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): boolean {
  const typeEnd = endOfClass(buf, start, end, CharClass.TOKEN);
  if (typeEnd === start) return false;
  const parameters = skipWhiteSpace(buf, typeEnd, end);
  if (parameters < end && readUint8(buf, parameters) !== SEMICOLON) {
    message.oddities |= 1 << Oddity.BAD_PARAMETER;
  } else if (skipParameters(buf, parameters, end, parameter) !== end) {
    return false;
  } else if (parameter.isOdd) {
    message.oddities |= 1 << Oddity.BAD_PARAMETER;
  }
  setSpan(message, Span.EVENT, start, typeEnd);
  return true;
}

/** Read a Subscription-State header's value as far as it can be read. False when it cannot be to its end. */
export function parseSubscriptionState(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): boolean {
  parameter.nameStart = start;
  parameter.nameEnd = endOfClass(buf, start, end, CharClass.TOKEN);
  const hasState = parameter.nameEnd > start;
  message.subscriptionState = substate(buf);
  let i = skipWhiteSpace(buf, parameter.nameEnd, end);
  while (i >= 0 && i < end && readUint8(buf, i) === SEMICOLON) {
    i = parseParameter(buf, i, end, parameter);
    if (i >= 0 && parameter.valueStart >= 0 && isNamed(buf, parameter, EXPIRES)) {
      const seconds = readNumber(buf, parameter.valueStart, parameter.valueEnd);
      message.subscriptionExpires = seconds < 0 ? -1 : seconds;
    }
  }
  return hasState && i === end;
}

/** The state that the token in `parameter`'s name is. */
function substate(buf: Uint8Array): SubscriptionState {
  if (isNamed(buf, parameter, ACTIVE)) return SubscriptionState.ACTIVE;
  if (isNamed(buf, parameter, PENDING)) return SubscriptionState.PENDING;
  if (isNamed(buf, parameter, TERMINATED)) return SubscriptionState.TERMINATED;
  return SubscriptionState.OTHER;
}
