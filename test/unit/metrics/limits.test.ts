import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExpositionFormat } from '../../../src/metrics/exposition.ts';
import type { MetricsRegistry } from '../../../src/metrics/metrics-registry.ts';
import { fixtureReadings, fixtureRegistry, samplesOf } from '../../helpers/metrics-fixture.ts';

function samples(registry: MetricsRegistry, peers: number): Map<string, string> {
  registry.refresh(fixtureReadings(peers));
  return samplesOf(registry.render(ExpositionFormat.CLASSIC));
}

function peerNames(count: number): string[] {
  return ['other', ...Array.from({ length: count }, (_, i) => `trunk-${i}`)];
}

test('32 peers fit in the default limit of series, with room for codes', () => {
  const registry = fixtureRegistry({ peerNames: peerNames(32) });
  const all = samples(registry, 33);
  assert.equal(all.get('sip_session_attempts_total{direction="in",peer="trunk-31"}'), '0');
  assert.ok(registry.series < 9_500, `${registry.series} series`);
});

test('the number of series that is limited is the number that is exposed', () => {
  const registry = fixtureRegistry({ peerNames: peerNames(3) });
  registry.observer.attemptEnded(0, 1, 404);
  assert.equal(samples(registry, 4).size, registry.series);
});

test('a flood of codes ends in other, and the sum of all is still right', () => {
  const start = fixtureRegistry().series;
  const registry = fixtureRegistry({ seriesMax: start + 100 });
  for (let code = 100; code < 700; code++) registry.observer.response(0, 0, 5, code);
  const all = samples(registry, 1);
  const codes = [...all].filter(([series]) => series.startsWith('drachtio_sip_responses_in_total'));
  assert.equal(
    codes.reduce((total, [, value]) => total + Number(value), 0),
    600,
  );
  const other = all.get('drachtio_sip_responses_in_total{method="OPTIONS",code="other"}');
  const overflow = all.get(
    'sipgauge_series_overflow_total{family="drachtio_sip_responses_in_total"}',
  );
  assert.equal(other, overflow);
  assert.equal(Number(other), 600 - (codes.length - 1));
  assert.ok(all.size <= start + 100 + 2, `${all.size} series`);
});

test('a label set that was exposed before the limit goes on counting after it', () => {
  const start = fixtureRegistry().series;
  const registry = fixtureRegistry({ seriesMax: start + 1 });
  registry.observer.attemptEnded(0, 0, 404);
  registry.observer.attemptEnded(0, 0, 480);
  registry.observer.attemptEnded(0, 0, 404);
  const all = samples(registry, 1);
  assert.equal(all.get('sip_session_results_total{direction="in",peer="other",code="404"}'), '2');
  assert.equal(all.get('sip_session_results_total{direction="in",peer="other",code="other"}'), '1');
});

test('peers beyond --peers-max are other, and counted', () => {
  const registry = fixtureRegistry({ peerNames: peerNames(3), peersMax: 2 });
  registry.observer.attemptStarted(0, 2);
  registry.observer.attemptStarted(0, 3);
  const all = samples(registry, 4);
  assert.equal(all.get('sip_session_attempts_total{direction="in",peer="trunk-1"}'), '1');
  assert.equal(all.get('sip_session_attempts_total{direction="in",peer="other"}'), '1');
  assert.equal(all.get('sip_session_attempts_total{direction="in",peer="trunk-2"}'), undefined);
  assert.equal(all.get('sipgauge_series_overflow_total{family="sip_session_attempts_total"}'), '1');
});

test('peers that do not fit in --series-max are other', () => {
  const one = fixtureRegistry({ peerNames: peerNames(1) }).series;
  const registry = fixtureRegistry({ peerNames: peerNames(2), seriesMax: one });
  assert.equal(registry.series, one);
  registry.observer.attemptStarted(1, 2);
  const all = samples(registry, 3);
  assert.equal(all.get('sip_session_attempts_total{direction="out",peer="other"}'), '1');
});

test('a reload keeps the numbers of peers that stay, whatever their new index, and of those that go', () => {
  const registry = fixtureRegistry({ peerNames: ['other', 'alpha', 'beta'] });
  registry.observer.attemptStarted(0, 1);
  registry.observer.attemptStarted(0, 2);
  registry.setPeers(['other', 'beta', 'gamma']);
  registry.observer.attemptStarted(0, 1);
  registry.observer.attemptStarted(0, 2);
  const readings = fixtureReadings(3);
  readings.state.attemptsOpen.set([0, 5, 6]);
  registry.refresh(readings);
  const all = samplesOf(registry.render(ExpositionFormat.CLASSIC));
  const started = (peer: string) =>
    all.get(`sip_session_attempts_total{direction="in",peer="${peer}"}`);
  assert.deepEqual(['alpha', 'beta', 'gamma'].map(started), ['1', '2', '1']);
  const open = (peer: string) =>
    all.get(`sip_session_attempts_open{direction="in",peer="${peer}"}`);
  assert.deepEqual(['alpha', 'beta', 'gamma'].map(open), ['0', '5', '6']);
});
