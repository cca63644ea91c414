/**
 * What the host's clocks add to the packet clock of a live capture (METRICS.md "Time"). While nothing arrives it
 * goes on, only after the source reported itself empty, and no further than the source can vouch for. And it goes on no
 * faster than the host's monotonic clock: packets that say otherwise were stamped by a clock that made a step.
 * Also how far counting is behind.
 */
import type { PacketBatch } from './core/packet-batch.ts';
import type { PacketClock } from './core/packet-clock.ts';

/** A stamp may be this much further ahead: for what lies between it and its being read. */
const MARGIN_US = 10_000_000;

/** Of the pipeline, what this is about. */
export interface Clocked {
  readonly clock: PacketClock;
  idle(timestampUs: number): void;
  settle(timestampUs: number): void;
}

/** A moment at which the source said that it was empty. */
interface Empty {
  readonly monotonicMs: number;
  /** Timer time; Infinity while it is not known. */
  readonly nowUs: number;
}

export class IdleClock {
  private readonly pipeline: Clocked;
  private readonly live: boolean;
  private readonly monotonicMs: () => number;
  /** Packet time and monotonic time of the last packet read. */
  private lastUs = 0;
  private lastReadMs = 0;
  private empty: Empty = { monotonicMs: 0, nowUs: Number.POSITIVE_INFINITY };
  /** Not the last time, which may have been before the program itself stood still, and be heard only now. */
  private emptyBefore: Empty = this.empty;
  private behindSeconds = 0;

  constructor(
    pipeline: Clocked,
    live: boolean,
    monotonicMs: () => number = () => performance.now(),
  ) {
    this.pipeline = pipeline;
    this.live = live;
    this.monotonicMs = monotonicMs;
  }

  /** A batch is going to be consumed. */
  before(): void {
    if (this.live) this.limit(this.monotonicMs());
  }

  /** A batch was consumed. */
  after(batch: PacketBatch): void {
    if (!this.live) return;
    const nowMs = this.monotonicMs();
    if (batch.count > 0) {
      this.lastUs = batch.timestampUs[batch.count - 1] ?? 0;
      this.lastReadMs = nowMs;
      this.behindSeconds = Math.max(0, Date.now() / 1000 - this.lastUs / 1e6);
    }
    if (!batch.drained) return;
    if (batch.count === 0) this.behindSeconds = 0;
    if (this.lastUs > 0) this.goOn(batch, nowMs);
  }

  /** From a packet's timestamp to its being counted, of the last batch; 0 when nothing is waiting. */
  lagSeconds(): number {
    return this.behindSeconds;
  }

  private goOn(batch: PacketBatch, nowMs: number): void {
    const { pipeline } = this;
    if (batch.settledUs === undefined) {
      pipeline.idle(this.lastUs + (nowMs - this.lastReadMs) * 1000);
    } else {
      this.limit(nowMs);
      pipeline.settle(batch.settledUs);
    }
    this.emptyBefore = this.empty;
    this.empty = { monotonicMs: nowMs, nowUs: pipeline.clock.nowUs };
  }

  private limit(nowMs: number): void {
    const { monotonicMs, nowUs } = this.emptyBefore;
    this.pipeline.clock.nowMaxUs = nowUs + (nowMs - monotonicMs) * 1000 + MARGIN_US;
  }
}
