/**
 * Packets of one capture file (pcap, pcapng, Network Monitor; plain, gzip or zstd) or of standard
 * input. The file streams through two blocks of fixed size, and packets stay where they were read.
 * A file that ends in the middle of a packet, or is damaged from somewhere on, gives all packets
 * before.
 */
import { OperatorError } from '../core/operator-error.ts';
import type { PacketBatch } from '../core/packet-batch.ts';
import { BatchBuilder } from './batch-builder.ts';
import { BlockReader, CHUNK_BYTES } from './block-reader.ts';
import { type ByteSource, fileUnreadable, openByteSource } from './byte-source.ts';
import { type CaptureFormat, ScanResult } from './capture-format.ts';
import { createDecompressor, DecompressedBytes } from './decompressed-source.ts';
import {
  Compression,
  identifyCompression,
  identifyFormat,
  MAGIC_BYTES,
  nameOther,
} from './identify-format.ts';
import type { CaptureStats, PacketSource } from './packet-source.ts';

export interface FileSourceOptions {
  /** `-` is standard input. */
  readonly path: string;
  /** Gets one line when a file is cut off or damaged. */
  readonly warn: (line: string) => void;
  /** Bytes read at once; fewer where many files are open. */
  readonly chunkBytes?: number;
  /** This thread waits for the file itself, instead of having another one wait: nothing else is to be done meanwhile. */
  readonly blocking?: boolean;
  /** Where the bytes come from, if not from `path`. */
  readonly bytes?: ByteSource;
}

export interface FileProgress {
  /** Of the file as it lies on disk, compressed or not. */
  readonly bytesRead: number;
  /** Undefined for a pipe. */
  readonly bytesTotal: number | undefined;
}

export class FileSource implements PacketSource {
  readonly interfaces: string[] = [];
  readonly #options: FileSourceOptions;
  readonly #batch: BatchBuilder = new BatchBuilder();
  #raw: ByteSource | undefined;
  #decompressed: DecompressedBytes | undefined;
  #reader: BlockReader | undefined;
  #format: CaptureFormat | undefined;
  #packets = 0;
  #closed = false;

  constructor(options: FileSourceOptions) {
    this.#options = options;
    this.interfaces.push(options.path);
  }

  async open(): Promise<void> {
    const { path, blocking = false } = this.#options;
    const raw = this.#options.bytes ?? (await openByteSource(path, blocking));
    this.#raw = raw;
    try {
      await this.#openFormat(raw);
    } catch (error) {
      await this.close();
      throw error instanceof OperatorError ? error : fileUnreadable(path, error);
    }
  }

  async #openFormat(raw: ByteSource): Promise<void> {
    const { path, chunkBytes = CHUNK_BYTES } = this.#options;
    let head = await readHead(raw);
    let source = raw;
    const compression = identifyCompression(head);
    if (compression !== Compression.NONE) {
      source = this.#decompress(raw, compression, head);
      head = await readHead(source);
    }
    const format = identifyFormat(head);
    if (format === undefined) throw notACapture(path, head);
    const reader = new BlockReader(source, head, chunkBytes);
    let result = format.readHeader(reader.input);
    while (result === ScanResult.MORE && (await reader.more(format.needed))) {
      result = format.readHeader(reader.input);
    }
    if (result === ScanResult.MORE) {
      const hint = 'record it again, or leave it out';
      throw new OperatorError('NOT_A_CAPTURE', `${path} ends inside its file header`, hint);
    }
    if (result === ScanResult.DAMAGED) {
      const hint = 'convert it with editcap, which comes with Wireshark';
      throw new OperatorError('UNSUPPORTED_CAPTURE', `${path}: ${format.problem}`, hint);
    }
    this.#format = format;
    this.#reader = reader;
  }

  #decompress(raw: ByteSource, compression: Compression, head: Uint8Array): ByteSource {
    const decompressor = createDecompressor(compression);
    if (decompressor === undefined) {
      const { path } = this.#options;
      const message = `${path} is zstd-compressed, which Node ${process.versions.node} can't read`;
      const hint = 'use Node 22.15 or later, or: zstd -dc FILE | sipgauge replay -';
      throw new OperatorError('NO_ZSTD', message, hint);
    }
    this.#decompressed = new DecompressedBytes(raw, decompressor, head);
    return this.#decompressed;
  }

  async next(): Promise<PacketBatch | undefined> {
    const format = this.#format;
    const reader = this.#reader;
    if (format === undefined || reader === undefined) return undefined;
    const batch = this.#batch;
    while (!this.#closed) {
      batch.begin(reader.input.bytes);
      const result = format.scan(reader.input, batch);
      if (batch.count > 0) return this.#deliver(format);
      if (result === ScanResult.END) return undefined;
      if (result === ScanResult.DAMAGED) return this.#warn(`is damaged: ${format.problem}`);
      if (result === ScanResult.MORE && !(await this.#more(reader, format.needed)))
        return undefined;
    }
    return undefined;
  }

  #deliver(format: CaptureFormat): PacketBatch {
    const { path } = this.#options;
    while (this.interfaces.length < format.interfaceCount) {
      this.interfaces.push(`${path}#${this.interfaces.length}`);
    }
    this.#packets += this.#batch.count;
    return this.#batch;
  }

  /** More input, or another try with what there is, now that it is known to be all. */
  async #more(reader: BlockReader, needed: number): Promise<boolean> {
    if (reader.input.final) {
      if (this.#closed) return false;
      const problem = this.#decompressed?.problem ?? '';
      if (problem !== '') this.#warn(`ends early: ${problem}`);
      else if (reader.input.offset < reader.input.end) this.#warn('ends in the middle of a packet');
      return false;
    }
    try {
      await reader.more(needed);
    } catch (error) {
      throw fileUnreadable(this.#options.path, error);
    }
    return true;
  }

  #warn(what: string): undefined {
    const { path, warn } = this.#options;
    this.#format = undefined;
    warn(`${path} ${what}; the ${this.#packets} packets before are counted`);
  }

  progress(): FileProgress {
    return { bytesRead: this.#raw?.bytesRead ?? 0, bytesTotal: this.#raw?.bytesTotal };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#reader !== undefined) await this.#reader.close();
    else if (this.#decompressed !== undefined) await this.#decompressed.close();
    else await this.#raw?.close();
  }

  stats(): readonly CaptureStats[] {
    return [
      {
        interface: this.#options.path,
        up: !this.#closed,
        packets: this.#packets,
        droppedByKernel: 0,
        droppedByInterface: 0,
        droppedByRing: 0,
      },
    ];
  }
}

/** The first bytes, as many as identify a format, or all there are. */
async function readHead(source: ByteSource): Promise<Uint8Array> {
  const head = new Uint8Array(MAGIC_BYTES);
  let length = 0;
  while (length < MAGIC_BYTES) {
    const count = await source.read(head, length, MAGIC_BYTES - length);
    if (count === 0) break;
    length += count;
  }
  return head.subarray(0, length);
}

function notACapture(path: string, head: Uint8Array): OperatorError {
  const hint = 'give a pcap or pcapng file, plain or gzip-compressed';
  const other = nameOther(head);
  let message = `${path} is not a capture file`;
  if (head.length === 0) message = `${path} is empty`;
  else if (other !== undefined) message = `${path} is ${other}, not a pcap or pcapng capture`;
  return new OperatorError('NOT_A_CAPTURE', message, hint);
}
