/**
 * A source that can be read twice as far as a prefix goes: its first batches are copied while they are read,
 * and are given again by `rewind`, before the rest. For input that cannot be opened anew, such as a pipe.
 */
import type { PacketBatch } from '../core/packet-batch.ts';
import { SLACK_BYTES } from './capture-format.ts';
import type { CaptureStats, PacketSource } from './packet-source.ts';

const LF = 10;

export class RecordedSource implements PacketSource {
  readonly #source: PacketSource;
  readonly #bytesMax: number;
  #recorded: PacketBatch[] = [];
  #recordedBytes = 0;
  #recording = true;
  #next = 0;

  /** Records `bytesMax` bytes of packets at most. */
  constructor(source: PacketSource, bytesMax: number) {
    this.#source = source;
    this.#bytesMax = bytesMax;
  }

  get interfaces(): readonly string[] {
    return this.#source.interfaces;
  }

  /** No more may be read before `rewind`: the record is full. */
  get full(): boolean {
    return this.#recordedBytes >= this.#bytesMax;
  }

  open(): Promise<void> {
    return this.#source.open();
  }

  async next(): Promise<PacketBatch | undefined> {
    if (this.#recording) {
      const batch = await this.#source.next();
      return batch === undefined ? undefined : this.#record(batch);
    }
    const recorded = this.#recorded[this.#next];
    if (recorded === undefined) {
      this.#recorded = [];
      this.#next = 0;
      return this.#source.next();
    }
    this.#next += 1;
    return recorded;
  }

  /** From the first packet again; from here on nothing is recorded. */
  rewind(): void {
    this.#recording = false;
    this.#next = 0;
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  stats(): readonly CaptureStats[] {
    return this.#source.stats();
  }

  #record(batch: PacketBatch): PacketBatch {
    const copy = copyOf(batch);
    this.#recorded.push(copy);
    this.#recordedBytes += copy.block.length;
    return copy;
  }
}

function copyOf(batch: PacketBatch): PacketBatch {
  const { count } = batch;
  let bytes = 0;
  for (let i = 0; i < count; i++) bytes += batch.caplen[i] ?? 0;
  const block = new Uint8Array(bytes + SLACK_BYTES).fill(LF, bytes);
  const offset = new Uint32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const start = batch.offset[i] ?? 0;
    const caplen = batch.caplen[i] ?? 0;
    block.set(batch.block.subarray(start, start + caplen), at);
    offset[i] = at;
    at += caplen;
  }
  return {
    block,
    count,
    timestampUs: batch.timestampUs.slice(0, count),
    offset,
    caplen: batch.caplen.slice(0, count),
    len: batch.len.slice(0, count),
    linktype: batch.linktype.slice(0, count),
    interfaceIndex: batch.interfaceIndex.slice(0, count),
    firstFrame: batch.firstFrame,
    drained: batch.drained,
  };
}
