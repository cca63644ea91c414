/**
 * Packets at their own pace, or a multiple of it, against a monotonic clock. A consumer that was
 * held up gets what is due at once; the pace is never shifted.
 */
import { promisify } from 'node:util';
import type { PacketBatch } from '../core/packet-batch.ts';
import type { CaptureStats, PacketSource } from './packet-source.ts';

/** A longer silence in a capture is passed over after this: its clock was set, or is damaged. */
const SILENCE_MAX_US = 3600e6;
/** Packets closer than this are handed over together, and up to this late. */
const SLEEP_MS_MIN = 5;
const IDLE_MS = 250;

/** Tells the time and waits; another one in tests. */
export interface PaceClock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Returns after `ms`, or when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const sleep = promisify(setTimeout);

const monotonicClock: PaceClock = {
  now: () => performance.now(),
  // An abort is the only way for it to fail, and the caller looks for that itself.
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};

export interface PacedSourceOptions {
  readonly source: PacketSource;
  /** Multiple of the packets' own pace; above 0. */
  readonly speed: number;
  readonly clock?: PaceClock;
}

export class PacedSource implements PacketSource {
  readonly #source: PacketSource;
  readonly #speed: number;
  readonly #clock: PaceClock;
  readonly #stop: AbortController = new AbortController();
  #batch: PacketBatch | undefined;
  #row = 0;
  /** When packets with timestamp `#originUs` are due; undefined before the first. */
  #originMs: number | undefined;
  #originUs = 0;
  #latestUs = 0;

  constructor(options: PacedSourceOptions) {
    this.#source = options.source;
    this.#speed = options.speed;
    this.#clock = options.clock ?? monotonicClock;
  }

  get interfaces(): readonly string[] {
    return this.#source.interfaces;
  }

  open(): Promise<void> {
    return this.#source.open();
  }

  async next(): Promise<PacketBatch | undefined> {
    if (this.#batch === undefined || this.#row >= this.#batch.count) {
      this.#batch = await this.#source.next();
      this.#row = 0;
    }
    const batch = this.#batch;
    if (batch === undefined || batch.count === 0) return batch;
    const idleAt = this.#clock.now() + IDLE_MS;
    while (!this.#stop.signal.aborted) {
      const now = this.#clock.now();
      const end = this.#dueEnd(batch, now);
      if (end > this.#row || now >= idleAt) return this.#slice(batch, end);
      const dueMs = this.#dueMs(batch.timestampUs[this.#row] ?? 0, now);
      const wakeMs = Math.min(Math.max(dueMs - now, SLEEP_MS_MIN), idleAt - now);
      await this.#clock.sleep(wakeMs, this.#stop.signal);
    }
    return undefined;
  }

  /** The row behind the last that is due. */
  #dueEnd(batch: PacketBatch, now: number): number {
    let row = this.#row;
    while (row < batch.count && this.#dueMs(batch.timestampUs[row] ?? 0, now) <= now) {
      this.#latestUs = Math.max(this.#latestUs, batch.timestampUs[row] ?? 0);
      row += 1;
    }
    return row;
  }

  #dueMs(timestampUs: number, now: number): number {
    if (this.#originMs === undefined) {
      this.#originMs = now;
      this.#originUs = timestampUs;
      this.#latestUs = timestampUs;
    }
    const passedOverUs = timestampUs - this.#latestUs - SILENCE_MAX_US;
    if (passedOverUs > 0) {
      this.#originUs += passedOverUs;
      this.#latestUs += passedOverUs;
    }
    return this.#originMs + (timestampUs - this.#originUs) / 1000 / this.#speed;
  }

  /** The rows from the current one to `end`, none when that is the same. */
  #slice(batch: PacketBatch, end: number): PacketBatch {
    const start = this.#row;
    this.#row = end;
    return {
      block: batch.block,
      count: end - start,
      timestampUs: batch.timestampUs.subarray(start, end),
      offset: batch.offset.subarray(start, end),
      caplen: batch.caplen.subarray(start, end),
      len: batch.len.subarray(start, end),
      linktype: batch.linktype.subarray(start, end),
      interfaceIndex: batch.interfaceIndex.subarray(start, end),
      firstFrame: batch.firstFrame + start,
      // Packet time passes as fast as the clock's only at the packets' own pace.
      drained: this.#speed === 1 && end < batch.count,
    };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#source.close();
  }

  stats(): readonly CaptureStats[] {
    return this.#source.stats();
  }
}
