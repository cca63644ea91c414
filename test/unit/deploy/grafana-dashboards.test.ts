/** deploy/grafana: the form of the dashboards, and that they name nothing that does not exist. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dashboards, queriesOf, substituted } from '../../helpers/grafana-dashboards.ts';
import { knownMetrics, metricsIn } from '../../helpers/rule-files.ts';

const COLUMNS = 24;

describe('the Grafana dashboards', () => {
  it('are three, each with its own uid', () => {
    assert.equal(dashboards.length, 3);
    assert.equal(new Set(dashboards.map(({ uid }) => uid)).size, 3);
  });

  for (const dashboard of dashboards) {
    it(`${dashboard.title} names no metric that is not in the catalogue or recorded`, () => {
      const known = knownMetrics();
      for (const query of queriesOf(dashboard).map(substituted)) {
        const named = metricsIn(query);
        assert.ok(named.length > 0, query);
        for (const name of named) assert.ok(known.has(name), `${name} in ${query}`);
      }
    });

    it(`${dashboard.title} uses the variables it has, and asks one job only`, () => {
      const variables = dashboard.templating.list.map(({ name }) => name);
      for (const query of queriesOf(dashboard)) {
        assert.match(query, /job="\$job"/);
        for (const [, name = ''] of query.matchAll(/\$(\w+)/g)) {
          assert.ok(variables.includes(name) || name === '__rate_interval', `${name} in ${query}`);
        }
      }
    });

    it(`${dashboard.title} has panels that lie side by side`, () => {
      const ids = dashboard.panels.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      const taken = new Set<number>();
      for (const { title, gridPos } of dashboard.panels) {
        assert.ok(gridPos.x + gridPos.w <= COLUMNS, title);
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
            assert.ok(!taken.has(y * COLUMNS + x), `${title} lies on another panel`);
            taken.add(y * COLUMNS + x);
          }
        }
      }
    });
  }
});
