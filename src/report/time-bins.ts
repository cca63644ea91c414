/**
 * Counts events over a span of time that nobody knows in advance: when the bins run out, neighbours are joined and
 * each covers twice the time.
 */

export const BINS_MAX = 120;
const WIDTH_FIRST_US = 1e6;

export class TimeBins {
  /** Of one bin. */
  widthUs: number = WIDTH_FIRST_US;
  private startUs = -1;
  private readonly counts: Float64Array = new Float64Array(BINS_MAX);
  private used = 0;

  /** Events before the first one's bin are counted in that. */
  add(timestampUs: number): void {
    if (this.startUs < 0) this.startUs = timestampUs - (timestampUs % WIDTH_FIRST_US);
    let bin = this.binOf(timestampUs);
    while (bin >= BINS_MAX) {
      this.halve();
      bin = this.binOf(timestampUs);
    }
    this.counts[bin] = (this.counts[bin] ?? 0) + 1;
    this.used = Math.max(this.used, bin + 1);
  }

  /** Start and count of each bin, from the first event's to the last one's. */
  bins(): readonly { readonly startUs: number; readonly count: number }[] {
    return [...this.counts.subarray(0, this.used)].map((count, bin) => ({
      startUs: this.startUs + bin * this.widthUs,
      count,
    }));
  }

  private binOf(timestampUs: number): number {
    return Math.max(0, Math.floor((timestampUs - this.startUs) / this.widthUs));
  }

  private halve(): void {
    const { counts } = this;
    for (let bin = 0; bin < BINS_MAX; bin++) {
      const left = 2 * bin;
      counts[bin] = left < BINS_MAX ? (counts[left] ?? 0) + (counts[left + 1] ?? 0) : 0;
    }
    this.widthUs *= 2;
    this.used = Math.ceil(this.used / 2);
  }
}
