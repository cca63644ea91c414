/**
 * The packet clock of a live capture while nothing arrives (METRICS.md "Time"): it may tick only after the
 * source reported itself empty, and no further than the source can vouch for; also how far counting is behind.
 */
import type { PacketBatch } from './core/packet-batch.ts';
import type { Pipeline } from './pipeline.ts';

export class IdleClock {
  private readonly pipeline: Pipeline;
  private readonly live: boolean;
  /** Packet time and monotonic time of the last packet read. */
  private lastUs = 0;
  private lastReadMs = 0;
  private behindSeconds = 0;

  constructor(pipeline: Pipeline, live: boolean) {
    this.pipeline = pipeline;
    this.live = live;
  }

  /** A batch was consumed. */
  after(batch: PacketBatch): void {
    if (!this.live) return;
    const nowMs = performance.now();
    if (batch.count > 0) {
      this.lastUs = batch.timestampUs[batch.count - 1] ?? 0;
      this.lastReadMs = nowMs;
      this.behindSeconds = Math.max(0, Date.now() / 1000 - this.lastUs / 1e6);
    }
    if (!batch.drained) return;
    if (batch.count === 0) this.behindSeconds = 0;
    const settledUs = batch.settledUs ?? this.lastUs + (nowMs - this.lastReadMs) * 1000;
    if (this.lastUs > 0) this.pipeline.idle(settledUs);
  }

  /** From a packet's timestamp to its being counted, of the last batch; 0 when nothing is waiting. */
  lagSeconds(): number {
    return this.behindSeconds;
  }
}
