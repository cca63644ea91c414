/**
 * CSeq (RFC 3261 20.16) and RAck (RFC 3262 7.2):
 *   CSeq = "CSeq" HCOLON 1*DIGIT LWS Method      RAck = "RAck" HCOLON 1*DIGIT LWS 1*DIGIT LWS Method
 */
import { readUint8 } from '../core/bytes.ts';
import { CharClass, endOfClass, SP, skipWhiteSpace } from './char-class.ts';
import { endOfUsualLine } from './line.ts';
import { type SipMessage, Span, setSpan } from './message.ts';
import { methodOf } from './method-token.ts';
import { endOfDigits, readNumber } from './number.ts';

/** Digits of a number that cannot reach 2^32. */
const SAFE_DIGITS = 9;

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
  if (methodEnd === methodStart || methodEnd !== end) return false;
  message.cseqNumber = number;
  message.cseqMethod = methodOf(buf, methodStart, methodEnd - methodStart);
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
  if (methodEnd === methodStart || methodEnd !== end) return false;
  message.rackRseq = rseq;
  message.rackCseq = cseq;
  message.rackMethod = methodOf(buf, methodStart, methodEnd - methodStart);
  return true;
}

/** The usual CSeq line, one space between: the next line, or -1 to leave it to `parseCseq`. */
export function readUsualCseq(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): number {
  const digitsEnd = endOfDigits(buf, start, end);
  if (digitsEnd === start || digitsEnd - start > SAFE_DIGITS || digitsEnd === end) return -1;
  if (readUint8(buf, digitsEnd) !== SP) return -1;
  const methodStart = digitsEnd + 1;
  const methodEnd = endOfClass(buf, methodStart, end, CharClass.TOKEN);
  const next = endOfUsualLine(buf, methodEnd, end);
  if (methodEnd === methodStart || next < 0) return -1;
  message.cseqNumber = readNumber(buf, start, digitsEnd);
  message.cseqMethod = methodOf(buf, methodStart, methodEnd - methodStart);
  setSpan(message, Span.CSEQ_METHOD, methodStart, methodEnd);
  return next;
}
