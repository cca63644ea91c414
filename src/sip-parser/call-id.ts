/** Call-ID (RFC 3261 20.8): callid = word [ "@" word ]. Any value identifies; a wrong one is odd. */
import { readUint8 } from '../core/bytes.ts';
import { AT, CharClass, endOfClass } from './char-class.ts';
import { endOfUsualLine } from './line.ts';
import { type SipMessage, Span, setSpan } from './message.ts';
import { Oddity } from './oddity.ts';

/** Keep a Call-ID header's value, whatever it is. */
export function parseCallId(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): void {
  const callIdEnd = endOfCallId(buf, start, end);
  if (callIdEnd !== end || callIdEnd === start) message.oddities |= 1 << Oddity.ODD_CALL_ID;
  setSpan(message, Span.CALL_ID, start, end);
}

/** Where the longest callid at `start` ends; `start` when there is none. */
function endOfCallId(buf: Uint8Array, start: number, end: number): number {
  const wordEnd = endOfClass(buf, start, end, CharClass.WORD);
  if (wordEnd === start || wordEnd === end || readUint8(buf, wordEnd) !== AT) return wordEnd;
  const secondEnd = endOfClass(buf, wordEnd + 1, end, CharClass.WORD);
  return secondEnd === wordEnd + 1 ? wordEnd : secondEnd;
}

/** The usual Call-ID line: the next line, or -1 to leave it to `parseCallId`. */
export function readUsualCallId(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): number {
  const callIdEnd = endOfCallId(buf, start, end);
  const next = callIdEnd === start ? -1 : endOfUsualLine(buf, callIdEnd, end);
  if (next >= 0) setSpan(message, Span.CALL_ID, start, callIdEnd);
  return next;
}
