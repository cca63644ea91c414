/** Requests that the local side sends on: matched by the Vias below its own (RFC 3261 16.6, 16.7). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scene, type SceneOptions, type Sip } from '../../helpers/sip-scene.ts';

const CALLEE = '192.0.2.20:5060';
const OTHER = '192.0.2.21:5060';
const BELOW = 'SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKb1';
const COPY: Sip = { branch: 'p1', vias: [BELOW] };
const RINGING: Sip = { status: 180, toTag: 't' };

function forwarded(options: SceneOptions = {}): Scene {
  return new Scene(options).receive({}).at(0.02).send(COPY, CALLEE);
}

test('a proxy core from the first copy until the final goes back', () => {
  const scene = new Scene().receive({});
  assert.equal(scene.gauges().proxyCores, 0);
  scene.at(0.02).send(COPY, CALLEE);
  assert.equal(scene.gauges().proxyCores, 1);
  scene
    .at(1)
    .receive({ ...COPY, ...RINGING }, CALLEE)
    .send(RINGING);
  scene.at(2).receive({ ...COPY, status: 486, toTag: 't' }, CALLEE);
  assert.equal(scene.gauges().proxyCores, 1, 'the final has not gone back yet');
  assert.equal(scene.send({ status: 486, toTag: 't' }).gauges().proxyCores, 0);
});

test('the forward seconds are observed once, for the first copy', () => {
  const scene = forwarded()
    .at(0.5)
    .send({ ...COPY, branch: 'p2' }, OTHER);
  assert.deepEqual(scene.take('proxyForwarded'), ['proxyForwarded INVITE 0.02']);
});

test('requests of other methods are forwarded too, but are no cores', () => {
  const options: Sip = { method: 'OPTIONS' };
  const scene = new Scene()
    .receive(options)
    .at(0.1)
    .send({ ...options, ...COPY }, CALLEE);
  assert.deepEqual(scene.take('proxyForwarded'), ['proxyForwarded OPTIONS 0.1']);
  assert.equal(scene.gauges().proxyCores, 0);
});

test('the ACK of a 2xx is forwarded like other requests, that of a failure is not', () => {
  const ack: Sip = { method: 'ACK', branch: 'a', toTag: 't' };
  const copy: Sip = { ...ack, branch: 'ap', vias: [`${BELOW.slice(0, -2)}a`] };
  const scene = new Scene({ topologyHiding: true }).receive(ack).at(0.002).send(copy, CALLEE);
  assert.deepEqual(scene.take('proxyForwarded', 'unknownDialogRequest'), [
    // The copy tells nothing new.
    'unknownDialogRequest in',
    'proxyForwarded ACK 0.002',
  ]);
  const failed = forwarded({ topologyHiding: true }).receive(
    { ...COPY, status: 486, toTag: 't' },
    CALLEE,
  );
  failed.send({ ...COPY, method: 'ACK', toTag: 't' }, CALLEE);
  failed.send({ status: 486, toTag: 't' }).receive({ method: 'ACK', toTag: 't' });
  assert.deepEqual(failed.take('proxyForwarded'), ['proxyForwarded INVITE 0.02']);
});

test('a re-INVITE through the proxy is no core', () => {
  const again: Sip = { branch: 'r', cseq: 2, toTag: 't' };
  const copy: Sip = {
    ...again,
    branch: 'rp',
    vias: ['SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKr'],
  };
  const scene = new Scene().receive(again).send(copy, CALLEE);
  assert.equal(scene.gauges().proxyCores, 0);
});

test('the received Via may lie deeper, below other Vias of ours', () => {
  const scene = new Scene().receive({});
  scene.send({ branch: 'p', vias: ['SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKown', BELOW] }, CALLEE);
  assert.equal(scene.count('proxyForwarded'), 1);
});

test('the magic cookie of the received Via is one in any case (RFC 3261 7.3.1)', () => {
  const below = 'SIP/2.0/UDP 192.0.2.9:5060;branch=Z9HG4BKb1';
  const scene = new Scene().receive({ via: below }).send({ ...COPY, vias: [below] }, CALLEE);
  assert.equal(scene.count('proxyForwarded'), 1);
});

test('a copy more than 64·T1 later is none', () => {
  const scene = new Scene()
    .receive({})
    .send({ status: 180, toTag: 't' })
    .at(32.1)
    .send(COPY, CALLEE);
  assert.equal(scene.count('proxyForwarded'), 0);
  assert.equal(scene.gauges().proxyCores, 0);
});

test('another CSeq number, Call-ID or Via below: no copy', () => {
  for (const change of [{ cseq: 2 }, { callId: 'c2' }, { vias: [`${BELOW}x`] }]) {
    const scene = new Scene().receive({}).send({ ...COPY, ...change }, CALLEE);
    assert.equal(scene.count('proxyForwarded'), 0, JSON.stringify(change));
  }
});

test('--topology-hiding: the Vias may be gone, the From tag must be equal', () => {
  const hidden: Sip = { branch: 'p1' };
  const on: SceneOptions = { topologyHiding: true };
  assert.equal(new Scene().receive({}).send(hidden, CALLEE).count('proxyForwarded'), 0);
  assert.equal(new Scene(on).receive({}).send(hidden, CALLEE).count('proxyForwarded'), 1);
  const other = new Scene(on).receive({}).send({ ...hidden, fromTag: 'x' }, CALLEE);
  assert.equal(other.count('proxyForwarded'), 0);
});

test('--topology-hiding forgets a request with its transaction', () => {
  const scene = new Scene({ topologyHiding: true, transactionsMax: 2 });
  for (const callId of ['a', 'b', 'c']) scene.receive({ callId, branch: callId });
  scene.send({ callId: 'a', branch: 'x' }, CALLEE).send({ callId: 'c', branch: 'y' }, CALLEE);
  assert.equal(scene.count('proxyForwarded'), 1);
});

test('each leg of a fork has its own delay, as drachtio’s histograms have', () => {
  const two: Sip = { ...COPY, branch: 'p2' };
  const scene = forwarded()
    .send(two, OTHER)
    .at(1)
    .receive({ ...COPY, ...RINGING }, CALLEE);
  scene.at(1.5).receive({ ...two, status: 180, toTag: 'u' }, OTHER);
  assert.deepEqual(scene.take('callPdd'), ['callPdd out 0.98', 'callPdd out 1.48']);
});

test('an INVITE received and another one sent are a B2BUA, no proxy', () => {
  const scene = new Scene().receive({}).send({ callId: 'leg', branch: 'x', fromTag: 'y' }, CALLEE);
  assert.equal(scene.count('proxyForwarded'), 0);
  assert.equal(scene.gauges().proxyCores, 0);
});

test('a core ends with its server transaction at the latest', () => {
  assert.equal(forwarded().wait(32).gauges().proxyCores, 0);
});

test('a copy behind a step of the clock is a copy, its delay is discarded', () => {
  // METRICS.md: "intervals between messages on different sides of it … are not observed but counted".
  const scene = new Scene().receive({}).at(-100).send(COPY, CALLEE);
  assert.equal(scene.gauges().proxyCores, 1);
  const lines = scene.take('proxyForwarded', 'intervalDiscarded');
  assert.deepEqual(lines, ['intervalDiscarded sip_proxy_forward_seconds']);
  scene.wait(-68).send({ ...COPY, branch: 'p2' }, OTHER);
  assert.equal(scene.gauges().proxyCores, 0, 'by the clock of the timers 64·T1 are over');
});
