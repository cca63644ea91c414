import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PacketFate } from '../../../src/decode/packet-fate.ts';
import type { HistoryDocument } from '../../../src/metrics/history.ts';
import { HISTORY_CODES_MAX, HISTORY_SAMPLES_MAX, History } from '../../../src/metrics/history.ts';
import { Outcome } from '../../../src/state/observer.ts';
import { fixtureReadings, fixtureRegistry } from '../../helpers/metrics-fixture.ts';

const ALL = Number.NEGATIVE_INFINITY;

function column(document: HistoryDocument, name: string): readonly number[] | undefined {
  return document.columns[name];
}

test('a sample holds counters, gauges, buckets, codes and peers', () => {
  const registry = fixtureRegistry({ peerNames: ['other', 'carrier'] });
  const readings = fixtureReadings(2);
  const history = new History(registry);
  registry.refresh(readings);
  history.sample(100);

  const { observer } = registry;
  observer.message(0, 1, 0);
  observer.request(0, 1, 1);
  observer.response(1, 1, 1, 486);
  observer.responseRetransmission(1, 1, 1);
  observer.attemptStarted(0, 1);
  observer.attemptEnded(0, 1, 200);
  observer.attemptEnded(1, 1, 202);
  observer.attemptEnded(0, 0, 486);
  observer.sessionRequestDelay(0, 1, Outcome.SUCCESS, 1_500_000);
  observer.sessionRequestDelay(0, 0, Outcome.SUCCESS, 1_500_000);
  observer.sessionRequestDelay(0, 0, Outcome.FAILURE, 1_500_000);
  observer.sessionAnswerDelay(1, 0, 99_000_000);
  readings.state.dialogsByRoleState.set([0, 7, 1, 0, 0, 0]);
  readings.counters.packets = 30;
  readings.counters.packetFates.set([20, 0, 0, 0, 0, 0, 1, 2, 3]);
  registry.refresh(readings);
  history.sample(105);

  const document = history.since(ALL);
  assert.deepEqual(document.timestamps, [100, 105]);
  assert.deepEqual(document.peers, ['other', 'carrier']);
  assert.deepEqual(document.histograms['answer.in'], [0.005, 0.5, 1, 2, 4, 6, 8, 12, 16, 24, 32]);
  assert.deepEqual(document.codes, ['200', '202', '486']);
  for (const [name, value] of [
    ['messages.in', 1],
    ['requests.in.INVITE', 1],
    ['responses.out.4xx', 1],
    ['retransmissions.out.responses', 1],
    ['attempts.in', 1],
    ['results.200', 1],
    ['results.486', 1],
    ['peer.1.answered', 2],
    ['peer.1.results', 2],
    ['peer.0.results', 1],
    ['pdd.in.2', 2],
    ['answer.out.inf', 1],
    ['dialogs.uas', 7],
    ['dialogs.uac.early', 1],
    ['packets', 30],
    ['not_sip', 1],
    ['discards', 5],
  ] as const) {
    assert.deepEqual(column(document, name), [0, value], name);
  }
  assert.equal(column(document, 'bad.in'), undefined, 'a column of zeroes is left out');
  assert.ok(document.gauges.includes('dialogs.uas'));
  assert.ok(!document.gauges.includes('messages.in'));
  assert.equal(PacketFate.NOT_SIP, 6);
});

test('the ring keeps the last samples, and only newer ones are handed to who has the others', () => {
  const registry = fixtureRegistry();
  const history = new History(registry);
  for (let n = 0; n < HISTORY_SAMPLES_MAX + 50; n++) {
    registry.observer.attemptStarted(0, 0);
    history.sample(n);
  }
  const all = history.since(ALL);
  assert.equal(all.timestamps.length, HISTORY_SAMPLES_MAX);
  assert.equal(all.timestamps[0], 50);
  assert.equal(all.columns['attempts.in']?.[0], 51);
  const newer = history.since(HISTORY_SAMPLES_MAX + 47);
  assert.deepEqual(newer.columns['attempts.in'], [
    HISTORY_SAMPLES_MAX + 49,
    HISTORY_SAMPLES_MAX + 50,
  ]);
  assert.deepEqual(history.since(1e9).timestamps, []);
});

test('a clock that does not go on takes no sample', () => {
  const history = new History(fixtureRegistry());
  history.sample(10);
  history.sample(10);
  history.sample(9);
  assert.deepEqual(history.since(ALL).timestamps, [10]);
});

test('codes beyond the limit are one column, also in rows that the ring uses again', () => {
  const registry = fixtureRegistry();
  const history = new History(registry);
  for (let code = 400; code < 410; code++) registry.observer.attemptEnded(0, 0, code);
  history.sample(0);
  for (let code = 400; code < 400 + HISTORY_CODES_MAX + 6; code++) {
    registry.observer.attemptEnded(0, 0, code);
  }
  history.sample(1);
  const document = history.since(ALL);
  assert.equal(document.codes.length, HISTORY_CODES_MAX);
  assert.deepEqual(document.columns['results.400'], [1, 2]);
  assert.deepEqual(document.columns['results.410'], [0, 1]);
  assert.deepEqual(document.columns['results.rest'], [0, 6]);
});
