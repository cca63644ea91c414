/** The rule files of deploy/prometheus/, parsed, and the metrics that a PromQL expression names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CATALOGUE } from '../../src/metrics/catalogue.ts';
import { repoRoot } from './paths.ts';

export const RULES_FOLDER: string = join(repoRoot, 'deploy/prometheus');

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly Rule[];
}

export function ruleGroups(file: string): readonly RuleGroup[] {
  return parse(readFileSync(join(RULES_FOLDER, file), 'utf8')).groups;
}

/** What the metrics of an expression look like: of the program's families, of the process, or recorded. */
const METRIC =
  /\b([a-z_]+:[a-z]\w+:\w+|(?:sip|sipgauge|drachtio|sofia|process|nodejs)_\w+|up\b)(?!\s*:)/g;

export function metricsIn(expression: string): readonly string[] {
  const withoutLabels = expression
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '')
    .replaceAll(/\[[^\]]*\]/g, '');
  return [...withoutLabels.matchAll(METRIC)].map((match) => match[1] ?? '');
}

/** Of prom-client, of Prometheus itself, of the catalogue, and recorded. */
export function knownMetrics(): ReadonlySet<string> {
  const families = CATALOGUE.flatMap(({ name, type }) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
  );
  const recorded = ruleGroups('rules.yml').flatMap((group) =>
    group.rules.map(({ record }) => record ?? ''),
  );
  const others = [
    'up',
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
  ];
  return new Set([...families, ...recorded, ...others]);
}
