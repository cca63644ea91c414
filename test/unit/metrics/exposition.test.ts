import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Metric, RegistryContentType } from 'prom-client';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ExpositionFormat, formatValue } from '../../../src/metrics/exposition.ts';
import type { MetricsRegistry } from '../../../src/metrics/metrics-registry.ts';
import {
  fixtureReadings,
  fixtureRegistry,
  observeEverything,
  readEverything,
  samplesOf,
} from '../../helpers/metrics-fixture.ts';

interface OracleValue {
  metricName: string;
  labels: Record<string, string>;
  value: number;
  exemplar?: { labelSet: Record<string, string>; value: number; timestamp: number };
}

interface OracleFamily {
  name: string;
  help: string;
  type: string;
  values: OracleValue[];
}

const SAMPLE = /^([a-z_0-9]+)(?:\{(.*?)\})? (\S+)(?: # \{(.*?)\} (\S+) (\S+))?$/;

function labelsOf(text: string | undefined): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name, value] of (text ?? '').matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)) {
    labels[name ?? ''] = (value ?? '').replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c));
  }
  return labels;
}

/** Reads an exposition back as the values prom-client takes. */
function parse(text: string): OracleFamily[] {
  const families: OracleFamily[] = [];
  for (const line of text.split('\n')) {
    const head = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    const family = families.at(-1);
    if (head?.[1] === 'HELP') {
      families.push({ name: head[2] ?? '', help: head[3] ?? '', type: '', values: [] });
    } else if (head?.[1] === 'TYPE' && family !== undefined) {
      family.type = head[3] ?? '';
    } else if (!line.startsWith('#') && line !== '' && family !== undefined) {
      const [, name, labels, value, exemplarLabels, exemplarValue, timestamp] =
        SAMPLE.exec(line) ?? assert.fail(`unreadable: ${line}`);
      family.values.push({
        metricName: name ?? '',
        labels: labelsOf(labels),
        value: Number(value?.replace('+Inf', 'Infinity')),
        ...(exemplarLabels === undefined
          ? {}
          : {
              exemplar: {
                labelSet: labelsOf(exemplarLabels),
                value: Number(exemplarValue),
                timestamp: Number(timestamp),
              },
            }),
      });
    }
  }
  return families;
}

/** What prom-client prints for these families. */
async function oracle(families: OracleFamily[], openMetrics: boolean): Promise<string> {
  const registry: Registry<RegistryContentType> = new Registry();
  registry.setContentType(
    openMetrics ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE,
  );
  for (const family of families) {
    const counter = openMetrics && family.type === 'counter';
    const values = family.values.map((value) => ({
      ...value,
      metricName: counter ? value.metricName.replace(/_total$/, '') : value.metricName,
    }));
    registry.registerMetric({
      ...family,
      get: async () => ({ ...family, values }),
    } as unknown as Metric);
  }
  return registry.metrics();
}

function filled(): MetricsRegistry {
  const names = ['other', 'carrier "A"', 'back\\slash'];
  const registry = fixtureRegistry({ peerNames: names, drachtioNames: 'both' });
  registry.enableExemplars({
    callIdHash: () => '0123456789abcdef',
    timestampUs: () => 1_700_000_002_000_001,
  });
  const readings = fixtureReadings(names.length);
  observeEverything(registry.observer, names.length);
  readEverything(readings);
  registry.refresh(readings);
  return registry;
}

test('the classic exposition is what prom-client prints, byte for byte', async () => {
  const text = filled().render(ExpositionFormat.CLASSIC);
  assert.equal(text, await oracle(parse(text), false));
});

test('the OpenMetrics exposition is what prom-client prints, byte for byte, exemplars included', async () => {
  const text = filled().render(ExpositionFormat.OPENMETRICS);
  assert.match(text, / # \{call_id_hash="0123456789abcdef"\} 70 1700000002.000001\n/);
  assert.equal(text, await oracle(parse(text), true));
});

test('counters, gauges and histograms count as prom-client counts them', async () => {
  const registry = fixtureRegistry();
  const readings = fixtureReadings(1);
  const prom = new Registry();
  const registers = [prom];
  const requests = new Counter({
    name: 'drachtio_sip_requests_in_total',
    help: 'count of sip requests received',
    labelNames: ['method'],
    registers,
  });
  const pdd = new Histogram({
    name: 'drachtio_call_pdd_seconds_in',
    help: 'call post-dial delay in seconds for calls received',
    buckets: [1, 2, 3, 5, 7, 10, 15, 20],
    registers,
  });
  const cores = new Gauge({
    name: 'drachtio_proxy_cores',
    help: 'count of proxied call setups in progress',
    registers,
  });
  for (const [method, label] of [
    [0, 'other'],
    [1, 'INVITE'],
    [1, 'INVITE'],
  ] as const) {
    registry.observer.request(0, 0, method);
    requests.inc({ method: label });
  }
  // Halves and quarters are exact both in microseconds and in prom-client's seconds.
  for (const seconds of [0, 1, 1.25, 2, 19.75, 20, 20.5, 400]) {
    registry.observer.callPdd(0, seconds * 1e6);
    pdd.observe(seconds);
  }
  readings.state.proxyCores = 7;
  cores.set(7);
  registry.refresh(readings);
  const blocks = registry.render(ExpositionFormat.CLASSIC).trimEnd().split('\n\n');
  for (const expected of (await prom.metrics()).trimEnd().split('\n\n')) {
    assert.ok(blocks.includes(expected), `missing:\n${expected}`);
  }
});

test('sums of microseconds are written without the noise of binary fractions', () => {
  const registry = fixtureRegistry();
  for (let i = 0; i < 10; i++) registry.observer.callPdd(0, 100_001);
  registry.refresh(fixtureReadings(1));
  const samples = samplesOf(registry.render(ExpositionFormat.CLASSIC));
  assert.equal(samples.get('drachtio_call_pdd_seconds_in_sum'), '1.00001');
});

test('numbers that are none have the names that both formats know', () => {
  assert.deepEqual(
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.1, 1e9].map(formatValue),
    ['NaN', '+Inf', '-Inf', '0.1', '1000000000'],
  );
});

test('the same events in the same order give the same bytes', () => {
  assert.equal(
    filled().render(ExpositionFormat.CLASSIC),
    filled().render(ExpositionFormat.CLASSIC),
  );
});
