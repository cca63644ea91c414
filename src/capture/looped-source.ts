/**
 * A capture played over and over, each round as new traffic: timestamps go on where the last round
 * ended, and SIP identifiers are rewritten (round-rewriter.ts), so that nothing of a round is taken
 * for a retransmission of the one before.
 */
import type { PacketBatch } from '../core/packet-batch.ts';
import type { CaptureStats, PacketSource } from './packet-source.ts';
import { RoundRewriter } from './round-rewriter.ts';

/** From the last packet of a round to the first of the next. */
const GAP_US = 1e6;

export class LoopedSource implements PacketSource {
  readonly interfaces: string[] = [];
  readonly #create: () => PacketSource;
  readonly #rewriter: RoundRewriter = new RoundRewriter();
  #source: PacketSource;
  #round = 0;
  /** Added to the timestamps of this round. */
  #shiftUs = 0;
  #latestUs = 0;
  #roundIsEmpty = true;
  /** Packets of the rounds before, by row of `stats`. */
  #packetsBefore: number[] = [];
  #closed = false;

  /** `create` makes the source of a round, not open yet, whose memory this may write to. */
  constructor(create: () => PacketSource) {
    this.#create = create;
    this.#source = create();
  }

  async open(): Promise<void> {
    await this.#source.open();
    this.#nameInterfaces();
  }

  /** Never ends, but for a capture without packets. */
  async next(): Promise<PacketBatch | undefined> {
    while (!this.#closed) {
      const batch = await this.#source.next();
      if (batch !== undefined) {
        this.#nameInterfaces();
        this.#renew(batch);
        return batch;
      }
      if (this.#roundIsEmpty || this.#closed) return undefined;
      await this.#startRound();
    }
    return undefined;
  }

  async #startRound(): Promise<void> {
    await this.#source.close();
    this.#packetsBefore = this.stats().map((stats) => stats.packets);
    this.#source = this.#create();
    await this.#source.open();
    if (this.#closed) await this.#source.close();
    this.#round += 1;
    this.#roundIsEmpty = true;
  }

  #renew(batch: PacketBatch): void {
    const times = batch.timestampUs;
    if (this.#roundIsEmpty && batch.count > 0) {
      this.#roundIsEmpty = false;
      if (this.#round > 0) this.#shiftUs = this.#latestUs + GAP_US - (times[0] ?? 0);
    }
    for (let row = 0; row < batch.count; row += 1) {
      const timestampUs = (times[row] ?? 0) + this.#shiftUs;
      times[row] = timestampUs;
      if (timestampUs > this.#latestUs) this.#latestUs = timestampUs;
    }
    if (this.#round > 0) this.#rewriter.rewrite(batch, this.#round);
  }

  #nameInterfaces(): void {
    for (const name of this.#source.interfaces.slice(this.interfaces.length)) {
      this.interfaces.push(name);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#source.close();
  }

  stats(): readonly CaptureStats[] {
    return this.#source.stats().map((stats, row) => {
      return { ...stats, packets: stats.packets + (this.#packetsBefore[row] ?? 0) };
    });
  }
}
