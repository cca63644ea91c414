/**
 * Walks the chunks of an SCTP packet and stops at those that carry user data: DATA (RFC 9260 3.3.1) and
 * I-DATA (RFC 8260 2.1). Control chunks are passed over. Checksums are not verified: capture with
 * offloading sees them unset.
 */
import { readUint8, readUint16, readUint32 } from '../core/bytes.ts';

/** What stands at the cursor. */
export const Chunk = {
  /** The packet holds no more. */
  END: 0,
  DATA: 1,
  /** A length that can't be, or a chunk that runs past its packet: the rest can't be read. */
  BAD: 2,
  /** Cut by the capture before its user data. */
  TRUNCATED: 3,
} as const;
export type Chunk = (typeof Chunk)[keyof typeof Chunk];

const Type = { DATA: 0, I_DATA: 64 } as const;
const CHUNK_HEADER_BYTES = 4;
const DATA_HEADER_BYTES = 16;
const I_DATA_HEADER_BYTES = 20;
const LAST = 1;
const FIRST = 2;
const UNORDERED = 4;

/** The chunk found last. Reused; rewritten by `next`. */
export class SctpChunks {
  tsn = 0;
  isFirst = false;
  isLast = false;
  /** I-DATA, whose fragments are found by message and number instead of TSN. */
  isInterleaved = false;
  isUnordered = false;
  streamId = 0;
  /** I-DATA: which message of its stream. */
  messageId = 0;
  /** I-DATA: which fragment of the message. */
  fragmentNumber = 0;
  /** Payload protocol identifier; known of the first fragment only with I-DATA, else 0. */
  protocolId = 0;
  /** User data as far as captured, and where it ends on the wire. */
  start = 0;
  end = 0;
  wireEnd = 0;

  private buf: Uint8Array = new Uint8Array(0);
  private cursor = 0;
  private capturedEnd = 0;
  private packetEnd = 0;

  /** Begins with the chunks in [start, end), which on the wire end at `wireEnd`. */
  open(buf: Uint8Array, start: number, end: number, wireEnd: number): void {
    this.buf = buf;
    this.cursor = start;
    this.capturedEnd = end;
    this.packetEnd = wireEnd;
  }

  /** Moves to the next chunk with user data. */
  next(): Chunk {
    while (this.cursor + CHUNK_HEADER_BYTES <= this.capturedEnd) {
      const at = this.cursor;
      const type = readUint8(this.buf, at);
      const length = readUint16(this.buf, at + 2);
      if (length < CHUNK_HEADER_BYTES || at + length > this.packetEnd) return this.stop(Chunk.BAD);
      // Padded to four bytes; the last chunk's padding may be missing.
      this.cursor = at + ((length + 3) & ~3);
      if (type === Type.DATA || type === Type.I_DATA) return this.data(at, type, length);
    }
    const isCut = this.cursor < this.packetEnd && this.capturedEnd < this.packetEnd;
    return this.stop(isCut ? Chunk.TRUNCATED : Chunk.END);
  }

  private stop(chunk: Chunk): Chunk {
    this.cursor = this.capturedEnd;
    this.packetEnd = this.capturedEnd;
    return chunk;
  }

  private data(at: number, type: number, length: number): Chunk {
    const { buf } = this;
    const headerBytes = type === Type.DATA ? DATA_HEADER_BYTES : I_DATA_HEADER_BYTES;
    // A chunk without user data is an error (RFC 9260 3.3.1).
    if (length <= headerBytes) return this.stop(Chunk.BAD);
    if (at + headerBytes > this.capturedEnd) return this.stop(Chunk.TRUNCATED);
    const flags = readUint8(buf, at + 1);
    this.isFirst = (flags & FIRST) !== 0;
    this.isLast = (flags & LAST) !== 0;
    this.isUnordered = (flags & UNORDERED) !== 0;
    this.isInterleaved = type === Type.I_DATA;
    this.tsn = readUint32(buf, at + 4) | 0;
    this.streamId = readUint16(buf, at + 8);
    this.protocolId = readUint32(buf, at + 12);
    if (this.isInterleaved) this.interleaved(at);
    this.start = at + headerBytes;
    this.wireEnd = at + length;
    this.end = Math.min(this.wireEnd, this.capturedEnd);
    return Chunk.DATA;
  }

  private interleaved(at: number): void {
    this.messageId = readUint32(this.buf, at + 12) | 0;
    const last = readUint32(this.buf, at + 16);
    this.protocolId = this.isFirst ? last : 0;
    this.fragmentNumber = this.isFirst ? 0 : last | 0;
  }
}
