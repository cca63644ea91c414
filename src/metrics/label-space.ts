/**
 * The label sets of a family as one row of numbers: the index of a label set is its value indices in mixed
 * radix, the first label most significant. Text is made of an index when it is exposed, never when counting.
 */
import { assert } from '../core/assert.ts';
import type { FamilyDefinition, LabelDefinition, RuntimeLabel } from './family-definition.ts';
import { foldingLabel, OTHER } from './family-definition.ts';
import type { NameSlots } from './name-slots.ts';

/** The label values that are known only when the probe runs. */
export interface RuntimeLabels {
  readonly peers: NameSlots;
  readonly interfaces: NameSlots;
  /** `sipgauge-<version>`, as drachtio_build_info shows it. */
  readonly sipgaugeVersion: string;
  readonly version: string;
  readonly node: string;
  /** Empty where no libpcap is in use. */
  readonly libpcap: string;
}

interface Axis {
  readonly name: string;
  /** May grow up to `capacity`. */
  readonly values: readonly string[];
  readonly capacity: number;
  readonly stride: number;
  /** Indices exposed from the start; undefined: all values there are. */
  readonly initial: readonly number[] | undefined;
  /** Values come and go while the probe runs. */
  readonly runtime: RuntimeLabel | undefined;
}

export function escapeLabelValue(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
}

function runtimeValues(label: RuntimeLabel, runtime: RuntimeLabels): readonly string[] {
  switch (label) {
    case 'peer':
      return runtime.peers.names;
    case 'interface':
      return runtime.interfaces.names;
    case 'sipgauge_version':
      return [runtime.sipgaugeVersion];
    case 'version':
      return [runtime.version];
    case 'node':
      return [runtime.node];
    case 'libpcap':
      return [runtime.libpcap];
  }
}

function capacityOf(label: LabelDefinition, runtime: RuntimeLabels): number {
  if (label.values === 'peer') return runtime.peers.capacity;
  if (label.values === 'interface') return runtime.interfaces.capacity;
  return typeof label.values === 'string' ? 1 : label.values.length;
}

function initialIndices(label: LabelDefinition): readonly number[] | undefined {
  if (label.initial === undefined || typeof label.values === 'string') return undefined;
  const values = label.values;
  return label.initial.map((value) => values.indexOf(value));
}

export class LabelSpace {
  readonly definition: FamilyDefinition;
  /** Label sets there can be. */
  readonly size: number;
  private readonly axes: readonly Axis[];
  private readonly folding: number;
  // The strides of the first three labels, for the sums below.
  private readonly stride0: number;
  private readonly stride1: number;
  private readonly stride2: number;

  constructor(definition: FamilyDefinition, runtime: RuntimeLabels) {
    this.definition = definition;
    const axes: Axis[] = [];
    let stride = 1;
    for (const label of [...definition.labels].reverse()) {
      const capacity = capacityOf(label, runtime);
      const known = typeof label.values === 'string';
      axes.unshift({
        name: label.name,
        values:
          typeof label.values === 'string' ? runtimeValues(label.values, runtime) : label.values,
        capacity,
        stride,
        initial: initialIndices(label),
        runtime: known ? label.values : undefined,
      });
      stride *= capacity;
    }
    this.axes = axes;
    this.size = stride;
    this.folding = foldingLabel(definition);
    this.stride0 = axes[0]?.stride ?? 0;
    this.stride1 = axes[1]?.stride ?? 0;
    this.stride2 = axes[2]?.stride ?? 0;
  }

  /** Index of the label set with these value indices, of a family with two labels. */
  at2(first: number, last: number): number {
    return first * this.stride0 + last;
  }

  at3(first: number, second: number, last: number): number {
    return first * this.stride0 + second * this.stride1 + last;
  }

  at4(first: number, second: number, third: number, last: number): number {
    return first * this.stride0 + second * this.stride1 + third * this.stride2 + last;
  }

  /** Does the label set have these value indices? `undefined` stands for any; missing ones at the end too. */
  matches(index: number, wanted: readonly (number | undefined)[]): boolean {
    for (let label = 0; label < wanted.length; label++) {
      const value = wanted[label];
      if (value !== undefined && this.valueAt(index, label) !== value) return false;
    }
    return true;
  }

  /** The value index of one label of a label set. */
  valueAt(index: number, label: number): number {
    const axis = this.axes[label];
    return axis === undefined ? 0 : this.valueIndex(axis, index);
  }

  /** `name="value",…` without braces; empty for a family without labels. */
  text(index: number): string {
    let text = '';
    for (const axis of this.axes) {
      const value = axis.values[this.valueIndex(axis, index)];
      assert(value !== undefined, `${this.definition.name} has a label set ${index}`);
      text += `${text === '' ? '' : ','}${axis.name}="${escapeLabelValue(value)}"`;
    }
    return text;
  }

  /** The label set that takes this one's samples when there is no room for it: itself if it can't fold. */
  fold(index: number): number {
    const axis = this.axes[this.folding];
    if (axis === undefined) return index;
    const other = axis.values.indexOf(OTHER);
    return index + (other - this.valueIndex(axis, index)) * axis.stride;
  }

  /**
   * The label sets exposed from the start, ascending. With `slot`: only those of this peer (or interface).
   */
  initialSets(slot: number | undefined): number[] {
    let indices = [0];
    for (const axis of this.axes) {
      const values = this.initialValues(axis, slot);
      indices = indices.flatMap((index) => values.map((value) => index + value * axis.stride));
    }
    return indices.filter((index) => this.possible(index));
  }

  /** Does the family have a label of this kind? */
  hasRuntimeLabel(label: RuntimeLabel): boolean {
    return this.axes.some((axis) => axis.runtime === label);
  }

  private initialValues(axis: Axis, slot: number | undefined): readonly number[] {
    if (axis.runtime === 'interface') return slot === undefined ? [] : [slot];
    if (axis.runtime === 'peer') return slot === undefined ? [0] : [slot];
    return axis.initial ?? axis.values.map((_, index) => index);
  }

  private valueIndex(axis: Axis, index: number): number {
    return Math.floor(index / axis.stride) % axis.capacity;
  }

  private valueOf(name: string, index: number): string | undefined {
    const axis = this.axes.find((candidate) => candidate.name === name);
    return axis?.values[this.valueIndex(axis, index)];
  }

  private possible(index: number): boolean {
    for (const pair of this.definition.impossible ?? []) {
      if (this.valueOf(pair.when, index) !== pair.is) continue;
      if (pair.values.includes(this.valueOf(pair.label, index) ?? '')) return false;
    }
    return true;
  }
}
