/**
 * What a metric family is, as data: the type of every entry of the catalogue. Nothing here knows how a
 * family is filled or printed.
 */

/** Lists of label values that are known only when the probe runs. */
export type RuntimeLabel =
  | 'peer'
  | 'interface'
  | 'sipgauge_version'
  | 'version'
  | 'node'
  | 'libpcap';

export interface LabelDefinition {
  readonly name: string;
  /** The closed list of values, in the order in which they are exposed; or where to find it. */
  readonly values: readonly string[] | RuntimeLabel;
  /** The values whose label sets are exposed as 0 from the start. Absent: all of them. */
  readonly initial?: readonly string[];
}

/** A combination that cannot occur: the label `label` has one of `values` while `when` has `is`. */
export interface ImpossiblePair {
  readonly when: string;
  readonly is: string;
  readonly label: string;
  readonly values: readonly string[];
}

export interface FamilyDefinition {
  readonly name: string;
  /** The name in drachtio's current releases, where it differs (`--drachtio-names`). */
  readonly serverName?: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly LabelDefinition[];
  /** Upper bounds in seconds, ascending, inclusive, without +Inf. Histograms only. */
  readonly bucketsSeconds?: readonly number[];
  /** Observations above this bound may carry an exemplar. Histograms only. */
  readonly exemplarsAboveSeconds?: number;
  readonly impossible?: readonly ImpossiblePair[];
  /** Section of docs/METRICS.md. */
  readonly section: 1 | 2 | 3;
}

/** The value that takes what does not fit: METRICS.md "Labels". */
export const OTHER = 'other';

/**
 * Which label's value becomes `other` when the limit of series is reached: the last one that has a closed
 * list with `other` in it and more values than are shown from the start. -1 when the family can't grow.
 */
export function foldingLabel(definition: FamilyDefinition): number {
  for (let i = definition.labels.length - 1; i >= 0; i--) {
    const label = definition.labels[i];
    if (label === undefined || typeof label.values === 'string') continue;
    const initial = label.initial ?? label.values;
    if (label.values.includes(OTHER) && initial.length + 1 < label.values.length) return i;
  }
  return -1;
}
