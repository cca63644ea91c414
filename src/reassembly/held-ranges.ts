/**
 * Which bytes of a stream arrived ahead of a hole: per direction, a few ranges of sequence numbers in
 * order, disjoint and not adjacent (RFC 9293 3.4; numbers wrap, so they are compared by difference).
 */
import {
  float64At,
  float64Column,
  int32At,
  int32Column,
  uint8At,
  uint8Column,
} from '../core/columns.ts';

/** Ranges that a direction may hold; one more and the oldest hole is given up. */
export const HELD_RANGES_MAX = 32;

export class HeldRanges {
  private readonly counts: Uint8Array;
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  private readonly times: Float64Array;

  constructor(rowsMax: number) {
    this.counts = uint8Column(rowsMax);
    this.starts = int32Column(rowsMax * HELD_RANGES_MAX);
    this.ends = int32Column(rowsMax * HELD_RANGES_MAX);
    this.times = float64Column(rowsMax * HELD_RANGES_MAX);
  }

  clear(row: number): void {
    this.counts[row] = 0;
  }

  count(row: number): number {
    return uint8At(this.counts, row);
  }

  startOf(row: number, index: number): number {
    return int32At(this.starts, row * HELD_RANGES_MAX + index);
  }

  endOf(row: number, index: number): number {
    return int32At(this.ends, row * HELD_RANGES_MAX + index);
  }

  /** When the last packet of the first range came, microseconds. */
  firstTimeUs(row: number): number {
    return float64At(this.times, row * HELD_RANGES_MAX);
  }

  /** Adds [start, end), joined with what it touches; false when there are too many ranges then. */
  add(row: number, start: number, end: number, timeUs: number): boolean {
    const base = row * HELD_RANGES_MAX;
    const count = uint8At(this.counts, row);
    let first = 0;
    while (first < count && ((int32At(this.ends, base + first) - start) | 0) < 0) first++;
    let after = first;
    while (after < count && ((int32At(this.starts, base + after) - end) | 0) <= 0) after++;
    if (after === first) {
      if (count === HELD_RANGES_MAX) return false;
      this.shift(base + first, base + count, 1);
      this.put(base + first, start, end, timeUs);
      this.counts[row] = count + 1;
      return true;
    }
    const from = int32At(this.starts, base + first);
    const to = int32At(this.ends, base + after - 1);
    const time = float64At(this.times, base + after - 1);
    this.put(
      base + first,
      ((start - from) | 0) < 0 ? start : from,
      ((end - to) | 0) > 0 ? end : to,
      Math.max(time, timeUs),
    );
    this.shift(base + after, base + count, first + 1 - after);
    this.counts[row] = count - (after - first) + 1;
    return true;
  }

  dropFirst(row: number): void {
    const base = row * HELD_RANGES_MAX;
    const count = uint8At(this.counts, row);
    this.shift(base + 1, base + count, -1);
    this.counts[row] = count - 1;
  }

  private put(index: number, start: number, end: number, timeUs: number): void {
    this.starts[index] = start;
    this.ends[index] = end;
    this.times[index] = timeUs;
  }

  private shift(from: number, to: number, by: number): void {
    if (by === 0) return;
    this.starts.copyWithin(from + by, from, to);
    this.ends.copyWithin(from + by, from, to);
    this.times.copyWithin(from + by, from, to);
  }
}
