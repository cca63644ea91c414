/**
 * What all families share: which label sets are exposed, and what becomes of a sample whose label set does not
 * fit any more. The cells themselves belong to the three kinds of family.
 */
import type { FamilyDefinition } from './family-definition.ts';
import type { RuntimeLabels } from './label-space.ts';
import { LabelSpace } from './label-space.ts';
import type { SeriesBudget } from './series-budget.ts';

/** `_bucket` with +Inf, `_sum` and `_count`. */
const HISTOGRAM_EXTRA_SERIES = 3;

export abstract class Family {
  readonly definition: FamilyDefinition;
  readonly space: LabelSpace;
  /** 1 where a label set is exposed. */
  readonly shown: Uint8Array;
  /** Changes when `shown` does, so that the exposition may keep its line prefixes. */
  shownVersion = 0;
  private shownSets: number[] = [];
  private shownSetsVersion = -1;
  /** Samples, and peers, that are `other` for want of room. */
  overflow = 0;
  private readonly budget: SeriesBudget;
  private readonly seriesPerSet: number;

  constructor(definition: FamilyDefinition, runtime: RuntimeLabels, budget: SeriesBudget) {
    this.definition = definition;
    this.space = new LabelSpace(definition, runtime);
    this.shown = new Uint8Array(this.space.size);
    this.budget = budget;
    const bounds = definition.bucketsSeconds;
    this.seriesPerSet = bounds === undefined ? 1 : bounds.length + HISTOGRAM_EXTRA_SERIES;
    this.showInitial(undefined);
  }

  /** Expose the label sets METRICS.md promises from the start: all, or those of one peer. */
  showInitial(slot: number | undefined): void {
    for (const index of this.space.initialSets(slot)) this.show(index);
  }

  /** Series that one peer more would expose from the start. */
  initialSeries(slot: number): number {
    return this.space.initialSets(slot).length * this.seriesPerSet;
  }

  /** The exposed label sets, ascending. */
  get sets(): readonly number[] {
    if (this.shownSetsVersion === this.shownVersion) return this.shownSets;
    this.shownSets = [];
    const { shown } = this;
    for (let set = shown.indexOf(1); set >= 0; set = shown.indexOf(1, set + 1)) {
      this.shownSets.push(set);
    }
    this.shownSetsVersion = this.shownVersion;
    return this.shownSets;
  }

  /**
   * The label set to count in, instead of `index` which is not exposed yet: itself from now on, or `other`'s when
   * the limit of series is reached. The slow path of every first sample.
   */
  protected admit(index: number): number {
    const folded = this.space.fold(index);
    if (folded === index || this.budget.hasRoomFor(this.seriesPerSet)) {
      this.show(index);
      return index;
    }
    this.overflow++;
    this.show(folded);
    return folded;
  }

  protected show(index: number): void {
    if (this.shown[index] === 1) return;
    this.shown[index] = 1;
    this.shownVersion++;
    this.budget.take(this.seriesPerSet);
  }

  /** Back to HELP and TYPE alone. */
  protected unshow(index: number): void {
    if (this.shown[index] === 0) return;
    this.shown[index] = 0;
    this.shownVersion++;
    this.budget.take(-this.seriesPerSet);
  }
}
