/** Senders of permessage-deflate (RFC 7692 7.2.1), as the payloads that their messages have. */
import {
  constants,
  createDeflateRaw,
  type DeflateRaw,
  deflateRawSync,
  type ZlibOptions,
} from 'node:zlib';

/** What a sync flush ends with, and a message leaves out. */
const TAIL_BYTES = 4;
const WINDOW_BYTES = 32_768;

export type Context = 'kept' | 'new';

/** Compresses at once: a context that is kept is given to each message as its dictionary. */
export class DeflateSender {
  private readonly context: Context;
  private readonly options: ZlibOptions;
  private history: Uint8Array = new Uint8Array(0);

  constructor(context: Context, options: ZlibOptions = {}) {
    this.context = context;
    this.options = options;
  }

  payload(message: Uint8Array): Uint8Array {
    const { history } = this;
    const dictionary = history.length === 0 ? {} : { dictionary: history };
    const flush = { finishFlush: constants.Z_SYNC_FLUSH };
    const data = new Uint8Array(
      deflateRawSync(message, { ...this.options, ...dictionary, ...flush }),
    );
    if (this.context === 'kept') {
      this.history = new Uint8Array(Buffer.concat([history, message])).subarray(-WINDOW_BYTES);
    }
    return data.subarray(0, data.length - TAIL_BYTES);
  }
}

/** One stream of zlib for all messages, as a real sender has it; a new context is a reset. */
export class DeflateStream {
  private readonly context: Context;
  private readonly stream: DeflateRaw;
  private readonly chunks: Uint8Array[] = [];

  constructor(context: Context, options: ZlibOptions = {}) {
    this.context = context;
    this.stream = createDeflateRaw(options);
    this.stream.on('data', (chunk: Uint8Array) => this.chunks.push(chunk));
  }

  /** The message comes in parts, each flushed by a kind of its own; the last one as it has to be. */
  async payload(
    parts: readonly Uint8Array[],
    flushes: readonly number[] = [],
  ): Promise<Uint8Array> {
    for (const [i, part] of parts.entries()) {
      const isLast = i === parts.length - 1;
      await this.flushed(
        part,
        isLast ? constants.Z_SYNC_FLUSH : (flushes[i] ?? constants.Z_NO_FLUSH),
      );
    }
    const data = new Uint8Array(Buffer.concat(this.chunks.splice(0)));
    if (this.context === 'new') this.stream.reset();
    return data.subarray(0, data.length - TAIL_BYTES);
  }

  close(): void {
    this.stream.close();
  }

  private async flushed(part: Uint8Array, kind: number): Promise<void> {
    this.stream.write(part);
    await new Promise<void>((resolve) => {
      this.stream.flush(kind, () => resolve());
    });
    // What was compressed is handed over before anything else is.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
