/**
 * The last quarter of an hour in memory, for the page at `/`: a ring of samples of the columns in `history-columns`.
 * Who takes the samples also says what time it is; nothing here reads a clock.
 */
import { float64At } from '../core/columns.ts';
import { RESULT_NAMES } from './catalogue-labels.ts';
import type { HistoryColumn, HistoryHistogram } from './history-columns.ts';
import { historyColumns, historyHistograms } from './history-columns.ts';
import type { MetricsRegistry } from './metrics-registry.ts';
import { ResultTotals } from './result-totals.ts';

/** Between two samples. */
export const HISTORY_INTERVAL_SECONDS = 5;
/** 15 minutes, and the sample before them that the first difference needs. */
export const HISTORY_SAMPLES_MAX = 181;
/** Result codes with columns of their own, in the order in which they first happened; the rest are one column. */
export const HISTORY_CODES_MAX = 24;

/** What `/api/v1/history.json` answers, beside what the probe says of itself. docs/HTTP.md. */
export interface HistoryDocument {
  readonly intervalSeconds: number;
  readonly samplesMax: number;
  /** Epoch seconds of each sample, ascending. */
  readonly timestamps: readonly number[];
  /** Names of columns that are gauges; all others are cumulative counters. */
  readonly gauges: readonly string[];
  /** By name, one value per timestamp. A column that is 0 throughout is left out. */
  readonly columns: Readonly<Record<string, readonly number[]>>;
  /** Bounds of the histograms whose buckets are the columns `<name>.<bound>` and `<name>.inf`. */
  readonly histograms: Readonly<Record<string, readonly number[]>>;
  /** Codes that have a column `results.<code>`. */
  readonly codes: readonly string[];
  /** Names of peers by slot: `peer.<slot>.…`. */
  readonly peers: readonly string[];
}

export class History {
  private readonly registry: MetricsRegistry;
  private readonly results: ResultTotals;
  private readonly columns: readonly HistoryColumn[];
  private readonly histograms: readonly HistoryHistogram[];
  /** Indices into RESULT_NAMES, by code column. */
  private readonly codes: number[] = [];
  private readonly rowLength: number;
  private readonly rows: Float64Array;
  private readonly timestamps: Float64Array = new Float64Array(HISTORY_SAMPLES_MAX);
  /** Samples ever taken; the ring holds the last HISTORY_SAMPLES_MAX. */
  private taken = 0;

  constructor(registry: MetricsRegistry) {
    this.registry = registry;
    this.results = new ResultTotals(registry.observer.calls.results, registry.peerCapacity);
    this.columns = historyColumns(registry, this.results);
    this.histograms = historyHistograms(registry);
    this.rowLength = this.columns.length + HISTORY_CODES_MAX + 1;
    this.rows = new Float64Array(this.rowLength * HISTORY_SAMPLES_MAX);
  }

  /** Takes a sample of the registry as last refreshed. One that is not after the last is dropped. */
  sample(timestampSeconds: number): void {
    const last = this.taken === 0 ? Number.NEGATIVE_INFINITY : this.timestampOf(this.taken - 1);
    if (timestampSeconds <= last) return;
    this.results.refresh();
    const slot = this.taken % HISTORY_SAMPLES_MAX;
    const first = slot * this.rowLength;
    this.timestamps[slot] = timestampSeconds;
    for (const [index, column] of this.columns.entries()) this.rows[first + index] = column.read();
    this.sampleCodes(first + this.columns.length);
    this.taken++;
  }

  /** The samples taken after a time, at most HISTORY_SAMPLES_MAX. */
  since(timestampSeconds: number): HistoryDocument {
    const samples: number[] = [];
    for (let n = Math.max(0, this.taken - HISTORY_SAMPLES_MAX); n < this.taken; n++) {
      if (this.timestampOf(n) > timestampSeconds) samples.push(n);
    }
    const columns: Record<string, readonly number[]> = {};
    for (const [index, name] of this.columnNames().entries()) {
      const values = samples.map((n) => this.valueOf(n, index));
      if (values.some((value) => value !== 0)) columns[name] = values;
    }
    return {
      intervalSeconds: HISTORY_INTERVAL_SECONDS,
      samplesMax: HISTORY_SAMPLES_MAX,
      timestamps: samples.map((n) => this.timestampOf(n)),
      gauges: this.columns.filter(({ gauge }) => gauge).map(({ name }) => name),
      columns,
      histograms: Object.fromEntries(
        this.histograms.map(({ name, boundsSeconds }) => [name, boundsSeconds]),
      ),
      codes: this.codeNames(),
      peers: [...this.registry.peerNames],
    };
  }

  private sampleCodes(first: number): void {
    const { byCode } = this.results;
    let rest = 0;
    for (let code = 0; code < byCode.length; code++) {
      const count = float64At(byCode, code);
      if (count === 0) continue;
      let column = this.codes.indexOf(code);
      if (column < 0 && this.codes.length < HISTORY_CODES_MAX) column = this.codes.push(code) - 1;
      if (column < 0) rest += count;
      else this.rows[first + column] = count;
    }
    // Columns that are not in use yet.
    this.rows.fill(0, first + this.codes.length, first + HISTORY_CODES_MAX);
    this.rows[first + HISTORY_CODES_MAX] = rest;
  }

  private codeNames(): string[] {
    return this.codes.map((code) => RESULT_NAMES[code] ?? '');
  }

  /** In the order of a row. */
  private columnNames(): string[] {
    const codes = this.codeNames().map((code) => `results.${code}`);
    const unused = Array.from({ length: HISTORY_CODES_MAX - codes.length }, () => '');
    return [...this.columns.map(({ name }) => name), ...codes, ...unused, 'results.rest'];
  }

  private timestampOf(sample: number): number {
    return float64At(this.timestamps, sample % HISTORY_SAMPLES_MAX);
  }

  private valueOf(sample: number, column: number): number {
    return float64At(this.rows, (sample % HISTORY_SAMPLES_MAX) * this.rowLength + column);
  }
}
