/**
 * How a message that came whole begins, in a datagram, an SCTP or a WebSocket message: is it a keep-alive,
 * and could it be SIP at all? (docs/METRICS.md "Message".)
 */
import { readUint8 } from '../core/bytes.ts';
import { Keepalive } from '../core/pipeline-counters.ts';
import { CharClass, CR, isClass, LF } from './char-class.ts';
import { LineShape, lineShape, START_LINE_MAX } from './stream-start-line.ts';

const DOUBLE_CRLF_BYTES = 4;

/** Where the first byte stands that is neither CR nor LF; `end` without. */
export function skipLineEnds(buf: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && (buf[i] === CR || buf[i] === LF)) i++;
  return i;
}

/** Keepalive code of a message that is empty or only line ends, -1 otherwise. */
export function blankMessage(buf: Uint8Array, start: number, end: number): number {
  if (start === end) return Keepalive.EMPTY;
  if (skipLineEnds(buf, start, end) < end) return -1;
  return end - start < DOUBLE_CRLF_BYTES ? Keepalive.CRLF : Keepalive.DOUBLE_CRLF;
}

/** After any line ends, it begins with a character of a token, as a method or a version does. */
export function opensLikeSip(buf: Uint8Array, start: number, end: number): boolean {
  const first = skipLineEnds(buf, start, end);
  return first < end && isClass(readUint8(buf, first), CharClass.TOKEN);
}

/** After any line ends, it begins with a request or status line of SIP. */
export function opensWithStartLine(buf: Uint8Array, start: number, end: number): boolean {
  const first = skipLineEnds(buf, start, end);
  const limit = Math.min(end, first + START_LINE_MAX);
  let lineEnd = first;
  while (lineEnd < limit && buf[lineEnd] !== LF) lineEnd++;
  return lineShape(buf, first, lineEnd) === LineShape.SIP;
}
