import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PipelineCounters } from '../../../src/core/pipeline-counters.ts';
import { PACKET_FATE_NAMES } from '../../../src/decode/packet-fate.ts';
import { CATALOGUE } from '../../../src/metrics/catalogue.ts';
import { DRACHTIO_FAMILIES } from '../../../src/metrics/catalogue-drachtio.ts';
import { ExpositionFormat } from '../../../src/metrics/exposition.ts';
import { fixtureReadings, fixtureRegistry } from '../../helpers/metrics-fixture.ts';
import { sharedRoot } from '../../helpers/paths.ts';

test('names, labels and help are what Prometheus accepts, and each name stands once', () => {
  const names = new Set<string>();
  for (const definition of CATALOGUE) {
    assert.match(definition.name, /^[a-z][a-z0-9_]*$/);
    assert.ok(!names.has(definition.name), definition.name);
    names.add(definition.name);
    assert.doesNotMatch(definition.help, /["\\\n]/, definition.name);
    for (const label of definition.labels) assert.match(label.name, /^[a-z][a-z0-9_]*$/);
  }
});

test('no counter loses its name to another family when OpenMetrics cuts off _total', () => {
  const names = CATALOGUE.map((definition) => definition.name);
  const cut = CATALOGUE.filter((definition) => definition.type === 'counter').map((definition) =>
    definition.name.replace(/_total$/, ''),
  );
  for (const name of cut) {
    if (name !== 'drachtio_build_info') assert.ok(!names.includes(name), name);
  }
});

test('counters of sections 2 and 3 end in _total, and no label could carry a call or a subscriber', () => {
  const free = new Set(['peer', 'interface', 'sipgauge_version', 'version', 'node', 'libpcap']);
  for (const definition of CATALOGUE) {
    if (definition.section !== 1 && definition.type === 'counter') {
      assert.match(definition.name, /_total$/);
    }
    for (const { values } of definition.labels) {
      if (typeof values === 'string') assert.ok(free.has(values));
      else assert.equal(new Set(values).size, values.length, definition.name);
    }
  }
});

test('bucket bounds ascend, and only histograms have them', () => {
  for (const { name, type, bucketsSeconds } of CATALOGUE) {
    assert.equal(bucketsSeconds !== undefined, type === 'histogram', name);
    const bounds = bucketsSeconds ?? [];
    assert.deepEqual(
      bounds,
      [...bounds].sort((a, b) => a - b),
      name,
    );
  }
});

test('before the first packet the exposition is the one drachtio documents', (t) => {
  if (sharedRoot === undefined) {
    t.skip('the documentation of drachtio is not beside the checkout');
    return;
  }
  const page = readFileSync(join(sharedRoot, 'spec', 'drachtio-prometheus.md'), 'utf8');
  const documented = page.split('\n').filter((line) => /^# (HELP|TYPE) /.test(line));
  const registry = fixtureRegistry();
  registry.refresh(fixtureReadings(1));
  const text = registry.render(ExpositionFormat.CLASSIC);
  const exposed = text.split('\n').filter((line) => /^# (HELP|TYPE) (drachtio|sofia)_/.test(line));
  assert.deepEqual(exposed, documented);
  const samples = text.split('\n').filter((line) => /^(drachtio|sofia)_\w+[ {]/.test(line));
  for (const { name, labels, type } of DRACHTIO_FAMILIES) {
    const own = samples.filter(
      (line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`),
    );
    if (name === 'drachtio_build_info') {
      assert.deepEqual(own, ['drachtio_build_info{version="sipgauge-1.2.3"} 1']);
    } else if (name === 'drachtio_time_started') {
      assert.deepEqual(own, ['drachtio_time_started 1700000000']);
    } else if (type !== 'histogram') {
      assert.deepEqual(own, labels.length === 0 ? [`${name} 0`] : []);
    } else {
      assert.ok(samples.includes(`${name}_count 0`));
      assert.ok(samples.includes(`${name}_sum 0`));
      assert.ok(samples.includes(`${name}_bucket{le="+Inf"} 0`));
    }
  }
});

test('the server names are those of current releases, with the same numbers', (t) => {
  if (sharedRoot === undefined) {
    t.skip('the scrapes of a real server are not beside the checkout');
    return;
  }
  const scrape = readFileSync(join(sharedRoot, 'oracle', 'in_answered.prom'), 'utf8');
  const theirs = [...scrape.matchAll(/^# TYPE (drachtio_sofia_\w+) gauge$/gm)].map(
    (match) => match[1],
  );
  const registry = fixtureRegistry({ drachtioNames: 'server' });
  registry.refresh(fixtureReadings(1));
  const text = registry.render(ExpositionFormat.CLASSIC);
  const ours = [...text.matchAll(/^# TYPE (drachtio_sofia_\w+) gauge$/gm)].map((match) => match[1]);
  assert.deepEqual([...ours].sort(), [...theirs].sort());
  assert.doesNotMatch(text, /^sofia_/m);
});

test('the pipeline has a cell for every packet fate', () => {
  assert.ok(PACKET_FATE_NAMES.length <= new PipelineCounters().packetFates.length);
});
