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
import { SlotCounts } from './read-ahead-counts.ts';
import type { FailureSaid, NewsSaid, ReaderSays } from './read-ahead-messages.ts';
import { createSlotBuffer, SLOT_FILES_MAX, SLOTS, Slot } from './read-ahead-slots.ts';
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
  readonly #counts: SlotCounts = new SlotCounts();
  /** What this thread reads by itself, until the other one takes over. */
  readonly #files: readonly FileSource[];
  readonly #own: PacketSource;
  #thread: ReaderThread | undefined;
  /** What this thread has read by itself. */
  #packets = 0;
  #batches = 0;
  /** The other thread reads now. */
  #tookOver = false;
  /** A slot that is being counted. */
  #holds = false;
  #news: NewsSaid | undefined;
  /** They were heard, and their slot was not received yet. */
  #isAhead = false;
  #failure: OperatorError | undefined;
  #stats: readonly CaptureStats[] | undefined;
  #ended = false;
  #closed = false;

  constructor(options: ReadAheadOptions) {
    this.#options = options;
    this.#files = filesOf(options.files, options.warn, true);
    this.#own = mergedOf(this.#files);
  }

  get interfaces(): readonly string[] {
    return this.#news?.interfaces ?? this.#own.interfaces;
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
      counts: this.#counts.buffer,
    });
    await this.#own.open();
  }

  async next(): Promise<PacketBatch | undefined> {
    const thread = this.#thread;
    if (thread === undefined || this.#closed) return undefined;
    if (!this.#tookOver) {
      if (!(await this.#takesOver(thread))) return this.#ownNext();
      thread.tell({ packets: this.#packets });
      this.#tookOver = true;
    }
    if (this.#holds) this.#counts.give();
    this.#holds = false;
    return this.#nextHanded(thread);
  }

  async #nextHanded(thread: ReaderThread): Promise<PacketBatch | undefined> {
    for (;;) {
      const slot = this.#counts.receive();
      if (slot >= 0) return this.#batchIn(slot, thread);
      // Said behind the last batch, but heard perhaps before it.
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended) return undefined;
      if (!this.#counts.awaits()) continue;
      const said = await thread.next();
      if (said === undefined) return undefined;
      this.#heed(said);
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
    return this.#news?.progress ?? this.#files.map((file) => file.progress());
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

  async #batchIn(index: number, thread: ReaderThread): Promise<PacketBatch | undefined> {
    if (this.#counts.hasNews(index)) {
      const news = await this.#hearNews(thread);
      if (news === undefined) return undefined;
      if (news.buffer !== undefined) this.#slots[index] = new Slot(news.buffer);
    }
    const slot = this.#slots[index];
    assert(slot !== undefined, 'a slot is one of those there are');
    this.#holds = true;
    if (this.#files.length <= SLOT_FILES_MAX) {
      this.#stats = this.#stats?.map((one, i) => ({ ...one, packets: slot.packetsOf(i) }));
    }
    return slot;
  }

  /** What was said before a slot was handed over; undefined when the source was closed meanwhile. */
  async #hearNews(thread: ReaderThread): Promise<NewsSaid | undefined> {
    while (!this.#isAhead) {
      const said = await thread.next();
      if (said === undefined) return undefined;
      this.#heed(said);
    }
    this.#isAhead = false;
    return this.#news;
  }

  #heed(said: ReaderSays): void {
    switch (said.kind) {
      case 'news':
        this.#news = said;
        this.#stats = said.stats;
        this.#isAhead = true;
        return;
      case 'warning':
        this.#options.warn(said.line);
        return;
      case 'failed':
        this.#failure = failureOf(said);
        return;
      case 'end':
        this.#stats = said.stats;
        this.#ended = true;
        return;
      default:
    }
  }
}

function failureOf({ code, message, hint, exitCode }: FailureSaid): OperatorError {
  return new OperatorError(code, message, hint, exitCode);
}
