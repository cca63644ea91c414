/**
 * CSeq (RFC 3261 20.16) and RAck (RFC 3262 7.2):
 *   CSeq = 1*DIGIT LWS Method      RAck = response-num LWS CSeq-num LWS Method
 * What follows the method behind white space is odd: servers read no further.
 */
import { readUint8 } from '../core/bytes.ts';
import { CharClass, endOfClass, isWhiteSpace, skipWhiteSpace } from './char-class.ts';
import { type SipMessage, Span, setSpan } from './message.ts';
import { methodOf } from './method-token.ts';
import { endOfDigits, readNumber } from './number.ts';
import { Oddity } from './oddity.ts';
import { wordsOf } from './words.ts';

/** Read a CSeq header's value. False when it is unreadable. */
export function parseCseq(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): boolean {
  const digitsEnd = endOfDigits(buf, start, end);
  const number = readNumber(buf, start, digitsEnd);
  const methodStart = skipWhiteSpace(buf, digitsEnd, end);
  const methodEnd = endOfClass(buf, methodStart, end, CharClass.TOKEN);
  if (number < 0 || methodStart === digitsEnd) return false;
  if (methodEnd === methodStart || !endsMethod(buf, methodEnd, end, message)) return false;
  message.cseqNumber = number;
  message.cseqMethod = methodOf(wordsOf(buf), methodStart, methodEnd - methodStart);
  setSpan(message, Span.CSEQ_METHOD, methodStart, methodEnd);
  return true;
}

/** Read a RAck header's value. False when it is unreadable. */
export function parseRack(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): boolean {
  const rseqEnd = endOfDigits(buf, start, end);
  const cseqStart = skipWhiteSpace(buf, rseqEnd, end);
  const cseqEnd = endOfDigits(buf, cseqStart, end);
  const methodStart = skipWhiteSpace(buf, cseqEnd, end);
  const methodEnd = endOfClass(buf, methodStart, end, CharClass.TOKEN);
  const rseq = readNumber(buf, start, rseqEnd);
  const cseq = readNumber(buf, cseqStart, cseqEnd);
  if (rseq < 0 || cseq < 0 || cseqStart === rseqEnd || methodStart === cseqEnd) return false;
  if (methodEnd === methodStart || !endsMethod(buf, methodEnd, end, message)) return false;
  message.rackRseq = rseq;
  message.rackCseq = cseq;
  message.rackMethod = methodOf(wordsOf(buf), methodStart, methodEnd - methodStart);
  return true;
}

/** The method ends the value, or white space follows it and something that is not read. */
function endsMethod(buf: Uint8Array, offset: number, end: number, message: SipMessage): boolean {
  if (offset === end) return true;
  if (!isWhiteSpace(readUint8(buf, offset))) return false;
  message.oddities |= 1 << Oddity.BAD_PARAMETER;
  return true;
}
