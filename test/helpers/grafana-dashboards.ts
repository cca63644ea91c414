/** The dashboards of deploy/grafana/, as far as tests look at them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from './paths.ts';

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: {
    readonly h: number;
    readonly w: number;
    readonly x: number;
    readonly y: number;
  };
  readonly targets?: readonly { readonly expr: string }[];
}

export interface Dashboard {
  readonly file: string;
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly definition?: string;
    }[];
  };
}

const FOLDER = join(repoRoot, 'deploy/grafana');

/** What Grafana puts in place of its variables when everything is selected. */
const VARIABLES = new Map([
  ['job', 'sipgauge'],
  ['instance', '.*'],
  ['peer', '.*'],
  ['__rate_interval', '1m'],
]);

export const dashboards: readonly Dashboard[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((file) => ({ ...JSON.parse(readFileSync(join(FOLDER, file), 'utf8')), file }));

/** The query as Prometheus gets it; throws at a variable that is not known. */
export function substituted(query: string): string {
  return query.replaceAll(/\$(\w+)/g, (_, name: string) => {
    const value = VARIABLES.get(name);
    if (value === undefined) throw new Error(`variable ${name} of ${query}`);
    return value;
  });
}

export function queriesOf(dashboard: Dashboard): readonly string[] {
  return dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

/** label_values(SERIES, LABEL), by which a variable gets its values, as a query. */
export function variableQueriesOf(dashboard: Dashboard): readonly string[] {
  return dashboard.templating.list.flatMap(({ definition }) => {
    const match = /^label_values\((.*), (\w+)\)$/.exec(definition ?? '');
    return match === null ? [] : [`count by (${match[2]}) (${match[1]})`];
  });
}
