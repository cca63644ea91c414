/**
 * The thread that reads: opens the files anew, leaves out what was counted while it started, reads the usual packets
 * of each batch, and hands it over.
 */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { assert } from './core/assert.ts';
import { OperatorError } from './core/operator-error.ts';
import type { PacketBatch } from './core/packet-batch.ts';
import { RECORD_WORDS } from './packet-records.ts';
import { scannedRecords, scanPackets } from './packet-scanner.ts';
import { SlotCounts } from './read-ahead-counts.ts';
import type { ReadAheadOrder, ReaderSays, SkipSaid } from './read-ahead-messages.ts';
import { createSlotBuffer, SLOT_FILES_MAX, Slot } from './read-ahead-slots.ts';
import { filesOf, mergedOf } from './sources.ts';

/** News are said at least every so many batches: they say how far the files are read. */
const BATCHES_OF_NEWS = 32;

class Reading {
  readonly #order: ReadAheadOrder;
  readonly #port: MessagePort;
  readonly #slots: Slot[];
  readonly #counts: SlotCounts;
  readonly #files: ReturnType<typeof filesOf>;
  readonly #source: ReturnType<typeof mergedOf>;
  #interfaces = 0;
  #batches = 0;

  constructor(order: ReadAheadOrder) {
    this.#order = order;
    this.#port = order.port;
    this.#slots = order.buffers.map((buffer) => new Slot(buffer));
    this.#counts = new SlotCounts(order.counts);
    this.#files = filesOf(order.files, (line) => this.#say({ kind: 'warning', line }), true);
    this.#source = mergedOf(this.#files);
  }

  async run(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      const { code, message, hint, exitCode } = error;
      this.#say({ kind: 'failed', code, message, hint, exitCode });
    } finally {
      await this.#source.close();
      this.#port.close();
    }
  }

  async #read(): Promise<void> {
    const source = this.#source;
    await source.open();
    const skip = nextMessage<SkipSaid>(this.#port);
    this.#say({ kind: 'ready' });
    const { packets } = await skip;
    for (;;) {
      const batch = await source.next();
      if (batch === undefined) break;
      // Frames are counted from 1.
      const counted = Math.max(0, packets + 1 - batch.firstFrame);
      if (counted >= batch.count) continue;
      this.#hand(counted === 0 ? batch : without(batch, counted));
    }
    this.#say({ kind: 'end', stats: source.stats() });
  }

  #hand(batch: PacketBatch): void {
    const index = this.#counts.take();
    const end = Slot.endOf(batch);
    let slot = this.#slots[index];
    assert(slot !== undefined, 'a slot is one of those there are');
    let buffer: SharedArrayBuffer | undefined;
    if (!slot.hasRoomFor(end)) {
      buffer = createSlotBuffer(end);
      slot = new Slot(buffer);
      this.#slots[index] = slot;
    }
    this.#readRecords(batch, slot.records);
    slot.fill(batch, end);
    const { interfaces } = this.#source;
    const isTime = this.#batches++ % BATCHES_OF_NEWS === 0 || !this.#tellsPackets(slot);
    const hasNews = isTime || buffer !== undefined || interfaces.length !== this.#interfaces;
    if (hasNews) this.#sayNews(buffer);
    if (this.#counts.hand(hasNews)) this.#say({ kind: 'handed' });
  }

  /** With the slot, since a run may end with any batch; false when there are too many files for that. */
  #tellsPackets(slot: Slot): boolean {
    if (this.#files.length > SLOT_FILES_MAX) return false;
    const stats = this.#source.stats();
    for (let i = 0; i < stats.length; i++) slot.setPacketsOf(i, stats[i]?.packets ?? 0);
    return true;
  }

  #sayNews(buffer: SharedArrayBuffer | undefined): void {
    const { interfaces } = this.#source;
    this.#interfaces = interfaces.length;
    const progress = this.#files.map((file) => file.progress());
    this.#say({ kind: 'news', buffer, interfaces, progress, stats: this.#source.stats() });
  }

  /** Records for all packets of a batch; none is a usual one where the scanner does not reach. */
  #readRecords(batch: PacketBatch, records: Int32Array): void {
    const { portSets, seeds } = this.#order;
    for (let from = 0; from < batch.count; ) {
      const count = scanPackets(batch, from, portSets, seeds);
      if (count === 0) {
        records.fill(0, from * RECORD_WORDS, batch.count * RECORD_WORDS);
        return;
      }
      records.set(scannedRecords.subarray(0, count * RECORD_WORDS), from * RECORD_WORDS);
      from += count;
    }
  }

  #say(what: ReaderSays): void {
    this.#port.postMessage(what);
  }
}

/** The batch without its first packets. */
function without(batch: PacketBatch, packets: number): PacketBatch {
  return {
    ...batch,
    block: batch.block,
    count: batch.count - packets,
    timestampUs: batch.timestampUs.subarray(packets),
    offset: batch.offset.subarray(packets),
    caplen: batch.caplen.subarray(packets),
    len: batch.len.subarray(packets),
    linktype: batch.linktype.subarray(packets),
    interfaceIndex: batch.interfaceIndex.subarray(packets),
    firstFrame: batch.firstFrame + packets,
    drained: false,
  };
}

function nextMessage<T>(port: MessagePort): Promise<T> {
  return new Promise((resolve) => {
    port.once('message', resolve);
  });
}

assert(parentPort !== null, 'this is a thread');
parentPort.once('message', (order: ReadAheadOrder) => void new Reading(order).run());
