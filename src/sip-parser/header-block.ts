/**
 * The header block (RFC 3261 7.3), line by line to the empty one. The usual form of a line is
 * tried first; whatever is not usual goes to `parseHeaderField`.
 */
import { readUint8 } from '../core/bytes.ts';
import { CR, LF } from './char-class.ts';
import { parseHeaderField } from './header-field.ts';
import type { SipMessage } from './message.ts';
import { Oddity } from './oddity.ts';
import { readUsualHeader, USUAL_BYTES_MIN } from './usual-header.ts';

/**
 * Read headers from `start` to the empty line. Returns where the body begins, `end` when the data stopped
 * before an empty line (then `message.headersTruncated` is set), or -1 with `message.error` set.
 */
export function parseHeaderBlock(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): number {
  const last = end - 4;
  let i = start;
  while (i < end) {
    const byte = readUint8(buf, i);
    if (byte === CR && i + 1 < end && readUint8(buf, i + 1) === LF) return i + 2;
    if (byte === LF || (byte === CR && i + 1 < end)) {
      message.oddities |= 1 << Oddity.BARE_LF;
      return i + 1;
    }
    let next = i + USUAL_BYTES_MIN <= end ? readUsualHeader(buf, i, last, message) : -1;
    if (next < 0) next = parseHeaderField(buf, i, end, message);
    if (next < 0) return -1;
    i = next;
  }
  message.headersTruncated = true;
  return end;
}
