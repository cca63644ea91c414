/**
 * Capture files read by a thread of their own, which reads the usual packets of each batch too, so that the thread
 * that counts does nothing else. Until the other one has started, this one reads for itself. The same packets in
 * the same order as without it; it pays for large files where there is a second processor.
 */
import type { FileProgress, FileSource } from './capture/file-source.ts';
import type { CaptureStats, PacketSource } from './capture/packet-source.ts';
import { assert } from './core/assert.ts';
import { OperatorError } from './core/operator-error.ts';
import type { PacketBatch } from './core/packet-batch.ts';
import type { PortSets, ScanSeeds } from './packet-scanner.ts';
import { Credit } from './read-ahead-credit.ts';
import type { BatchSaid, FailureSaid, ReaderSays } from './read-ahead-messages.ts';
import { createSlotBuffer, SLOTS, Slot } from './read-ahead-slots.ts';
import { ReaderThread } from './reader-thread.ts';
import { filesOf, mergedOf } from './sources.ts';

export interface ReadAheadOptions {
  /** Regular files. */
  readonly files: readonly string[];
  readonly portSets: PortSets;
  readonly seeds: ScanSeeds;
  /** Gets one line when a file is cut off or damaged. */
  readonly warn: (line: string) => void;
  /** Batches that the counting thread reads by itself, at most, while the other one starts; else OWN_BATCHES. */
  readonly ownBatches?: number;
}

/** More would have V8 compile, for this thread too, what only the other one needs later. */
const OWN_BATCHES = 1;

export class ReadAheadSource implements PacketSource {
  readonly #options: ReadAheadOptions;
  readonly #slots: Slot[] = [];
  readonly #credit: Credit = new Credit();
  /** What this thread reads by itself, until the other one takes over. */
  readonly #files: readonly FileSource[];
  readonly #own: PacketSource;
  #thread: ReaderThread | undefined;
  /** What this thread has read by itself. */
  #packets = 0;
  #batches = 0;
  /** The last batch that the other thread read; undefined before it took over. */
  #last: BatchSaid | undefined;
  #stats: readonly CaptureStats[] | undefined;
  #ended = false;
  #closed = false;

  constructor(options: ReadAheadOptions) {
    this.#options = options;
    this.#files = filesOf(options.files, options.warn);
    this.#own = mergedOf(this.#files);
  }

  get interfaces(): readonly string[] {
    return this.#last?.interfaces ?? this.#own.interfaces;
  }

  async open(): Promise<void> {
    const { files, portSets, seeds } = this.#options;
    for (let i = 0; i < SLOTS; i++) this.#slots.push(new Slot(createSlotBuffer(0)));
    const buffers = this.#slots.map(({ buffer }) => buffer);
    this.#thread = new ReaderThread({
      files,
      portSets,
      seeds,
      buffers,
      credit: this.#credit.buffer,
    });
    await this.#own.open();
  }

  async next(): Promise<PacketBatch | undefined> {
    const thread = this.#thread;
    if (thread === undefined || this.#closed || this.#ended) return undefined;
    if (this.#last === undefined) {
      if (!(await this.#takesOver(thread))) return this.#ownNext();
      thread.tell({ packets: this.#packets });
    } else {
      this.#credit.give();
    }
    for (;;) {
      const said = await this.#hear(thread);
      if (said === undefined) return undefined;
      const batch = this.#heed(said);
      if (batch !== undefined) return batch;
      if (this.#ended) return undefined;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#own.close();
    this.#thread?.close();
  }

  stats(): readonly CaptureStats[] {
    const stats = this.#stats ?? this.#own.stats();
    return stats.map((one) => ({ ...one, up: one.up && !this.#closed }));
  }

  /** Of each file. */
  progress(): readonly FileProgress[] {
    return this.#last?.progress ?? this.#files.map((file) => file.progress());
  }

  #hear(thread: ReaderThread): ReaderSays | Promise<ReaderSays | undefined> {
    const said = thread.heard();
    if (said !== undefined) return said;
    this.#credit.wake();
    return thread.next();
  }

  async #ownNext(): Promise<PacketBatch | undefined> {
    const batch = await this.#own.next();
    this.#packets += batch?.count ?? 0;
    this.#batches++;
    return batch;
  }

  /** Whether the other thread has its files open; waits for it when this one has read enough. */
  async #takesOver(thread: ReaderThread): Promise<boolean> {
    const { ownBatches = OWN_BATCHES } = this.#options;
    const waits = this.#batches >= ownBatches;
    const said = waits ? await thread.next() : thread.heard();
    if (said?.kind === 'failed') throw failureOf(said);
    return said?.kind === 'ready';
  }

  /** The batch, when one was said. */
  #heed(said: ReaderSays): PacketBatch | undefined {
    switch (said.kind) {
      case 'batch':
        return this.#batchOf(said);
      case 'warning':
        this.#options.warn(said.line);
        return undefined;
      case 'failed':
        throw failureOf(said);
      case 'end':
        this.#stats = said.stats;
        this.#ended = true;
        return undefined;
      default:
        return undefined;
    }
  }

  #batchOf(said: BatchSaid): PacketBatch {
    if (said.buffer !== undefined) this.#slots[said.slot] = new Slot(said.buffer);
    const slot = this.#slots[said.slot];
    assert(slot !== undefined, 'a slot is one of those there are');
    slot.count = said.count;
    slot.firstFrame = said.firstFrame;
    this.#last = said;
    this.#stats = said.stats;
    return slot;
  }
}

function failureOf({ code, message, hint, exitCode }: FailureSaid): OperatorError {
  return new OperatorError(code, message, hint, exitCode);
}
