/** UTF-8 as RFC 3629 4 defines it: no overlong forms, no surrogates, nothing above U+10FFFF. */
import { readUint8 } from '../core/bytes.ts';

/** True when `start` to `end` is valid UTF-8. */
export function isUtf8(buf: Uint8Array, start: number, end: number): boolean {
  let i = start;
  while (i < end) {
    const lead = readUint8(buf, i);
    const length = sequenceLength(lead);
    if (length === 0 || i + length > end) return false;
    if (length > 1 && !isSequence(buf, i, lead, length)) return false;
    i += length;
  }
  return true;
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

function isSequence(buf: Uint8Array, start: number, lead: number, length: number): boolean {
  const second = readUint8(buf, start + 1);
  if (lead === 0xe0 && second < 0xa0) return false;
  if (lead === 0xed && second > 0x9f) return false;
  if (lead === 0xf0 && second < 0x90) return false;
  if (lead === 0xf4 && second > 0x8f) return false;
  for (let i = 1; i < length; i++) {
    if ((readUint8(buf, start + i) & 0xc0) !== 0x80) return false;
  }
  return true;
}
