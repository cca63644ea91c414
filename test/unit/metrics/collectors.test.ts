import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOGUE } from '../../../src/metrics/catalogue.ts';
import { ExpositionFormat } from '../../../src/metrics/exposition.ts';
import type { MetricsRegistry } from '../../../src/metrics/metrics-registry.ts';
import { ParseError } from '../../../src/sip-parser/parse-error.ts';
import {
  fixtureReadings,
  fixtureRegistry,
  observeEverything,
  readEverything,
  samplesOf,
} from '../../helpers/metrics-fixture.ts';

function samples(registry: MetricsRegistry, peers = 1): Map<string, string> {
  registry.refresh(fixtureReadings(peers));
  return samplesOf(registry.render(ExpositionFormat.CLASSIC));
}

function sum(all: Map<string, string>, prefix: string): number {
  let total = 0;
  for (const [series, value] of all) {
    if (series === prefix || series.startsWith(`${prefix}{`)) total += Number(value);
  }
  return total;
}

test('every event moves a sample, and every family has one once everything has happened', () => {
  const registry = fixtureRegistry();
  const readings = fixtureReadings(1);
  observeEverything(registry.observer, 1);
  readEverything(readings);
  readings.lagSeconds = 0.25;
  registry.refresh(readings);
  const all = samplesOf(registry.render(ExpositionFormat.CLASSIC));
  for (const { name, type } of CATALOGUE) {
    const series = type === 'histogram' ? `${name}_count` : name;
    const found = [...all.keys()].some((key) => key === series || key.startsWith(`${series}{`));
    assert.ok(found, name);
  }
  const unmoved = CATALOGUE.filter(({ name, type }) => {
    return sum(all, type === 'histogram' ? `${name}_count` : name) === 0;
  }).map(({ name }) => name);
  assert.deepEqual(unmoved, [
    'drachtio_registered_endpoints',
    'drachtio_app_connections',
    'sofia_client_txn_hash_size',
    'sofia_server_txn_hash_size',
    'sofia_dialog_hash_size',
    'sofia_server_txns_total',
    'sofia_client_txns_total',
    'sofia_dialogs_total',
    'sip_registrations',
    'sipgauge_fragment_reassembly_total',
    'sipgauge_tcp_streams',
    'sipgauge_tcp_gaps_total',
    'sipgauge_tcp_lost_bytes_total',
    'sipgauge_tls_flows',
    'sipgauge_tls_handshakes_total',
    'sipgauge_tls_resets_total',
    'sipgauge_clock_steps_total',
    'sipgauge_series_overflow_total',
  ]);
});

test('a request and a response land in both vocabularies', () => {
  const registry = fixtureRegistry();
  registry.observer.request(0, 0, 1);
  registry.observer.response(1, 0, 1, 183);
  const all = samples(registry);
  assert.equal(all.get('drachtio_sip_requests_in_total{method="INVITE"}'), '1');
  assert.equal(all.get('drachtio_sip_responses_out_total{method="INVITE",code="183"}'), '1');
  assert.equal(all.get('sip_requests_total{direction="in",peer="other",method="INVITE"}'), '1');
  assert.equal(all.get('sip_responses_total{direction="out",peer="other",class="1xx"}'), '1');
});

test('a status outside 100 to 699 is counted as other', () => {
  const registry = fixtureRegistry();
  for (const code of [99, 700, 0, 2000]) registry.observer.response(0, 0, 3, code);
  const all = samples(registry);
  assert.equal(all.get('drachtio_sip_responses_in_total{method="BYE",code="other"}'), '4');
  assert.equal(all.get('sip_responses_total{direction="in",peer="other",class="other"}'), '4');
});

test('only what the local side received is bad in the sofia counters, only what it sent retransmitted', () => {
  const registry = fixtureRegistry();
  for (const direction of [0, 1] as const) {
    registry.observer.badMessage(direction, ParseError.MISSING_CALL_ID, true);
    registry.observer.badMessage(direction, ParseError.STATUS_NOT_A_NUMBER, false);
    registry.observer.requestRetransmission(direction, 0, 1);
    registry.observer.responseRetransmission(direction, 0, 1);
  }
  const all = samples(registry);
  assert.equal(all.get('sofia_bad_msgs_recv_total'), '2');
  assert.equal(all.get('sofia_bad_reqs_recv_total'), '1');
  assert.equal(all.get('sofia_retransmitted_requests_total'), '1');
  assert.equal(all.get('sofia_retransmitted_responses_total'), '1');
  assert.equal(sum(all, 'sip_retransmissions_total'), 4);
  assert.equal(all.get('sip_bad_messages_total{direction="out",reason="missing_call_id"}'), '1');
});

