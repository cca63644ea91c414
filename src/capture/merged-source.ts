/**
 * Several sources as one, in the order of their packets' timestamps; ties in the order in which the
 * sources were given. A source whose own packets go back in time keeps its own order.
 */
import type { PacketBatch } from '../core/packet-batch.ts';
import { BatchBuilder } from './batch-builder.ts';
import type { CaptureStats, PacketSource } from './packet-source.ts';

/** A source and how far its current batch has been taken. */
class Input {
  readonly source: PacketSource;
  batch: PacketBatch | undefined;
  row = 0;
  /** Timestamp of the packet that is next; infinite at the end. */
  headUs: number = Number.POSITIVE_INFINITY;
  /** From the source's interface index to the merged one. */
  readonly interfaceIndexes: number[] = [];

  constructor(source: PacketSource) {
    this.source = source;
  }

  /** Moves on to the next packet; false when that takes another batch. */
  advance(): boolean {
    this.row += 1;
    if (this.batch === undefined || this.row >= this.batch.count) return false;
    this.headUs = this.batch.timestampUs[this.row] ?? 0;
    return true;
  }

  /** Gets the next batch that has packets. */
  async fill(): Promise<void> {
    this.row = 0;
    do {
      this.batch = await this.source.next();
    } while (this.batch !== undefined && this.batch.count === 0);
    this.headUs = this.batch?.timestampUs[0] ?? Number.POSITIVE_INFINITY;
  }
}

export class MergedSource implements PacketSource {
  readonly interfaces: string[] = [];
  readonly #inputs: readonly Input[];
  readonly #batch: BatchBuilder = new BatchBuilder();
  #closed = false;

  /** The sources are not open yet. */
  constructor(sources: readonly PacketSource[]) {
    this.#inputs = sources.map((source) => new Input(source));
    // Before the inputs take their blocks: what is parsed is the copy, so it lies where the scanner reaches.
    this.#batch.beginCopy();
  }

  async open(): Promise<void> {
    try {
      for (const input of this.#inputs) await input.source.open();
      for (const input of this.#inputs) await input.fill();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async next(): Promise<PacketBatch | undefined> {
    const batch = this.#batch;
    batch.beginCopy();
    while (!this.#closed && !batch.full) {
      const input = this.#earliest();
      if (input?.batch === undefined) break;
      batch.copy(input.batch, input.row, this.#interfaceIndex(input));
      if (!input.advance()) await input.fill();
    }
    return batch.count > 0 && !this.#closed ? batch : undefined;
  }

  #earliest(): Input | undefined {
    let earliest: Input | undefined;
    for (const input of this.#inputs) {
      if (input.batch === undefined) continue;
      if (earliest === undefined || input.headUs < earliest.headUs) earliest = input;
    }
    return earliest;
  }

  /** Index of the packet's interface in `interfaces`, which grows when the packet is its first. */
  #interfaceIndex(input: Input): number {
    const index = input.batch?.interfaceIndex[input.row] ?? 0;
    const known = input.interfaceIndexes[index];
    if (known !== undefined) return known;
    const merged = this.interfaces.length;
    this.interfaces.push(input.source.interfaces[index] ?? '');
    input.interfaceIndexes[index] = merged;
    return merged;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const input of this.#inputs) await input.source.close();
  }

  stats(): readonly CaptureStats[] {
    return this.#inputs.flatMap((input) => input.source.stats());
  }
}
