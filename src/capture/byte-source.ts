/**
 * Bytes of a capture in order, from wherever they come: a file, a pipe, standard input. Reads go
 * into the caller's memory.
 */
import {
  close,
  closeSync,
  constants,
  fstat,
  open,
  openSync,
  read,
  readSync,
  type Stats,
  stat,
  statSync,
} from 'node:fs';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { OperatorError } from '../core/operator-error.ts';

export interface ByteSource {
  /** Bytes delivered so far. */
  readonly bytesRead: number;
  /** Undefined when it can't be known. */
  readonly bytesTotal: number | undefined;
  /**
   * Fills up to `length` bytes at `offset` as soon as there are some; 0 is the end. One at a time.
   */
  read(into: Uint8Array, offset: number, length: number): Promise<number>;
  /** Ends a pending read, which then gives 0. */
  close(): Promise<void>;
}

const openFile = promisify(open);
const statFile = promisify(stat);
const statDescriptor = promisify(fstat);
const readDescriptor = promisify(read);
const closeDescriptor = promisify(close);

const STDIN_DESCRIPTOR = 0;

/** A file or device, read by the thread pool, or by this thread. */
class FileBytes implements ByteSource {
  bytesRead = 0;
  readonly bytesTotal: number | undefined;
  readonly #descriptor: number;
  readonly #blocking: boolean;
  #pending: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(descriptor: number, bytesTotal: number | undefined, blocking: boolean) {
    this.#descriptor = descriptor;
    this.bytesTotal = bytesTotal;
    this.#blocking = blocking;
  }

  async read(into: Uint8Array, offset: number, length: number): Promise<number> {
    if (this.#closed) return 0;
    const bytesRead = this.#blocking
      ? readSync(this.#descriptor, into, offset, length, null)
      : await this.#readElsewhere(into, offset, length);
    this.bytesRead += bytesRead;
    return bytesRead;
  }

  async #readElsewhere(into: Uint8Array, offset: number, length: number): Promise<number> {
    const reading = readDescriptor(this.#descriptor, into, offset, length, null);
    // Only waited for by close(); whoever reads sees the error.
    this.#pending = reading.catch(() => undefined);
    return (await reading).bytesRead;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pending;
    if (this.#descriptor === STDIN_DESCRIPTOR) return;
    if (this.#blocking) closeSync(this.#descriptor);
    else await closeDescriptor(this.#descriptor);
  }
}

/** A pipe: what it has is taken at once, without waiting for a full block. */
export class StreamBytes implements ByteSource {
  bytesRead = 0;
  readonly bytesTotal = undefined;
  readonly #stream: Readable;
  #rest: Uint8Array = new Uint8Array(0);
  #over = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
    const wake = (): void => this.#wake?.();
    const finish = (): void => {
      this.#over = true;
      wake();
    };
    stream.on('readable', wake);
    stream.once('end', finish);
    stream.once('close', finish);
    stream.once('error', (error: Error) => {
      this.#failure = error;
      finish();
    });
  }

  async read(into: Uint8Array, offset: number, length: number): Promise<number> {
    while (this.#rest.length === 0) {
      const chunk: unknown = this.#stream.read();
      if (chunk instanceof Uint8Array) {
        this.#rest = chunk;
        continue;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#over) return 0;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    const taken = Math.min(length, this.#rest.length);
    into.set(this.#rest.subarray(0, taken), offset);
    this.#rest = this.#rest.subarray(taken);
    this.bytesRead += taken;
    return taken;
  }

  close(): Promise<void> {
    this.#stream.destroy();
    return Promise.resolve();
  }
}

/** Opens a path, or standard input for `-`. `blocking`: this thread waits for a file. Throws OperatorError. */
export async function openByteSource(path: string, blocking = false): Promise<ByteSource> {
  if (path === '-') return openStdin();
  try {
    const stats = blocking ? statSync(path) : await statFile(path);
    refuseFolder(path, stats);
    const flags = constants.O_RDONLY;
    const descriptor = blocking ? openSync(path, flags) : await openFile(path, flags);
    if (stats.isFIFO() || stats.isSocket()) {
      // Not imported: files need none, and every start would load it.
      const { Socket } = process.getBuiltinModule('node:net');
      return new StreamBytes(new Socket({ fd: descriptor, readable: true, writable: false }));
    }
    return new FileBytes(descriptor, stats.isFile() ? stats.size : undefined, blocking);
  } catch (error) {
    throw asOperatorError(path, error);
  }
}

async function openStdin(): Promise<ByteSource> {
  try {
    const stats = await statDescriptor(STDIN_DESCRIPTOR);
    refuseFolder('-', stats);
    if (stats.isFile()) return new FileBytes(STDIN_DESCRIPTOR, stats.size, false);
  } catch (error) {
    throw asOperatorError('-', error);
  }
  if (process.stdin.isTTY) {
    const hint = 'pipe a capture into it: tcpdump -w - … | sipgauge replay -';
    throw new OperatorError('STDIN_IS_TERMINAL', 'standard input is a terminal', hint);
  }
  return new StreamBytes(process.stdin);
}

function refuseFolder(path: string, stats: Stats): void {
  if (!stats.isDirectory()) return;
  throw new OperatorError(
    'IS_A_DIRECTORY',
    `${path} is a directory`,
    'name the capture files in it',
  );
}

function asOperatorError(path: string, error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new OperatorError('NO_SUCH_FILE', `${path}: no such file`, 'check the path');
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const hint = 'check its permissions and those of its folders';
    return new OperatorError('FILE_UNREADABLE', `${path}: permission denied`, hint);
  }
  return fileUnreadable(path, error);
}

/** The error for a file that can't be opened, or stops being readable. */
export function fileUnreadable(path: string, error: unknown): OperatorError {
  const reason = error instanceof Error ? error.message : String(error);
  const hint = 'check the file and the disk it is on';
  return new OperatorError('FILE_UNREADABLE', `${path}: ${reason}`, hint, 1, error);
}
