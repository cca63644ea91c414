/**
 * The header of a WebSocket frame (RFC 6455 5.2), and the question whether bytes found in the middle of a
 * stream are one that carries SIP.
 */
import { readUint8, readUint16, readUint32 } from '../core/bytes.ts';
import { Likeness } from './likeness.ts';

export const Opcode = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

/** How much of a frame header is there. */
export const FrameHeader = { MORE: 0, VALID: 1, INVALID: 2 } as const;
export type FrameHeader = (typeof FrameHeader)[keyof typeof FrameHeader];

const FIN = 0x80;
const RSV1 = 0x40;
const RSV2_RSV3 = 0x30;
const MASK = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const CONTROL_PAYLOAD_MAX = 125;
/** Above this a length's high word makes it no integer; nobody sends petabytes. */
const LENGTH_HIGH_MAX = 0xffff;
/** Bytes of a payload that must look like SIP. */
const PROBE_BYTES = 12;
const METHOD_MIN = 3;

const versionBytes: readonly number[] = [0x53, 0x49, 0x50, 0x2f, 0x32, 0x2e, 0x30, 0x20];

/** One frame header, rewritten by each `parse`. */
export class WebSocketFrame {
  final = false;
  /** RSV1: compressed by permessage-deflate (RFC 7692 6). */
  compressed = false;
  opcode = 0;
  /** Where the masking key stands; -1 without. */
  keyOffset = -1;
  payloadOffset = 0;
  payloadLength = 0;

  parse(buf: Uint8Array, start: number, end: number): FrameHeader {
    if (start + 2 > end) return FrameHeader.MORE;
    const first = readUint8(buf, start);
    const second = readUint8(buf, start + 1);
    const shortLength = second & 0x7f;
    this.final = (first & FIN) !== 0;
    this.compressed = (first & RSV1) !== 0;
    this.opcode = first & 0x0f;
    if ((first & RSV2_RSV3) !== 0 || !this.isKnownOpcode(shortLength)) return FrameHeader.INVALID;
    let at = start + 2;
    this.payloadLength = shortLength;
    if (shortLength === LENGTH_16) {
      if (at + 2 > end) return FrameHeader.MORE;
      this.payloadLength = readUint16(buf, at);
      at += 2;
    } else if (shortLength === LENGTH_64) {
      if (at + 8 > end) return FrameHeader.MORE;
      const high = readUint32(buf, at);
      if (high > LENGTH_HIGH_MAX) return FrameHeader.INVALID;
      this.payloadLength = high * 0x1_0000_0000 + readUint32(buf, at + 4);
      at += 8;
    }
    this.keyOffset = -1;
    if ((second & MASK) !== 0) {
      if (at + 4 > end) return FrameHeader.MORE;
      this.keyOffset = at;
      at += 4;
    }
    this.payloadOffset = at;
    return FrameHeader.VALID;
  }

  /** Control frames are short and whole (RFC 6455 5.5). */
  private isKnownOpcode(shortLength: number): boolean {
    if (this.opcode <= Opcode.BINARY) return true;
    if (this.opcode < Opcode.CLOSE || this.opcode > Opcode.PONG) return false;
    return this.final && !this.compressed && shortLength <= CONTROL_PAYLOAD_MAX;
  }

  /** Copies payload bytes [0, length) to target[at, …) as they were before masking (5.3). */
  unmask(buf: Uint8Array, length: number, target: Uint8Array, at: number): void {
    const from = this.payloadOffset;
    if (this.keyOffset < 0) {
      target.set(buf.subarray(from, from + length), at);
      return;
    }
    for (let i = 0; i < length; i++) {
      const key = readUint8(buf, this.keyOffset + (i & 3));
      target[at + i] = readUint8(buf, from + i) ^ key;
    }
  }

  /**
   * Does a frame with the beginning of a SIP message stand at `start`? The frame's fields are filled as
   * far as its header was read.
   */
  looksLikeSip(buf: Uint8Array, start: number, end: number): Likeness {
    const header = this.parse(buf, start, end);
    if (header === FrameHeader.INVALID) return Likeness.NO;
    const opensMessage = this.opcode === Opcode.TEXT || this.opcode === Opcode.BINARY;
    if (!opensMessage || this.compressed) return Likeness.NO;
    if (header === FrameHeader.MORE) return Likeness.MORE;
    if (this.payloadLength < PROBE_BYTES) return Likeness.NO;
    const available = Math.min(PROBE_BYTES, end - this.payloadOffset);
    if (!this.opensSip(buf, available)) return Likeness.NO;
    return available < PROBE_BYTES ? Likeness.MORE : Likeness.YES;
  }

  /** The payload's first bytes are `SIP/2.0 ` or an upper-case method and a space. */
  private opensSip(buf: Uint8Array, available: number): boolean {
    let version = 0;
    while (version < available && version < versionBytes.length) {
      if (this.payloadByte(buf, version) !== versionBytes[version]) break;
      version++;
    }
    if (version === available || version === versionBytes.length) return true;
    let i = 0;
    while (i < available && isUpperCase(this.payloadByte(buf, i))) i++;
    return i === available || (i >= METHOD_MIN && this.payloadByte(buf, i) === 0x20);
  }

  private payloadByte(buf: Uint8Array, index: number): number {
    const byte = readUint8(buf, this.payloadOffset + index);
    return this.keyOffset < 0 ? byte : byte ^ readUint8(buf, this.keyOffset + (index & 3));
  }
}

function isUpperCase(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}
