/**
 * Numbers out of packet bytes, both byte orders. Bounds are the caller's: an offset outside the buffer
 * reads as 0 bits, never throws. The one file where an indexed access is asserted to be there
 * (measured as fast as direct indexing: the functions are inlined).
 */
export function readUint8(buf: Uint8Array, offset: number): number {
  return buf[offset]!;
}

export function readUint16(buf: Uint8Array, offset: number): number {
  return (buf[offset]! << 8) | buf[offset + 1]!;
}

export function readUint24(buf: Uint8Array, offset: number): number {
  return (buf[offset]! << 16) | (buf[offset + 1]! << 8) | buf[offset + 2]!;
}

export function readUint32(buf: Uint8Array, offset: number): number {
  return readInt32(buf, offset) >>> 0;
}

/** The four bytes as a signed word: the form that addresses and hashes are kept in. */
export function readInt32(buf: Uint8Array, offset: number): number {
  return (
    (buf[offset]! << 24) | (buf[offset + 1]! << 16) | (buf[offset + 2]! << 8) | buf[offset + 3]!
  );
}

export function readUint16LittleEndian(buf: Uint8Array, offset: number): number {
  return buf[offset]! | (buf[offset + 1]! << 8);
}

export function readUint32LittleEndian(buf: Uint8Array, offset: number): number {
  return readInt32LittleEndian(buf, offset) >>> 0;
}

export function readInt32LittleEndian(buf: Uint8Array, offset: number): number {
  return (
    buf[offset]! | (buf[offset + 1]! << 8) | (buf[offset + 2]! << 16) | (buf[offset + 3]! << 24)
  );
}
