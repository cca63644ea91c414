/** In, out, hairpin, foreign (METRICS.md "Direction"), as the state machine sees them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MESSAGE_FATE_NAMES } from '../../../src/core/pipeline-counters.ts';
import { Scene, type Sip } from '../../helpers/sip-scene.ts';

const SERVER = '10.0.0.1:5060';
const NEIGHBOUR = '10.0.0.1:5070';
const EPHEMERAL = '10.0.0.1:49152';
const REMOTE = '192.0.2.9:5060';
const OPTIONS: Sip = { method: 'OPTIONS' };
const OK: Sip = { method: 'OPTIONS', status: 200, toTag: 't' };

function fates(scene: Scene): Record<string, number> {
  const named = MESSAGE_FATE_NAMES.map((name, i) => [name, scene.counters.messageFates[i] ?? 0]);
  return Object.fromEntries(named.filter(([, count]) => count !== 0));
}

test('with a plain IP the address alone decides, whatever the ports', () => {
  const scene = new Scene().udp(OPTIONS, EPHEMERAL, REMOTE).udp(OK, REMOTE, EPHEMERAL);
  scene.udp(OPTIONS, REMOTE, NEIGHBOUR).udp(OK, NEIGHBOUR, REMOTE);
  assert.deepEqual(fates(scene), { in: 2, out: 2 });
});

test('neither end local: foreign, counted only as such', () => {
  const scene = new Scene().udp(OPTIONS, '192.0.2.1:5060', '192.0.2.2:5060');
  assert.deepEqual(fates(scene), { foreign: 1 });
  assert.deepEqual(scene.take(), []);
});

test('both ends local: one message of each direction', () => {
  const scene = new Scene().udp(OPTIONS, SERVER, NEIGHBOUR);
  assert.deepEqual(fates(scene), { hairpin: 1 });
  assert.deepEqual(scene.take('message', 'request'), [
    'message out other udp',
    'request out other OPTIONS',
    'message in other udp',
    'request in other OPTIONS',
  ]);
});

test('a CIDR is local as a whole', () => {
  const scene = new Scene({ local: ['10.0.0.0/8'] }).udp(OPTIONS, REMOTE, '10.200.3.4:5060');
  assert.deepEqual(fates(scene), { in: 1 });
});

test('with IP:port another server on the same host is foreign', () => {
  const scene = new Scene({ local: [SERVER] }).receive(OPTIONS).send(OK);
  const theirs = { branch: 'theirs' };
  scene
    .udp({ ...OPTIONS, ...theirs }, REMOTE, NEIGHBOUR)
    .udp({ ...OK, ...theirs }, NEIGHBOUR, REMOTE);
  scene.udp({ ...OPTIONS, branch: 'n' }, NEIGHBOUR, REMOTE);
  assert.deepEqual(fates(scene), { in: 1, out: 1, foreign: 3 });
});

test('with IP:port two servers on one host talk: sent by one, received by the other', () => {
  const scene = new Scene({ local: [SERVER] })
    .udp(OPTIONS, NEIGHBOUR, SERVER)
    .udp(OK, SERVER, NEIGHBOUR);
  assert.deepEqual(fates(scene), { in: 1, out: 1 });
});

test('an outgoing connection with an ephemeral port is local by the Via of its first request', () => {
  const ours: Sip = { ...OPTIONS, via: 'SIP/2.0/TCP 10.0.0.1:5060;branch=z9hG4bKx' };
  const scene = new Scene({ local: [SERVER] });
  scene.tcp(ours, EPHEMERAL, REMOTE).tcp({ ...ours, ...OK }, REMOTE, EPHEMERAL);
  // The flow is remembered: a request that comes back over it is received.
  scene.tcp({ ...OPTIONS, branch: 'back' }, REMOTE, EPHEMERAL);
  assert.deepEqual(fates(scene), { in: 2, out: 1 });
});

test('or by its Contact', () => {
  const via = 'SIP/2.0/TCP 10.0.0.1:49152;branch=z9hG4bKx';
  const ours: Sip = { via, lines: ['Contact: <sip:s@10.0.0.1:5060;transport=tcp>'] };
  const scene = new Scene({ local: [SERVER] }).tcp(ours, EPHEMERAL, REMOTE);
  assert.deepEqual(fates(scene), { out: 1 });
});

test("a neighbour's outgoing connection stays foreign, both ways", () => {
  const theirs: Sip = { ...OPTIONS, via: 'SIP/2.0/TCP 10.0.0.1:5070;branch=z9hG4bKx' };
  const scene = new Scene({ local: [SERVER] });
  scene.tcp(theirs, EPHEMERAL, REMOTE).tcp({ ...theirs, ...OK }, REMOTE, EPHEMERAL);
  assert.deepEqual(fates(scene), { foreign: 2 });
});

test("a response takes its request's direction, reversed, when the transaction is known", () => {
  // The server answers from another port than it was asked at.
  const scene = new Scene({ local: [SERVER] }).receive(OPTIONS).udp(OK, EPHEMERAL, REMOTE);
  assert.deepEqual(fates(scene), { in: 1, out: 1 });
  assert.equal(scene.count('transactionCompleted server OPTIONS'), 1);
});

test('it does so on a flow, too, whose first request was a neighbour’s', () => {
  const theirs: Sip = { ...OPTIONS, via: 'SIP/2.0/UDP 10.0.0.1:49152;branch=z9hG4bKx' };
  const scene = new Scene({ local: [SERVER] }).udp(theirs, EPHEMERAL, REMOTE);
  scene.receive(OPTIONS).udp(OK, EPHEMERAL, REMOTE);
  assert.deepEqual(fates(scene), { foreign: 1, in: 1, out: 1 });
});

test('IPv6 addresses and CIDRs', () => {
  const scene = new Scene({ local: ['2001:db8::/64'] });
  scene.udp({ ...OPTIONS, sentBy: 'x' }, '[2001:db8:1::9]:5060', '[2001:db8::1]:5060');
  assert.deepEqual(fates(scene), { in: 1 });
});
