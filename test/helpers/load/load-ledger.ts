/** What the generator sent, by the series in which a probe has to count it. */
import assert from 'node:assert/strict';

export class LoadLedger {
  messages = 0;
  readonly series: Map<string, number> = new Map();

  add(series: string, count = 1): void {
    this.series.set(series, (this.series.get(series) ?? 0) + count);
  }

  /** Every series of the ledger has its number in the exposition, and nothing else is in its families. */
  check(samples: ReadonlyMap<string, string>): void {
    const families = new Set([...this.series.keys()].map(familyOf));
    const counted = new Map<string, number>();
    for (const [series, value] of samples) {
      if (families.has(familyOf(series)) && value !== '0') counted.set(series, Number(value));
    }
    const byName = (a: readonly [string, number], b: readonly [string, number]): number =>
      a[0] < b[0] ? -1 : 1;
    assert.deepEqual([...counted].sort(byName), [...this.series].sort(byName));
  }
}

function familyOf(series: string): string {
  return series.split('{', 1)[0] ?? series;
}
