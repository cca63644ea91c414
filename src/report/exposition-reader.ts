/**
 * Reads the classic text format of Prometheus back into numbers, as far as `sipgauge top` and `report` ask: sums over series and
 * buckets of histograms. It reads what a sipgauge renders; it is no general parser.
 */

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Label values to match; a label that is not named may have any value. */
export type Selector = Readonly<Record<string, string>>;

export interface Bucket {
  readonly bound: number;
  /** How many lie at or below the bound. */
  readonly count: number;
}

const TEXT_LENGTH_MAX = 67_108_864;
const SAMPLE_LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

export class Exposition {
  private readonly samples: Map<string, Sample[]> = new Map();

  constructor(text: string) {
    for (const line of text.slice(0, TEXT_LENGTH_MAX).split('\n')) {
      const match = line.startsWith('#') ? null : SAMPLE_LINE.exec(line);
      if (match === null) continue;
      const [, name = '', labels = '', value = ''] = match;
      const list = this.samples.get(name) ?? [];
      list.push({ labels: readLabels(labels), value: readValue(value) });
      this.samples.set(name, list);
    }
  }

  has(name: string): boolean {
    return this.samples.has(name);
  }

  /** Over all series of `name` that match; 0 when there is none. */
  sum(name: string, selector: Selector = {}): number {
    return this.matching(name, selector).reduce((total, sample) => total + sample.value, 0);
  }

  max(name: string, selector: Selector = {}): number {
    return Math.max(0, ...this.matching(name, selector).map((sample) => sample.value));
  }

  /** Sums by the value of one label, in the order first seen. */
  sumBy(name: string, label: string, selector: Selector = {}): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const sample of this.matching(name, selector)) {
      const key = sample.labels[label] ?? '';
      sums.set(key, (sums.get(key) ?? 0) + sample.value);
    }
    return sums;
  }

  /** The cumulative buckets of a histogram over all its label sets, by rising bound. */
  buckets(family: string, selector: Selector = {}): readonly Bucket[] {
    return [...this.sumBy(`${family}_bucket`, 'le', selector)]
      .map(([le, count]) => ({ bound: readValue(le), count }))
      .sort((left, right) => left.bound - right.bound);
  }

  private matching(name: string, selector: Selector): readonly Sample[] {
    const wanted = Object.entries(selector);
    const all = this.samples.get(name) ?? [];
    return all.filter(({ labels }) => wanted.every(([label, value]) => labels[label] === value));
  }
}

function readLabels(text: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(LABEL)) {
    labels[name] = value.replaceAll(/\\(.)/g, (_, escaped: string) =>
      escaped === 'n' ? '\n' : escaped,
    );
  }
  return labels;
}

function readValue(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

/** The buckets of what a histogram observed between two looks. */
export function bucketsBetween(
  earlier: Exposition,
  later: Exposition,
  family: string,
  selector: Selector = {},
): readonly Bucket[] {
  const before = earlier.buckets(family, selector);
  return later.buckets(family, selector).map(({ bound, count }) => ({
    bound,
    count: count - (before.find((bucket) => bucket.bound === bound)?.count ?? 0),
  }));
}

/** Linear within its bucket, as PromQL's histogram_quantile; undefined when the buckets are empty. */
export function quantileOf(buckets: readonly Bucket[], quantile: number): number | undefined {
  const total = buckets.at(-1)?.count ?? 0;
  if (total <= 0) return undefined;
  const rank = quantile * total;
  let lower = 0;
  let below = 0;
  for (const { bound, count } of buckets) {
    if (count >= rank) {
      if (bound === Number.POSITIVE_INFINITY) return lower;
      return count === below ? bound : lower + ((bound - lower) * (rank - below)) / (count - below);
    }
    lower = bound;
    below = count;
  }
  return lower;
}
