/** Names of the remote side: longest prefix, what they are put on, and a reload. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scene, type Sip } from '../../helpers/sip-scene.ts';

const NETWORKS = [
  ['wide', '192.0.2.0/24'],
  ['narrow', '192.0.2.16/28'],
  ['one', '192.0.2.17'],
  ['six', '2001:db8::/32'],
] as const;

test('the longest prefix wins; what none holds is other', () => {
  const scene = new Scene({ peers: NETWORKS, local: ['10.0.0.1', '10::1'] });
  for (const host of ['192.0.2.1', '192.0.2.18', '192.0.2.17', '198.51.100.1']) {
    scene.receive({ method: 'OPTIONS' }, `${host}:5060`);
  }
  scene.receive({ method: 'OPTIONS', sentBy: 'x' }, '[2001:db8::5]:5060', '[10::1]:5060');
  assert.deepEqual(
    scene.take('request').map((line) => line.split(' ')[2]),
    ['wide', 'narrow', 'one', 'other', 'six'],
  );
});

test('in: the peer that sent the INVITE, also when another address goes on', () => {
  const scene = new Scene({ peers: NETWORKS }).receive({ sentBy: 'x' }, '192.0.2.1:5060');
  scene.send({ sentBy: 'x', status: 200, toTag: 't' }, '192.0.2.17:5060');
  assert.deepEqual(scene.take('attemptEnded'), ['attemptEnded in wide 200']);
});

test('a reload keeps what is open with its name, under its new number', () => {
  const ok: Sip = { status: 200, toTag: 't' };
  const scene = new Scene({ peers: NETWORKS }).receive({}, '192.0.2.17:5060');
  scene.receive({ callId: 'c2' }, '192.0.2.1:5060').send({ callId: 'c3' }, '192.0.2.18:5060');
  scene.setPeers([
    ['narrow', '203.0.113.0/24'],
    ['one', '192.0.2.17'],
  ]);
  assert.deepEqual([...scene.gauges().attemptsOpen], [1, 0, 1, 0, 1, 0], 'wide is now other');
  scene
    .send(ok, '192.0.2.17:5060')
    .send({ ...ok, callId: 'c2' }, '192.0.2.1:5060')
    .wait(32);
  assert.deepEqual(scene.take('attemptEnded', 'transactionTimeout'), [
    'attemptEnded in one 200',
    'attemptEnded in other 200',
    'transactionTimeout client narrow B',
    'attemptEnded out narrow timeout',
    'transactionTimeout server one no_ack',
    'transactionTimeout server other no_ack',
  ]);
});
