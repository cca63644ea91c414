/**
 * Memory for what waits to become whole: buffers in powers of two, taken and given back, all of them
 * together within a limit. Buffers that nobody uses count too, and make room for other sizes first.
 */
import { assert } from '../core/assert.ts';

/** The smallest buffer: 2^11 bytes. */
const SMALLEST_BITS = 11;
const CLASSES = 31 - SMALLEST_BITS;

export const EMPTY_BUFFER: Uint8Array = new Uint8Array(0);

export class BufferPool {
  /** Bytes of all buffers, used and free; never above `bytesMax`. */
  allocated = 0;
  /** Bytes of the buffers taken. */
  inUse = 0;
  private readonly bytesMax: number;
  private readonly free: Uint8Array[][] = [];

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
    for (let i = 0; i < CLASSES; i++) this.free.push([]);
  }

  /** A buffer of at least `bytes`, contents undefined; undefined when the limit does not allow it. */
  take(bytes: number): Uint8Array | undefined {
    const sizeClass = classOf(bytes);
    const size = 1 << (sizeClass + SMALLEST_BITS);
    let buffer = this.free[sizeClass]?.pop();
    if (buffer === undefined) {
      if (this.allocated + size > this.bytesMax && !this.makeRoom(size)) return undefined;
      buffer = new Uint8Array(size);
      this.allocated += size;
    }
    this.inUse += size;
    return buffer;
  }

  /** Takes a buffer back; the caller forgets it. */
  give(buffer: Uint8Array): void {
    const sizeClass = classOf(buffer.length);
    assert(buffer.length === 1 << (sizeClass + SMALLEST_BITS), 'a buffer of this pool');
    this.inUse -= buffer.length;
    this.free[sizeClass]?.push(buffer);
  }

  /** Lets free buffers of other sizes go, largest first. */
  private makeRoom(size: number): boolean {
    for (let i = CLASSES - 1; i >= 0; i--) {
      const buffers = this.free[i];
      while (this.allocated + size > this.bytesMax) {
        const buffer = buffers?.pop();
        if (buffer === undefined) break;
        this.allocated -= buffer.length;
      }
    }
    return this.allocated + size <= this.bytesMax;
  }
}

function classOf(bytes: number): number {
  return Math.max(0, 32 - Math.clz32(bytes - 1) - SMALLEST_BITS);
}
