import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ExpositionFormat } from '../../../src/metrics/exposition.ts';
import { ProcessMetrics } from '../../../src/metrics/process-metrics.ts';
import {
  fixtureReadings,
  fixtureRegistry,
  observeEverything,
  readEverything,
  samplesOf,
} from '../../helpers/metrics-fixture.ts';
import { PATIENCE_MS } from '../../helpers/patience.ts';

/** What promtool says of names that are drachtio's or prom-client's, not ours to change. */
const KNOWN_REMARKS = [
  'drachtio_build_info counter metrics should have "_total" suffix',
  'nodejs_active_handles_total non-counter metrics should not have "_total" suffix',
  'nodejs_active_requests_total non-counter metrics should not have "_total" suffix',
  'nodejs_active_resources_total non-counter metrics should not have "_total" suffix',
  'sofia_bad_msgs_recv_total non-counter metrics should not have "_total" suffix',
  'sofia_bad_reqs_recv_total non-counter metrics should not have "_total" suffix',
  'sofia_client_txns_total non-counter metrics should not have "_total" suffix',
  'sofia_dialogs_total non-counter metrics should not have "_total" suffix',
  'sofia_msgs_recv_total non-counter metrics should not have "_total" suffix',
  'sofia_msgs_sent_total non-counter metrics should not have "_total" suffix',
  'sofia_requests_recv_total non-counter metrics should not have "_total" suffix',
  'sofia_requests_sent_total non-counter metrics should not have "_total" suffix',
  'sofia_retransmitted_requests_total non-counter metrics should not have "_total" suffix',
  'sofia_retransmitted_responses_total non-counter metrics should not have "_total" suffix',
  'sofia_server_txns_total non-counter metrics should not have "_total" suffix',
];

async function liveExposition(): Promise<string> {
  const registry = fixtureRegistry({ peerNames: ['other', 'carrier "A"'] });
  const readings = fixtureReadings(2);
  observeEverything(registry.observer, 2);
  readEverything(readings);
  registry.refresh(readings);
  const processMetrics = new ProcessMetrics();
  await processMetrics.start();
  const format = ExpositionFormat.CLASSIC;
  return registry.renderOpen(format) + (await processMetrics.render(format));
}

test('promtool reads the classic exposition and remarks only on names that are not ours', async (t) => {
  if (spawnSync('promtool', ['--version']).error !== undefined) {
    t.skip('promtool is not installed (Debian package prometheus)');
    return;
  }
  const input = await liveExposition();
  const promtool = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
  const remarks = promtool.stderr.trim().split('\n');
  assert.deepEqual(
    remarks.filter((remark) => !KNOWN_REMARKS.includes(remark)),
    [],
  );
  // 3: read without an error, with remarks.
  assert.equal(promtool.status, 3);
});

test("prom-client's families join the exposition in both formats", async () => {
  const processMetrics = new ProcessMetrics();
  assert.equal(await processMetrics.render(ExpositionFormat.CLASSIC), '');
  await processMetrics.start();
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  // The observer of collections is told on a later turn of the event loop, and not of the first one always.
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await processMetrics.render(ExpositionFormat.CLASSIC)).includes('kind="major"')) {
    assert.ok(Date.now() < deadline, 'the collection is observed');
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const format of [ExpositionFormat.CLASSIC, ExpositionFormat.OPENMETRICS]) {
    const samples = samplesOf(await processMetrics.render(format));
    assert.ok(Number(samples.get('process_cpu_user_seconds_total')) > 0);
    assert.ok(Number(samples.get('process_resident_memory_bytes')) > 1e6);
    assert.ok(Number(samples.get('nodejs_gc_duration_seconds_count{kind="major"}')) > 0);
    assert.ok(samples.has('nodejs_gc_duration_seconds_bucket{le="+Inf",kind="major"}'));
  }
  const openMetrics = await processMetrics.render(ExpositionFormat.OPENMETRICS);
  assert.match(openMetrics, /^# TYPE process_cpu_user_seconds counter$/m);
});
