/**
 * The samples the page has, and what they say: rates between two samples, percentiles over a window. New samples
 * are asked for by the time of the last one, so that a poll carries only what is new.
 */

/** The answer of `api/v1/history.json`; docs/HTTP.md. */
export interface HistoryAnswer {
  readonly intervalSeconds: number;
  readonly samplesMax: number;
  readonly timestamps: readonly number[];
  readonly columns: Readonly<Record<string, readonly number[]>>;
  readonly histograms: Readonly<Record<string, readonly number[]>>;
  readonly codes: readonly string[];
  readonly peers: readonly string[];
}

/** Samples that percentiles and ratios look back over: a minute. */
const WINDOW_SAMPLES = 12;

export class HistoryStore {
  timestamps: number[] = [];
  codes: readonly string[] = [];
  peers: readonly string[] = [];
  private columns: Map<string, number[]> = new Map();
  private histograms: Readonly<Record<string, readonly number[]>> = {};

  /** Time of the last sample; undefined before the first. */
  get last(): number | undefined {
    return this.timestamps.at(-1);
  }

  add(answer: HistoryAnswer): void {
    const before = this.timestamps.length;
    const added = answer.timestamps.length;
    this.timestamps.push(...answer.timestamps);
    this.codes = answer.codes;
    this.peers = answer.peers;
    this.histograms = answer.histograms;
    for (const [name, values] of Object.entries(answer.columns)) {
      const column = this.columns.get(name) ?? zeroes(before);
      column.push(...values);
      this.columns.set(name, column);
    }
    // A column that is not in the answer is 0 throughout it.
    for (const column of this.columns.values()) {
      while (column.length < before + added) column.push(0);
    }
    const surplus = this.timestamps.length - answer.samplesMax;
    if (surplus <= 0) return;
    this.timestamps.splice(0, surplus);
    for (const column of this.columns.values()) column.splice(0, surplus);
  }

  /** After a restart of the probe nothing of before can be compared. */
  clear(): void {
    this.timestamps = [];
    this.columns = new Map();
  }

  /** The values of a column, one per sample. */
  values(name: string): readonly number[] {
    return this.columns.get(name) ?? zeroes(this.timestamps.length);
  }

  latest(name: string): number {
    return this.values(name).at(-1) ?? Number.NaN;
  }

  /** Growth per second up to each sample; NaN for the first, which has none before it. */
  rates(...names: readonly string[]): number[] {
    const columns = names.map((name) => this.values(name));
    return this.timestamps.map((time, i) => {
      const seconds = time - (this.timestamps[i - 1] ?? Number.NaN);
      let growth = 0;
      for (const column of columns) growth += (column[i] ?? 0) - (column[i - 1] ?? 0);
      return growth / seconds;
    });
  }

  /** Growth within the window that ends at each sample. */
  growths(name: string, window: number = WINDOW_SAMPLES): number[] {
    const column = this.values(name);
    return column.map((value, i) => value - (column[Math.max(0, i - window)] ?? 0));
  }

  /** Growth over all there is. */
  growth(name: string): number {
    const column = this.values(name);
    return (column.at(-1) ?? 0) - (column[0] ?? 0);
  }

  /** Growth within the last minute, or what there is of it. */
  lastGrowth(name: string): number {
    return this.growths(name).at(-1) ?? Number.NaN;
  }

  /** Growth per second over the last minute, or what there is of it. */
  lastRate(...names: readonly string[]): number {
    const last = this.timestamps.length - 1;
    const first = Math.max(0, last - WINDOW_SAMPLES);
    const seconds = (this.timestamps[last] ?? 0) - (this.timestamps[first] ?? 0);
    return names.reduce((sum, name) => sum + this.lastGrowth(name), 0) / seconds;
  }

  /** A percentile of histograms together within the window that ends at each sample; NaN where nothing was observed. */
  percentiles(names: readonly string[], fraction: number): number[] {
    const bounds = this.histograms[names[0] ?? ''] ?? [];
    const buckets = [...bounds, 'inf'].map((bound) =>
      names.map((name) => this.growths(`${name}.${bound}`)),
    );
    return this.timestamps.map((_, i) =>
      percentile(
        bounds,
        buckets.map((parts) => parts.reduce((sum, part) => sum + (part[i] ?? 0), 0)),
        fraction,
      ),
    );
  }
}

/**
 * By linear interpolation within the bucket, as Prometheus' histogram_quantile; above the last bound it is that
 * bound.
 */
export function percentile(
  bounds: readonly number[],
  counts: readonly number[],
  fraction: number,
): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return Number.NaN;
  const rank = total * fraction;
  let below = 0;
  for (const [bucket, bound] of bounds.entries()) {
    const count = counts[bucket] ?? 0;
    if (count > 0 && below + count >= rank) {
      const from = bounds[bucket - 1] ?? 0;
      return from + ((bound - from) * (rank - below)) / count;
    }
    below += count;
  }
  return bounds.at(-1) ?? Number.NaN;
}

function zeroes(length: number): number[] {
  return Array.from({ length }, () => 0);
}
