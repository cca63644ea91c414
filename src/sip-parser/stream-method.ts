/**
 * Where a stream is taken up within a line, what looks like a request line may be the rest of one, or have the
 * end of a body in front of it: the method in CSeq (RFC 3261 8.1.1.5) says which.
 */
import { readUint8 } from '../core/bytes.ts';
import { CharClass, COLON, endOfClass, LF, skipWhiteSpace } from './char-class.ts';
import { endOfDigits } from './number.ts';

/** What `methodStart` returns when the first bytes of the method are missing. */
export const BEHEADED = -1;

const cseq: Uint8Array = Uint8Array.from('cseq', (character) => character.charCodeAt(0));

/**
 * Where the method of the request line at `start` begins, whose header block ends at `end`: behind `start` when
 * something else stands in front of it. `start` too for a status line, and where CSeq does not tell.
 */
export function methodStart(buf: Uint8Array, start: number, end: number): number {
  const tokenEnd = endOfClass(buf, start, end, CharClass.TOKEN);
  const cseqMethod = cseqMethodStart(buf, start, end);
  if (cseqMethod < 0) return start;
  const length = endOfClass(buf, cseqMethod, end, CharClass.TOKEN) - cseqMethod;
  const missing = length - (tokenEnd - start);
  const common = Math.min(length, tokenEnd - start);
  for (let i = 1; i <= common; i++) {
    if (readUint8(buf, tokenEnd - i) !== readUint8(buf, cseqMethod + length - i)) return start;
  }
  return missing > 0 ? BEHEADED : start - missing;
}

/** Where the method in the first CSeq header begins; -1 when there is none. */
function cseqMethodStart(buf: Uint8Array, start: number, end: number): number {
  for (let lf = buf.indexOf(LF, start); lf >= 0 && lf < end; lf = buf.indexOf(LF, lf + 1)) {
    if (!isCseq(buf, lf + 1, end)) continue;
    const colon = skipWhiteSpace(buf, lf + 1 + cseq.length, end);
    if (colon === end || readUint8(buf, colon) !== COLON) continue;
    const digits = skipWhiteSpace(buf, colon + 1, end);
    const method = skipWhiteSpace(buf, endOfDigits(buf, digits, end), end);
    return endOfClass(buf, method, end, CharClass.TOKEN) === method ? -1 : method;
  }
  return -1;
}

function isCseq(buf: Uint8Array, start: number, end: number): boolean {
  if (start + cseq.length > end) return false;
  for (let i = 0; i < cseq.length; i++) {
    if ((readUint8(buf, start + i) | 0x20) !== readUint8(cseq, i)) return false;
  }
  return true;
}
