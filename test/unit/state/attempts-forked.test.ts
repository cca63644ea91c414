/** Attempts where the local side tries several branches or peers, or forwards what it received. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scene, type Sip } from '../../helpers/sip-scene.ts';

const PEERS = [
  ['alpha', '192.0.2.0/28'],
  ['beta', '192.0.2.16/28'],
  ['callers', '198.51.100.0/24'],
] as const;
const ALPHA = '192.0.2.1:5060';
const ALPHA2 = '192.0.2.2:5060';
const BETA = '192.0.2.17:5060';
const CALLER = '198.51.100.5:5060';
const BELOW = { vias: [`SIP/2.0/UDP ${CALLER};branch=z9hG4bKb1`] } as const;
const ONE: Sip = { branch: 'p1', ...BELOW };
const TWO: Sip = { branch: 'p2', ...BELOW };

function scene(): Scene {
  return new Scene({ peers: PEERS });
}

function final(status: number, request: Sip = {}, toTag = 't'): Sip {
  return { ...request, status, toTag };
}

function results(of: Scene): string[] {
  return of.take('attemptStarted', 'attemptEnded', 'lateAnswer');
}

function balanced(of: Scene): void {
  assert.equal(of.count('attemptStarted'), of.count('attemptEnded') + of.openAttempts());
}

test('failover to another peer: an attempt there', () => {
  // METRICS.md: "one per peer tried (a fork or failover to another peer is an attempt there)".
  const calls = scene().send({}, ALPHA).at(1).receive(final(503), ALPHA);
  calls
    .send({ branch: 'b2' }, BETA)
    .at(3)
    .receive(final(200, { branch: 'b2' }), BETA);
  assert.deepEqual(results(calls), [
    'attemptStarted out alpha',
    'attemptEnded out alpha 503',
    'attemptStarted out beta',
    'attemptEnded out beta 200',
  ]);
  balanced(calls);
});

test('forks to one peer are one attempt; its 2xx wins over failures of the others', () => {
  const calls = scene().send({}, ALPHA).send({ branch: 'b2' }, ALPHA2);
  calls.at(1).receive(final(486), ALPHA);
  assert.equal(calls.openAttempts(), 1);
  calls.at(2).receive(final(200, { branch: 'b2' }), ALPHA2);
  assert.deepEqual(results(calls), ['attemptStarted out alpha', 'attemptEnded out alpha 200']);
});

test('forks to one peer that all fail: the final of the last branch', () => {
  const calls = scene().send({}, ALPHA).send({ branch: 'b2' }, ALPHA2);
  calls
    .at(1)
    .receive(final(486), ALPHA)
    .at(2)
    .receive(final(404, { branch: 'b2' }), ALPHA2);
  assert.deepEqual(results(calls), ['attemptStarted out alpha', 'attemptEnded out alpha 404']);
});

test('forks to one peer: a 6xx is the result, whatever fails after it', () => {
  const calls = scene().send({}, ALPHA).send({ branch: 'b2' }, ALPHA2);
  calls
    .at(1)
    .receive(final(603), ALPHA)
    .at(2)
    .receive(final(404, { branch: 'b2' }), ALPHA2);
  assert.deepEqual(results(calls), ['attemptStarted out alpha', 'attemptEnded out alpha 603']);
});

test('Timer B on every branch: timeout', () => {
  const calls = scene().send({}, ALPHA).at(1).send({ branch: 'b2' }, ALPHA2).wait(32.5);
  assert.equal(calls.openAttempts(), 1);
  calls.wait(33);
  assert.deepEqual(results(calls), ['attemptStarted out alpha', 'attemptEnded out alpha timeout']);
  assert.equal(calls.count('transactionTimeout client alpha B'), 2);
});

test('Timer B on some branches: what the others said', () => {
  const calls = scene().send({}, ALPHA).send({ branch: 'b2' }, ALPHA2);
  calls.at(1).receive(final(480), ALPHA).wait(33);
  assert.deepEqual(results(calls), ['attemptStarted out alpha', 'attemptEnded out alpha 480']);
});

test('a proxy forks in parallel to two peers and cancels the loser', () => {
  // METRICS.md: "cancelled when its originator CANCELled (a proxy's CANCEL of a losing fork is not that)".
  const cancel: Sip = { method: 'CANCEL', branch: 'p2' };
  const calls = scene().receive({}, CALLER).send(ONE, ALPHA).send(TWO, BETA);
  calls
    .at(1)
    .receive(final(180, ONE), ALPHA)
    .receive(final(180, TWO, 'u'), BETA);
  calls.at(2).receive(final(200, ONE), ALPHA).send(final(200), CALLER);
  calls
    .send(cancel, BETA)
    .receive({ ...cancel, status: 200 }, BETA)
    .receive(final(487, TWO, 'u'), BETA);
  assert.deepEqual(results(calls), [
    'attemptStarted in callers',
    'attemptStarted out alpha',
    'attemptStarted out beta',
    'attemptEnded out alpha 200',
    'attemptEnded in callers 200',
    'attemptEnded out beta 487',
  ]);
  balanced(calls);
});

test('the caller gives up: every leg of the proxy is cancelled', () => {
  const cancelled = (branch: string): Sip => ({ method: 'CANCEL', branch });
  const calls = scene().receive({}, CALLER).send(ONE, ALPHA).send(TWO, BETA);
  calls
    .receive(final(180, ONE), ALPHA)
    .receive(final(180, TWO, 'u'), BETA)
    .send(final(180), CALLER);
  calls
    .at(5)
    .receive(cancelled('b1'), CALLER)
    .send({ ...cancelled('b1'), status: 200 }, CALLER);
  calls.send(cancelled('p1'), ALPHA).send(cancelled('p2'), BETA);
  calls
    .receive(final(487, ONE), ALPHA)
    .receive(final(487, TWO, 'u'), BETA)
    .send(final(487), CALLER);
  assert.deepEqual(calls.take('attemptEnded').sort(), [
    'attemptEnded in callers cancelled',
    'attemptEnded out alpha cancelled',
    'attemptEnded out beta cancelled',
  ]);
  balanced(calls);
});

test('a CANCEL of one branch among others is not the originator’s', () => {
  // METRICS.md: "a proxy's CANCEL of a losing fork is not that". Here the proxy is in front of us.
  const calls = scene().receive(ONE, CALLER).receive(TWO, CALLER);
  calls.send(final(180, ONE), CALLER).send(final(180, TWO, 'u'), CALLER);
  calls.at(5).receive({ method: 'CANCEL', branch: 'p1' }, CALLER).send(final(487, ONE), CALLER);
  calls.at(60).send(final(200, TWO, 'u'), CALLER);
  assert.deepEqual(results(calls), ['attemptStarted in callers', 'attemptEnded in callers 200']);
});

test('a CANCEL of every branch is: cancelled with the last 487, or 64·T1 after it', () => {
  for (const ends of [true, false]) {
    const calls = scene().receive(ONE, CALLER).receive(TWO, CALLER);
    calls
      .send(final(180, ONE), CALLER)
      .send(final(180, TWO, 'u'), CALLER)
      .at(5);
    for (const branch of ['p1', 'p2']) calls.receive({ method: 'CANCEL', branch }, CALLER);
    if (ends) calls.send(final(487, ONE), CALLER).send(final(487, TWO, 'u'), CALLER);
    assert.deepEqual(results(calls.wait(ends ? 6 : 37)), [
      'attemptStarted in callers',
      'attemptEnded in callers cancelled',
    ]);
  }
});

test('a proxied call that rings for longer than Timer C and is answered', () => {
  // METRICS.md: "lost without a final for --invite-max-age": until then a final is known, whatever Timer C says.
  const calls = scene().receive({}, CALLER).send({ status: 100 }, CALLER).send(ONE, ALPHA);
  calls.receive(final(180, ONE), ALPHA).send(final(180), CALLER);
  calls.at(240).receive(final(200, ONE), ALPHA).send(final(200), CALLER);
  assert.deepEqual(results(calls), [
    'attemptStarted in callers',
    'attemptStarted out alpha',
    'attemptEnded out alpha 200',
    'attemptEnded in callers 200',
  ]);
  assert.equal(calls.count('strayResponse'), 0);
});

test('a final behind Timer B does not count its branch again', () => {
  const calls = scene().send(ONE, ALPHA).at(1).send(TWO, ALPHA2).receive(final(180, TWO), ALPHA2);
  calls.at(31).send(ONE, ALPHA).at(33).receive(final(486, ONE), ALPHA);
  assert.equal(calls.openAttempts(), 1);
  calls.at(34).receive(final(200, TWO), ALPHA2);
  assert.deepEqual(results(calls), ['attemptStarted out alpha', 'attemptEnded out alpha 200']);
});

test('a proxy forks serially to one peer: one attempt, which waits for the next branch', () => {
  const calls = scene().receive({}, CALLER).send(ONE, ALPHA).at(1).receive(final(486, ONE), ALPHA);
  assert.equal(calls.count('attemptEnded'), 0, 'another branch may follow');
  calls.at(1.1).send(TWO, ALPHA2).at(4).receive(final(200, TWO), ALPHA2).send(final(200), CALLER);
  assert.deepEqual(results(calls), [
    'attemptStarted in callers',
    'attemptStarted out alpha',
    'attemptEnded out alpha 200',
    'attemptEnded in callers 200',
  ]);
});

test('a proxy gives up after its branches: their attempt ends with the answer to the caller', () => {
  const calls = scene().receive({}, CALLER).send(ONE, ALPHA).at(1).receive(final(486, ONE), ALPHA);
  calls.at(1.1).send(final(486), CALLER);
  assert.deepEqual(results(calls), [
    'attemptStarted in callers',
    'attemptStarted out alpha',
    'attemptEnded in callers 486',
    'attemptEnded out alpha 486',
  ]);
  balanced(calls);
});

test('a proxy whose leg times out and that answers 408 itself', () => {
  const calls = scene().receive({}, CALLER).send({ status: 100 }, CALLER).send(ONE, ALPHA);
  calls.wait(32).send(final(408), CALLER);
  assert.deepEqual(results(calls), [
    'attemptStarted in callers',
    'attemptStarted out alpha',
    'attemptEnded in callers 408',
    'attemptEnded out alpha timeout',
  ]);
});

test('a proxy that never answers its caller: the leg ends 64·T1 after its last branch', () => {
  const calls = scene().receive({}, CALLER).send(ONE, ALPHA).at(1).receive(final(486, ONE), ALPHA);
  calls.wait(32.999);
  assert.equal(calls.count('attemptEnded out'), 0);
  calls.wait(33);
  assert.deepEqual(calls.take('attemptEnded'), ['attemptEnded out alpha 486']);
});

test('a challenge passed on by a proxy and retried through it: one attempt on each side', () => {
  const retry: Sip = { branch: 'b2', cseq: 2 };
  const copy: Sip = { branch: 'p2', cseq: 2, vias: [`SIP/2.0/UDP ${CALLER};branch=z9hG4bKb2`] };
  const calls = scene().receive({}, CALLER).send(ONE, ALPHA).receive(final(407, ONE), ALPHA);
  calls.send(final(407), CALLER).at(1).receive(retry, CALLER).send(copy, ALPHA);
  calls.at(3).receive(final(200, copy), ALPHA).send(final(200, retry), CALLER);
  assert.deepEqual(results(calls), [
    'attemptStarted in callers',
    'attemptStarted out alpha',
    'attemptEnded out alpha 200',
    'attemptEnded in callers 200',
  ]);
});

test('2xx of two forks through a proxy: the second is late on both sides', () => {
  const calls = scene().receive({}, CALLER).send(ONE, ALPHA).send(TWO, ALPHA2);
  calls.at(2).receive(final(200, ONE), ALPHA).send(final(200), CALLER);
  calls
    .at(2.1)
    .receive(final(200, TWO, 'u'), ALPHA2)
    .send(final(200, {}, 'u'), CALLER);
  assert.deepEqual(results(calls), [
    'attemptStarted in callers',
    'attemptStarted out alpha',
    'attemptEnded out alpha 200',
    'attemptEnded in callers 200',
    'lateAnswer out',
    'lateAnswer in',
  ]);
});

test('a spiral is one attempt in, and its one answer is not late anywhere', () => {
  // RFC 3261 16.3: a request that comes back with a changed Request-URI is a spiral, not a loop.
  const own: Sip = { branch: 's', vias: [`SIP/2.0/UDP ${CALLER};branch=z9hG4bKb1`] };
  const onward: Sip = {
    branch: 'q',
    vias: [`SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKs`, ...(own.vias ?? [])],
  };
  const calls = scene().receive({}, CALLER).udp(own, '10.0.0.1:5060', '10.0.0.1:5060');
  calls.send(onward, ALPHA).at(2).receive(final(200, onward), ALPHA);
  calls.udp(final(200, own), '10.0.0.1:5060', '10.0.0.1:5060').send(final(200), CALLER);
  assert.deepEqual(results(calls), [
    'attemptStarted in callers',
    'attemptStarted out other',
    'attemptStarted out alpha',
    'attemptEnded out alpha 200',
    'attemptEnded in callers 200',
    'attemptEnded out other 200',
  ]);
  balanced(calls);
});

test('a hairpin between two servers of the local side is an attempt out and one in', () => {
  const [a, b] = ['10.0.0.1:5060', '10.0.0.1:5080'];
  const calls = scene().udp({}, a, b).at(1).udp(final(180), b, a).at(3).udp(final(200), b, a);
  assert.deepEqual(results(calls), [
    'attemptStarted out other',
    'attemptStarted in other',
    'attemptEnded in other 200',
    'attemptEnded out other 200',
  ]);
  const { stableInbound, stableOutbound } = calls.gauges();
  assert.deepEqual([stableInbound, stableOutbound], [1, 1], 'one inbound, one outbound');
});

test('the legs of a B2BUA are two calls', () => {
  const leg: Sip = { callId: 'other', branch: 'x', fromTag: 'f' };
  const calls = scene().receive({}, CALLER).send(leg, ALPHA).receive(final(486, leg), ALPHA);
  calls.send(final(480), CALLER);
  assert.deepEqual(results(calls), [
    'attemptStarted in callers',
    'attemptStarted out alpha',
    'attemptEnded out alpha 486',
    'attemptEnded in callers 480',
  ]);
});

test('an evicted attempt is lost: attempts = Σ results + open at every moment', () => {
  const calls = new Scene({ attemptsMax: 4 });
  for (let i = 0; i < 10; i++) {
    calls.at(i).receive({ callId: `c${i}`, branch: `b${i}` });
    balanced(calls);
  }
  assert.equal(calls.count('attemptEnded in other lost'), 6);
  assert.equal(calls.openAttempts(), 4);
});
