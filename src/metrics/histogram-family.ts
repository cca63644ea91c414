/**
 * Durations sorted into buckets. Cells count each bucket on its own and sum microseconds, which stay exact;
 * cumulating and dividing is left to the exposition.
 */
import { float64At } from '../core/columns.ts';
import { Family } from './family.ts';
import type { FamilyDefinition } from './family-definition.ts';
import type { RuntimeLabels } from './label-space.ts';
import type { SeriesBudget } from './series-budget.ts';

/** An observation that stands for its bucket. */
export interface Exemplar {
  /** A hash of the Call-ID, never the Call-ID. */
  readonly callIdHash: string;
  readonly valueUs: number;
  /** Of the packet that ended the interval. */
  readonly timestampUs: number;
}

/** Where a slow observation finds which call it belongs to. */
export interface ExemplarSource {
  /** 16 hexadecimal digits for the message being tracked; made on demand. */
  callIdHash(): string;
  timestampUs(): number;
}

export class HistogramFamily extends Family {
  /** Upper bounds in microseconds, inclusive. */
  readonly boundsUs: Float64Array;
  /** Per label set: a count per bound, the count above all bounds, the sum of microseconds. */
  private readonly cells: Float64Array;
  private readonly cellsPerSet: number;
  private readonly exemplarsAboveUs: number;
  private exemplarSource: ExemplarSource | undefined;
  /** By cell: at most one for each bucket that is exposed. */
  private readonly exemplars: Map<number, Exemplar> = new Map();

  constructor(definition: FamilyDefinition, runtime: RuntimeLabels, budget: SeriesBudget) {
    super(definition, runtime, budget);
    const bounds = definition.bucketsSeconds ?? [];
    this.boundsUs = Float64Array.from(bounds, (seconds) => Math.round(seconds * 1e6));
    this.cellsPerSet = bounds.length + 2;
    this.cells = new Float64Array(this.space.size * this.cellsPerSet);
    const above = definition.exemplarsAboveSeconds;
    this.exemplarsAboveUs = above === undefined ? Number.POSITIVE_INFINITY : above * 1e6;
  }

  /** Off until this is called, and only for families whose definition says from where on. */
  enableExemplars(source: ExemplarSource): void {
    this.exemplarSource = source;
  }

  observe(index: number, durationUs: number): void {
    const set = this.shown[index] === 1 ? index : this.admit(index);
    const bounds = this.boundsUs;
    let bucket = 0;
    while (bucket < bounds.length && float64At(bounds, bucket) < durationUs) bucket++;

    const first = set * this.cellsPerSet;
    const cells = this.cells;
    cells[first + bucket] = float64At(cells, first + bucket) + 1;
    const sum = first + bounds.length + 1;
    cells[sum] = float64At(cells, sum) + durationUs;
    if (durationUs > this.exemplarsAboveUs) this.keepExemplar(first + bucket, durationUs);
  }

  observe2(first: number, last: number, durationUs: number): void {
    this.observe(this.space.at2(first, last), durationUs);
  }

  observe3(first: number, second: number, last: number, durationUs: number): void {
    this.observe(this.space.at3(first, second, last), durationUs);
  }

  /** Observations in one bucket alone; `bucket` = number of bounds is the one above them all. */
  bucketCount(index: number, bucket: number): number {
    return float64At(this.cells, index * this.cellsPerSet + bucket);
  }

  sumUs(index: number): number {
    return float64At(this.cells, index * this.cellsPerSet + this.boundsUs.length + 1);
  }

  exemplar(index: number, bucket: number): Exemplar | undefined {
    return this.exemplars.get(index * this.cellsPerSet + bucket);
  }

  private keepExemplar(cell: number, valueUs: number): void {
    const source = this.exemplarSource;
    if (source === undefined) return;
    this.exemplars.set(cell, {
      callIdHash: source.callIdHash(),
      valueUs,
      timestampUs: source.timestampUs(),
    });
  }
}
