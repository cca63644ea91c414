/**
 * Batches on their way from the thread that reads to the thread that counts: some buffers of shared memory, each
 * filled by the one and given back by the other. A batch is copied into its buffer, columns, records and bytes.
 */
import { BATCH_PACKETS_MAX } from './capture/batch-builder.ts';
import { CHUNK_BYTES } from './capture/block-reader.ts';
import { SLACK_BYTES } from './capture/capture-format.ts';
import { float64At } from './core/columns.ts';
import type { PacketBatch } from './core/packet-batch.ts';
import { needsBytes, RECORD_WORDS } from './packet-records.ts';

/** Batches that may be under way; the reader waits for one of them to come back. */
export const SLOTS = 8;
/** Room in a buffer from the start: for a chunk of a file and what it has room for in front. */
const BLOCK_BYTES: number = CHUNK_BYTES + 256 * 1024;
const LINE_FEED = 0x0a;
/** Packets are copied one by one where no more than one in so many is wanted. */
const ONE_BY_ONE = 8;

/** Doubles: the number of packets, and of the first one; packets read of each file, this batch's included. */
const COUNT = 0;
const FIRST_FRAME = 1;
const PACKETS_OF_FILES = 2;
/** Of more files, packets are told by messages. */
export const SLOT_FILES_MAX = 6;
const TIMESTAMPS_AT = 64;
const OFFSETS_AT: number = TIMESTAMPS_AT + 8 * BATCH_PACKETS_MAX;
const CAPLENS_AT: number = OFFSETS_AT + 4 * BATCH_PACKETS_MAX;
const LENS_AT: number = CAPLENS_AT + 4 * BATCH_PACKETS_MAX;
const LINKTYPES_AT: number = LENS_AT + 4 * BATCH_PACKETS_MAX;
const INTERFACES_AT: number = LINKTYPES_AT + 2 * BATCH_PACKETS_MAX;
const RECORDS_AT: number = INTERFACES_AT + 2 * BATCH_PACKETS_MAX;
const BLOCK_AT: number = RECORDS_AT + 4 * RECORD_WORDS * BATCH_PACKETS_MAX;

/** For packets that end at `end`, and for usual batches. */
export function createSlotBuffer(end: number): SharedArrayBuffer {
  return new SharedArrayBuffer(BLOCK_AT + Math.max(BLOCK_BYTES, end + SLACK_BYTES));
}

/** One buffer, seen as a batch. */
export class Slot implements PacketBatch {
  readonly buffer: SharedArrayBuffer;
  readonly block: Uint8Array;
  readonly timestampUs: Float64Array;
  readonly offset: Uint32Array;
  readonly caplen: Uint32Array;
  readonly len: Uint32Array;
  readonly linktype: Uint16Array;
  readonly interfaceIndex: Uint16Array;
  readonly records: Int32Array;
  readonly drained = false;
  private readonly header: Float64Array;

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.header = new Float64Array(buffer, 0, PACKETS_OF_FILES + SLOT_FILES_MAX);
    this.timestampUs = new Float64Array(buffer, TIMESTAMPS_AT, BATCH_PACKETS_MAX);
    this.offset = new Uint32Array(buffer, OFFSETS_AT, BATCH_PACKETS_MAX);
    this.caplen = new Uint32Array(buffer, CAPLENS_AT, BATCH_PACKETS_MAX);
    this.len = new Uint32Array(buffer, LENS_AT, BATCH_PACKETS_MAX);
    this.linktype = new Uint16Array(buffer, LINKTYPES_AT, BATCH_PACKETS_MAX);
    this.interfaceIndex = new Uint16Array(buffer, INTERFACES_AT, BATCH_PACKETS_MAX);
    this.records = new Int32Array(buffer, RECORDS_AT, RECORD_WORDS * BATCH_PACKETS_MAX);
    this.block = new Uint8Array(buffer, BLOCK_AT);
  }

  get count(): number {
    return float64At(this.header, COUNT);
  }

  get firstFrame(): number {
    return float64At(this.header, FIRST_FRAME);
  }

  /** Packets read of a file when the batch was made; `file` is below SLOT_FILES_MAX. */
  packetsOf(file: number): number {
    return float64At(this.header, PACKETS_OF_FILES + file);
  }

  setPacketsOf(file: number, packets: number): void {
    this.header[PACKETS_OF_FILES + file] = packets;
  }

  /** Where the batch's packets end in its block, which is where they will end in this one. */
  static endOf(batch: PacketBatch): number {
    let end = 0;
    for (let i = 0; i < batch.count; i++) {
      const packetEnd = (batch.offset[i] ?? 0) + (batch.caplen[i] ?? 0);
      if (packetEnd > end) end = packetEnd;
    }
    return end;
  }

  hasRoomFor(end: number): boolean {
    return end + SLACK_BYTES <= this.block.length;
  }

  /**
   * Copies a batch whose packets end at `end`, at the same offsets; its records are there already. Bytes that nobody
   * will look at, because the record says it all, are left out.
   */
  fill(batch: PacketBatch, end: number): void {
    const { count } = batch;
    this.fillBlock(batch, end);
    this.header[COUNT] = count;
    this.header[FIRST_FRAME] = batch.firstFrame;
    this.timestampUs.set(batch.timestampUs.subarray(0, count));
    this.offset.set(batch.offset.subarray(0, count));
    this.caplen.set(batch.caplen.subarray(0, count));
    this.len.set(batch.len.subarray(0, count));
    this.linktype.set(batch.linktype.subarray(0, count));
    this.interfaceIndex.set(batch.interfaceIndex.subarray(0, count));
  }

  private fillBlock(batch: PacketBatch, end: number): void {
    const { count, offset, caplen } = batch;
    const { block, records } = this;
    let wanted = 0;
    for (let i = 0; i < count; i++) if (needsBytes(records, i * RECORD_WORDS)) wanted++;
    if (wanted * ONE_BY_ONE < count) {
      for (let i = 0; i < count; i++) {
        if (!needsBytes(records, i * RECORD_WORDS)) continue;
        const start = offset[i] ?? 0;
        block.set(batch.block.subarray(start, start + (caplen[i] ?? 0)), start);
      }
    } else {
      let start = end;
      for (let i = 0; i < count; i++) start = Math.min(start, offset[i] ?? 0);
      block.set(batch.block.subarray(start, end), start);
    }
    block[end] = LINE_FEED;
  }
}
