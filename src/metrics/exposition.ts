/**
 * The text of a scrape: Prometheus' classic format 0.0.4 and OpenMetrics 1.0.0, over the same cells. Everything in
 * front of a value is rendered once and kept, so that a scrape costs one number per series. What prom-client
 * would print for the same families is what this prints, byte for byte (a test holds them together); two things
 * are ours: drachtio_build_info is a gauge in OpenMetrics, whose counters have to end in `_total`, and a number
 * that is none is `NaN`.
 */
import type { CounterFamily } from './counter-family.ts';
import type { FamilyDefinition } from './family-definition.ts';
import type { GaugeFamily } from './gauge-family.ts';
import type { Exemplar } from './histogram-family.ts';
import { HistogramFamily } from './histogram-family.ts';

export const ExpositionFormat = { CLASSIC: 0, OPENMETRICS: 1 } as const;
export type ExpositionFormat = (typeof ExpositionFormat)[keyof typeof ExpositionFormat];

/** Ends every OpenMetrics exposition. */
export const OPENMETRICS_END = '# EOF\n';

export type AnyFamily = CounterFamily | GaugeFamily | HistogramFamily;

const MICROSECONDS = 1e6;

/** A sample's value as both formats write it: the shortest decimal that reads back the same. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Inf' : '+Inf';
  return `${value}`;
}

function escapeHelp(help: string): string {
  return help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}

/** HELP and TYPE of a family, without the line end. */
export function renderHead(
  name: string,
  help: string,
  type: string,
  format: ExpositionFormat,
): string {
  if (format === ExpositionFormat.CLASSIC || type !== 'counter') {
    return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}`;
  }
  // An OpenMetrics counter is named without the suffix that its samples have.
  if (!name.endsWith('_total')) return renderHead(name, help, 'gauge', format);
  return renderHead(name.slice(0, -'_total'.length), help, type, ExpositionFormat.CLASSIC);
}

function braces(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

/** One family under one name: its text in either format, from line prefixes that outlive the scrape. */
export class FamilyText {
  readonly family: AnyFamily;
  readonly name: string;
  private readonly heads: readonly string[];
  private shownVersion = -1;
  private sets: readonly number[] = [];
  /** Counters and gauges: one per set. Histograms: buckets, +Inf, sum and count of each set. */
  private prefixes: string[] = [];
  /** What stands behind each, of the last scrape, and the text that was made of it in each format; '' = of none. */
  private values: Float64Array = new Float64Array(0);
  private readonly rendered: string[] = ['', ''];

  constructor(family: AnyFamily, name: string) {
    this.family = family;
    this.name = name;
    const definition: FamilyDefinition = family.definition;
    this.heads = [
      renderHead(name, definition.help, definition.type, ExpositionFormat.CLASSIC),
      renderHead(name, definition.help, definition.type, ExpositionFormat.OPENMETRICS),
    ];
  }

  render(format: ExpositionFormat): string {
    const family = this.family;
    if (family.shownVersion !== this.shownVersion) this.rebuild();
    const changed =
      family instanceof HistogramFamily ? this.readBuckets(family) : this.read(family);
    if (changed) this.rendered.fill('');
    const known = this.rendered[format] ?? '';
    if (known !== '') return known;
    const exemplars =
      family instanceof HistogramFamily && format !== ExpositionFormat.CLASSIC ? family : undefined;
    const text = this.join(format, exemplars);
    this.rendered[format] = text;
    return text;
  }

  /** Takes over the values; whether one of them is another than at the last scrape. */
  private read(family: CounterFamily | GaugeFamily): boolean {
    let changed = false;
    for (let i = 0; i < this.sets.length; i++) {
      changed = this.take(i, family.value(this.sets[i] ?? 0)) || changed;
    }
    return changed;
  }

  private readBuckets(family: HistogramFamily): boolean {
    const buckets = family.boundsUs.length + 1;
    let changed = false;
    let line = 0;
    for (const set of this.sets) {
      let count = 0;
      for (let bucket = 0; bucket < buckets; bucket++) {
        count += family.bucketCount(set, bucket);
        changed = this.take(line++, count) || changed;
      }
      changed = this.take(line++, family.sumUs(set) / MICROSECONDS) || changed;
      changed = this.take(line++, count) || changed;
    }
    return changed;
  }

  private take(line: number, value: number): boolean {
    if (Object.is(this.values[line], value)) return false;
    this.values[line] = value;
    return true;
  }

  /** Joined at once: a string that grows by `+=` is a chain of thousands, copied link by link when it is sent. */
  private join(format: ExpositionFormat, exemplars: HistogramFamily | undefined): string {
    const parts = [this.heads[format] ?? ''];
    const buckets = exemplars === undefined ? 0 : exemplars.boundsUs.length + 1;
    const linesOfSet = buckets + 2;
    for (const [line, prefix] of this.prefixes.entries()) {
      parts.push(prefix, formatValue(this.values[line] ?? 0));
      const bucket = line % linesOfSet;
      if (exemplars === undefined || bucket >= buckets) continue;
      const exemplar = exemplars.exemplar(this.sets[(line - bucket) / linesOfSet] ?? 0, bucket);
      if (exemplar !== undefined) parts.push(renderExemplar(exemplar));
    }
    return parts.join('');
  }

  private rebuild(): void {
    const family = this.family;
    this.shownVersion = family.shownVersion;
    this.sets = family.sets;
    this.prefixes = [];
    for (const set of this.sets) {
      const labels = family.space.text(set);
      if (family instanceof HistogramFamily) this.pushHistogramPrefixes(family, labels);
      else this.prefixes.push(`\n${this.name}${braces(labels)} `);
    }
    this.values = new Float64Array(this.prefixes.length);
    this.rendered.fill('');
  }

  private pushHistogramPrefixes(family: HistogramFamily, labels: string): void {
    const rest = labels === '' ? '' : `,${labels}`;
    for (const bound of family.definition.bucketsSeconds ?? []) {
      this.prefixes.push(`\n${this.name}_bucket{le="${bound}"${rest}} `);
    }
    this.prefixes.push(`\n${this.name}_bucket{le="+Inf"${rest}} `);
    this.prefixes.push(`\n${this.name}_sum${braces(labels)} `);
    this.prefixes.push(`\n${this.name}_count${braces(labels)} `);
  }
}

function renderExemplar(exemplar: Exemplar): string {
  const value = formatValue(exemplar.valueUs / MICROSECONDS);
  const timestamp = formatValue(exemplar.timestampUs / MICROSECONDS);
  return ` # {call_id_hash="${exemplar.callIdHash}"} ${value} ${timestamp}`;
}

/** All families in order, without the end mark of OpenMetrics: the caller may have more to say. */
export function renderFamilies(texts: readonly FamilyText[], format: ExpositionFormat): string {
  const separator = format === ExpositionFormat.CLASSIC ? '\n\n' : '\n';
  return `${texts.map((text) => text.render(format)).join(separator)}\n`;
}
