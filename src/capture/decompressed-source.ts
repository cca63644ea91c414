/**
 * Bytes of a gzip or zstd stream, several members one after the other included. Compressed bytes
 * are fed in small pieces and each piece's output is taken before the next, so that a piece that
 * unfolds to a thousand times its size is all that memory has to hold.
 */
import type { Transform } from 'node:stream';
import type { ByteSource } from './byte-source.ts';
import { Compression } from './identify-format.ts';

/** Deflate unfolds at most 1032 times: 17 MB. */
const PIECE_BYTES = 16 * 1024;
const OUTPUT_BYTES = 64 * 1024;

/** The decompressor, or undefined where this Node has none (zstd before 22.15). */
export function createDecompressor(compression: Compression): Transform | undefined {
  // Not imported: few files need it, and every start would load it.
  const zlib = process.getBuiltinModule('node:zlib');
  if (compression === Compression.GZIP) return zlib.createGunzip({ chunkSize: OUTPUT_BYTES });
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  if (typeof create !== 'function') return undefined;
  const stream: Transform = create({ chunkSize: OUTPUT_BYTES });
  return stream;
}

export class DecompressedBytes implements ByteSource {
  /** Why the data ended early; empty while all is well. */
  problem = '';
  readonly #source: ByteSource;
  readonly #decompressor: Transform;
  /** The piece that is being decompressed. */
  readonly #piece: Uint8Array = new Uint8Array(PIECE_BYTES);
  #headBytes: number;
  readonly #output: Uint8Array[] = [];
  #over = false;
  #wake: (() => void) | undefined;

  /** `head` was already read from `source`; it is copied, and at most PIECE_BYTES long. */
  constructor(source: ByteSource, decompressor: Transform, head: Uint8Array) {
    this.#source = source;
    this.#decompressor = decompressor;
    this.#piece.set(head);
    this.#headBytes = head.length;
    decompressor.on('data', (chunk: Uint8Array) => this.#output.push(chunk));
    decompressor.once('end', () => this.#finish());
    decompressor.once('close', () => this.#finish());
    decompressor.once('error', (error: Error) => {
      this.problem = describe(error);
      this.#finish();
    });
  }

  /** Compressed bytes, as `bytesTotal` is. */
  get bytesRead(): number {
    return this.#source.bytesRead;
  }

  get bytesTotal(): number | undefined {
    return this.#source.bytesTotal;
  }

  async read(into: Uint8Array, offset: number, length: number): Promise<number> {
    while (this.#output.length === 0 && !this.#over) await this.#feed();
    let filled = 0;
    while (filled < length) {
      const chunk = this.#output[0];
      if (chunk === undefined) break;
      const taken = Math.min(length - filled, chunk.length);
      into.set(chunk.subarray(0, taken), offset + filled);
      filled += taken;
      if (taken === chunk.length) this.#output.shift();
      else this.#output[0] = chunk.subarray(taken);
    }
    return filled;
  }

  /** Returns when the next piece is decompressed, or the stream is over. */
  async #feed(): Promise<void> {
    let bytes = this.#headBytes;
    this.#headBytes = 0;
    if (bytes === 0) bytes = await this.#source.read(this.#piece, 0, PIECE_BYTES);
    if (this.#over) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (bytes === 0) this.#decompressor.end();
      else this.#decompressor.write(this.#piece.subarray(0, bytes), () => resolve());
    });
    this.#wake = undefined;
  }

  #finish(): void {
    this.#over = true;
    this.#wake?.();
  }

  async close(): Promise<void> {
    this.#decompressor.destroy();
    await this.#source.close();
  }
}

function describe(error: Error): string {
  const cut = 'code' in error && error.code === 'Z_BUF_ERROR';
  return cut
    ? 'the compressed data is cut off'
    : `the compressed data is damaged (${error.message})`;
}
