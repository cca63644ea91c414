/**
 * Lines (RFC 3261 7, 7.3.1): where one ends, how it ends, whether it goes on folded, and what its bytes say
 * about it whatever the header: NUL and bytes above ASCII. A CR or an LF alone ends one too, as it does to
 * servers (and to tshark).
 */
import { readUint8 } from '../core/bytes.ts';
import { BACKSLASH, CR, HT, LF, NUL, QUOTE, SP } from './char-class.ts';

/** The line read last, with its folds. Reused. */
export class Line {
  /** Behind the last byte that belongs to the line: before its CRLF. */
  end = 0;
  /** Where the next line begins. */
  next = 0;
  folded = false;
  /** Ended by an LF or a CR alone. */
  bareLf = false;
  /** The data ended before the line did. */
  unterminated = false;
  hasHighBytes = false;
  /** The first NUL, -1 = none. */
  nul = -1;
}

/** Read the header line that begins at `start`, folds included. */
export function parseLine(buf: Uint8Array, start: number, end: number, line: Line): void {
  parsePhysicalLine(buf, start, end, line);
  while (!line.unterminated && line.next < end && isFold(readUint8(buf, line.next))) {
    const bareLf = line.bareLf;
    const hasHighBytes = line.hasHighBytes;
    const nul = line.nul;
    parsePhysicalLine(buf, line.next, end, line);
    line.folded = true;
    if (bareLf) line.bareLf = true;
    if (hasHighBytes) line.hasHighBytes = true;
    if (nul >= 0) line.nul = nul;
  }
}

/** Read one line without what may follow it folded: a start line. */
export function parsePhysicalLine(buf: Uint8Array, start: number, end: number, line: Line): void {
  line.folded = false;
  line.bareLf = false;
  line.hasHighBytes = false;
  line.nul = -1;
  let i = start;
  for (; i < end; i++) {
    const byte = readUint8(buf, i);
    if (byte === LF || byte === CR) break;
    if (byte >= 0x80) line.hasHighBytes = true;
    else if (byte === NUL && line.nul < 0) line.nul = i;
  }
  const isCrlf = i + 1 < end && readUint8(buf, i) === CR && readUint8(buf, i + 1) === LF;
  line.unterminated = i === end;
  line.end = i;
  line.next = isCrlf ? i + 2 : Math.min(i + 1, end);
  // A CR at the very end may have lost its LF.
  line.bareLf = !isCrlf && i < end && (i + 1 < end || readUint8(buf, i) === LF);
}

function isFold(byte: number): boolean {
  return byte === SP || byte === HT;
}

/** RFC 3261 25.1 allows one NUL: as a quoted-pair, behind a backslash within quotes. True when there is no other. */
export function isEveryNulQuoted(buf: Uint8Array, start: number, end: number): boolean {
  let quoted = false;
  for (let i = start; i < end; i++) {
    const byte = readUint8(buf, i);
    if (byte === NUL) return false;
    if (byte === QUOTE) quoted = !quoted;
    else if (quoted && byte === BACKSLASH) i++;
  }
  return true;
}
