/**
 * A family whose values are kept elsewhere and written here just before they are exposed: gauges that are read
 * off the tables, and the counters that other stages keep.
 */
import { float64At } from '../core/columns.ts';
import { Family } from './family.ts';
import type { FamilyDefinition } from './family-definition.ts';
import type { RuntimeLabels } from './label-space.ts';
import type { SeriesBudget } from './series-budget.ts';

export class GaugeFamily extends Family {
  private readonly cells: Float64Array;

  constructor(definition: FamilyDefinition, runtime: RuntimeLabels, budget: SeriesBudget) {
    super(definition, runtime, budget);
    this.cells = new Float64Array(this.space.size);
  }

  set(index: number, value: number): void {
    this.show(index);
    this.cells[index] = value;
  }

  set2(first: number, last: number, value: number): void {
    this.set(this.space.at2(first, last), value);
  }

  /** Writes `values` over the label sets from index 0 on; shows only those that are shown or not zero. */
  setAll(values: Float64Array): void {
    for (let index = 0; index < this.space.size; index++) {
      const value = float64At(values, index);
      if (value !== 0) this.set(index, value);
      else this.cells[index] = 0;
    }
  }

  /** All to 0; what is exposed stays so. */
  clear(): void {
    this.cells.fill(0);
  }

  /** The family goes on with HELP and TYPE alone. */
  hide(index: number): void {
    this.unshow(index);
  }

  value(index: number): number {
    return float64At(this.cells, index);
  }
}
