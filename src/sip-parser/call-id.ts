/**
 * Call-ID (RFC 3261 20.8): callid = word [ "@" word ]. Any value identifies a call; one that is empty or not
 * all visible ASCII is odd. Which characters a word may have is not asked.
 */
import { readUint8 } from '../core/bytes.ts';
import { SP } from './char-class.ts';
import { type SipMessage, Span, setSpan } from './message.ts';
import { Oddity } from './oddity.ts';

const DEL = 127;

/** Keep a Call-ID header's value, whatever it is. */
export function parseCallId(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): void {
  let i = start;
  while (i < end && readUint8(buf, i) > SP && readUint8(buf, i) <= DEL) i++;
  if (i !== end || i === start) message.oddities |= 1 << Oddity.ODD_CALL_ID;
  setSpan(message, Span.CALL_ID, start, end);
}
