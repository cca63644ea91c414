/** Every query of the shipped dashboards, asked of a Prometheus that scraped replayed traffic. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  dashboards,
  queriesOf,
  substituted,
  variableQueriesOf,
} from '../helpers/grafana-dashboards.ts';
import { type ProbeFleet, startFleet } from '../helpers/probe-fleet.ts';
import { prometheusMissing } from '../helpers/prometheus-server.ts';

describe('the Grafana dashboards', { skip: prometheusMissing }, () => {
  let fleet: ProbeFleet;
  before(async () => {
    fleet = await startFleet();
  });
  after(() => fleet?.stop());

  for (const dashboard of dashboards) {
    it(`${dashboard.title}: every query returns data`, async () => {
      const queries = [...queriesOf(dashboard), ...variableQueriesOf(dashboard)].map(substituted);
      assert.ok(queries.length > 20, `${queries.length} queries`);
      assert.deepEqual(await fleet.prometheus.withoutData(queries), []);
    });
  }
});
