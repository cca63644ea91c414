/** A family that only ever grows: one array element per label set, found by arithmetic, raised by one addition. */
import { float64At } from '../core/columns.ts';
import { Family } from './family.ts';
import type { FamilyDefinition } from './family-definition.ts';
import type { RuntimeLabels } from './label-space.ts';
import type { SeriesBudget } from './series-budget.ts';

export class CounterFamily extends Family {
  private readonly cells: Float64Array;

  constructor(definition: FamilyDefinition, runtime: RuntimeLabels, budget: SeriesBudget) {
    super(definition, runtime, budget);
    this.cells = new Float64Array(this.space.size);
  }

  /** One more. Arguments are value indices in the order of the family's labels. */
  add(index: number): void {
    const cell = this.shown[index] === 1 ? index : this.admit(index);
    this.cells[cell] = float64At(this.cells, cell) + 1;
  }

  add2(first: number, last: number): void {
    this.add(this.space.at2(first, last));
  }

  add3(first: number, second: number, last: number): void {
    this.add(this.space.at3(first, second, last));
  }

  add4(first: number, second: number, third: number, last: number): void {
    this.add(this.space.at4(first, second, third, last));
  }

  value(index: number): number {
    return float64At(this.cells, index);
  }
}
