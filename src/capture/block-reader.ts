/**
 * Gives a byte source as blocks for a parser: while one block is parsed, the next is being read.
 * Only a record that spans two blocks is copied, to the front of the second.
 */
import type { ByteSource } from './byte-source.ts';
import { InputBlock } from './capture-format.ts';

export const CHUNK_BYTES: number = 512 * 1024;
/** Room in front of a chunk for the beginning of a record; a longer one gets a larger block. */
const HEADROOM_BYTES = 128 * 1024;

export class BlockReader {
  /** What is to be parsed now. */
  input: InputBlock;
  #spare: InputBlock;
  #headroom: number;
  #spareHeadroom: number;
  #reading: Promise<number> | undefined;
  #failure: unknown;
  readonly #source: ByteSource;
  readonly #chunkBytes: number;

  /** `head` was already read from `source`. */
  constructor(source: ByteSource, head: Uint8Array, chunkBytes: number) {
    this.#source = source;
    this.#chunkBytes = chunkBytes;
    this.#headroom = Math.min(HEADROOM_BYTES, chunkBytes);
    this.#spareHeadroom = this.#headroom;
    this.input = new InputBlock(this.#headroom + chunkBytes);
    this.#spare = new InputBlock(this.#headroom + chunkBytes);
    this.input.bytes.set(head, this.#headroom);
    this.input.limit(this.#headroom, this.#headroom + head.length);
  }

  /**
   * Puts what is unread, and a chunk behind it, into the next block; waits until that makes
   * `needed` bytes, if a chunk can hold them. False at the end, when the block stays and is marked
   * as final. Takes back the memory of the block before. Throws what the source throws.
   */
  async more(needed: number): Promise<boolean> {
    this.#reading ??= this.#readAhead(0);
    const restBytes = this.input.end - this.input.offset;
    let count = await this.#reading;
    for (let added = count; added > 0 && restBytes + count < needed; count += added) {
      added = await this.#readAhead(count);
    }
    this.#reading = undefined;
    if (this.#failure !== undefined) throw this.#failure;
    if (count === 0) {
      this.input.final = true;
      return false;
    }
    const current = this.input;
    if (restBytes > this.#spareHeadroom) this.#growSpare(restBytes, count);
    const start = this.#spareHeadroom - restBytes;
    const next = this.#spare;
    next.bytes.set(current.bytes.subarray(current.offset, current.end), start);
    next.limit(start, this.#spareHeadroom + count);

    this.#spare = current;
    const headroom = this.#headroom;
    this.#headroom = this.#spareHeadroom;
    this.#spareHeadroom = headroom;
    this.input = next;
    this.#reading = this.#readAhead(0);
    return true;
  }

  /**
   * Reads behind the `count` bytes of the spare block. Never rejects: nobody may be waiting yet.
   */
  async #readAhead(count: number): Promise<number> {
    const room = this.#chunkBytes - count;
    if (room === 0) return 0;
    try {
      return await this.#source.read(this.#spare.bytes, this.#spareHeadroom + count, room);
    } catch (error) {
      this.#failure = error;
      return 0;
    }
  }

  /**
   * Replaces the spare block, which holds `count` bytes, by one with room for `restBytes` in front.
   */
  #growSpare(restBytes: number, count: number): void {
    const headroom = 2 ** Math.ceil(Math.log2(restBytes));
    const larger = new InputBlock(headroom + this.#chunkBytes);
    const chunk = this.#spare.bytes.subarray(this.#spareHeadroom, this.#spareHeadroom + count);
    larger.bytes.set(chunk, headroom);
    this.#spare.giveBack();
    this.#spare = larger;
    this.#spareHeadroom = headroom;
  }

  async close(): Promise<void> {
    await this.#source.close();
    await this.#reading;
    this.input.giveBack();
    this.#spare.giveBack();
  }
}