test('results without a status code have names of their own', () => {
  const registry = fixtureRegistry();
  for (const result of [1000, 1001, 1002, 200]) registry.observer.attemptEnded(0, 0, result);
  const all = samples(registry);
  for (const code of ['timeout', 'cancelled', 'lost', '200']) {
    const series = `sip_session_results_total{direction="in",peer="other",code="${code}"}`;
    assert.equal(all.get(series), '1');
  }
});

test('the results that operators chart are there from the start, and others once they happened', () => {
  const codes = [...samples(fixtureRegistry()).keys()]
    .filter((series) => series.startsWith('sip_session_results_total{direction="in"'))
    .map((series) => /code="(\w+)"/.exec(series)?.[1]);
  assert.deepEqual(codes, ['200', '486', '487', '503', 'timeout', 'cancelled']);
});

test('a timer that cannot end a role is not exposed', () => {
  const timers = [...samples(fixtureRegistry()).keys()]
    .filter((series) => series.startsWith('sip_transaction_timeouts_total'))
    .map((series) => /role="(\w+)".*timer="(\w+)"/.exec(series)?.slice(1).join(' '));
  assert.deepEqual(timers, [
    'client B',
    'client F',
    'server H',
    'server no_ack',
    'server no_response',
  ]);
});

test('a response sets a row of timeouts back to 0', () => {
  const registry = fixtureRegistry();
  registry.observer.peerTimeout(0);
  registry.observer.peerTimeout(0);
  assert.equal(samples(registry).get('sip_peer_consecutive_timeouts{peer="other"}'), '2');
  registry.observer.peerResponse(0, 1_700_000_000_000_001);
  const all = samples(registry);
  assert.equal(all.get('sip_peer_consecutive_timeouts{peer="other"}'), '0');
  assert.equal(
    all.get('sip_peer_last_response_timestamp_seconds{peer="other"}'),
    '1700000000.000001',
  );
});

test('stable dialogs have both types from the first message of the local side on', () => {
  const registry = fixtureRegistry();
  const series = 'drachtio_stable_dialogs{type="outbound"}';
  assert.equal(samples(registry).get(series), undefined);
  registry.observer.message(0, 0, 0);
  assert.equal(samples(registry).get(series), '0');
});

test('the lag of the capture is exposed live only', () => {
  const registry = fixtureRegistry();
  const readings = fixtureReadings(1);
  registry.refresh(readings);
  assert.match(
    registry.render(ExpositionFormat.CLASSIC),
    /^# TYPE sipgauge_capture_lag_seconds gauge$/m,
  );
  assert.doesNotMatch(registry.render(ExpositionFormat.CLASSIC), /^sipgauge_capture_lag_seconds/m);
  readings.lagSeconds = 0.5;
  registry.refresh(readings);
  assert.match(registry.render(ExpositionFormat.CLASSIC), /^sipgauge_capture_lag_seconds 0.5$/m);
});

test('interfaces beyond the limit share other, which is up only while all of them are', () => {
  const registry = fixtureRegistry();
  const readings = fixtureReadings(1);
  readings.capture = Array.from({ length: 70 }, (_, i) => ({
    interface: `eth${i}`,
    up: i !== 65,
    packets: 1,
    droppedByKernel: 1,
    droppedByInterface: 0,
    droppedByRing: 0,
  }));
  registry.refresh(readings);
  registry.refresh(readings);
  const all = samplesOf(registry.render(ExpositionFormat.CLASSIC));
  assert.equal(all.get('sipgauge_capture_packets_total{interface="other"}'), '6');
  assert.equal(all.get('sipgauge_capture_up{interface="other"}'), '0');
  assert.equal(all.get('sipgauge_capture_up{interface="eth0"}'), '1');
  assert.equal(all.get('sipgauge_capture_dropped_total{interface="other",stage="kernel"}'), '6');
});
