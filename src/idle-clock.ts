/**
 * What the host's clocks add to the packet clock of a live capture (METRICS.md "Time"). While nothing arrives it
 * may tick, only after the source reported itself empty, and no further than the source can vouch for; and packets
 * cannot be further apart than the host's monotonic clock has gone on: what is, is a step of the clock that stamps them.
 * Also how far counting is behind.
 */
import type { PacketBatch } from './core/packet-batch.ts';
import type { Pipeline } from './pipeline.ts';

/** A stamp may be this much further ahead: for what lies between it and its being read. */
const MARGIN_US = 10_000_000;

export class IdleClock {
  private readonly pipeline: Pipeline;
  private readonly live: boolean;
  private readonly monotonicMs: () => number;
  /** Packet time and monotonic time of the last packet read. */
  private lastUs = 0;
  private lastReadMs = 0;
  /** When the source said last that it was empty, and when the time before. */
  private emptyMs: number;
  private emptyBeforeMs: number;
  /** The last packet read was stamped after this. */
  private lastAfterMs: number;
  private behindSeconds = 0;

  constructor(
    pipeline: Pipeline,
    live: boolean,
    monotonicMs: () => number = () => performance.now(),
  ) {
    this.pipeline = pipeline;
    this.live = live;
    this.monotonicMs = monotonicMs;
    this.emptyMs = monotonicMs();
    this.emptyBeforeMs = this.emptyMs;
    this.lastAfterMs = this.emptyMs;
  }

  /** A batch is going to be consumed. */
  before(): void {
    if (this.live) this.pipeline.clock.leapMaxUs = this.passedUs(this.monotonicMs());
  }

  /** A batch was consumed. */
  after(batch: PacketBatch): void {
    if (!this.live) return;
    const nowMs = this.monotonicMs();
    if (batch.count > 0) {
      this.lastUs = batch.timestampUs[batch.count - 1] ?? 0;
      this.lastReadMs = nowMs;
      // Not when it said so last: that may have been before the program itself stood still, and be heard only now.
      this.lastAfterMs = this.emptyBeforeMs;
      this.behindSeconds = Math.max(0, Date.now() / 1000 - this.lastUs / 1e6);
    }
    if (!batch.drained) return;
    this.emptyBeforeMs = this.emptyMs;
    this.emptyMs = nowMs;
    if (batch.count === 0) this.behindSeconds = 0;
    if (this.lastUs > 0) this.pipeline.idle(this.settledUs(batch, nowMs));
  }

  /** From a packet's timestamp to its being counted, of the last batch; 0 when nothing is waiting. */
  lagSeconds(): number {
    return this.behindSeconds;
  }

  private settledUs(batch: PacketBatch, nowMs: number): number {
    const { settledUs } = batch;
    // By the clock that stamps packets, which may have made a step meanwhile.
    if (settledUs !== undefined && settledUs - this.lastUs <= this.passedUs(nowMs)) {
      return settledUs;
    }
    return this.lastUs + (nowMs - this.lastReadMs) * 1000;
  }

  /** At most so much time has passed since the last packet was stamped. */
  private passedUs(nowMs: number): number {
    return (nowMs - this.lastAfterMs) * 1000 + MARGIN_US;
  }
}
