/** One attempt per user's try, one result per attempt (METRICS.md "Attempt"): one user agent, one peer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CODE_NAMES, resultIndex } from '../../../src/metrics/catalogue-labels.ts';
import { Scene, type Sip } from '../../helpers/sip-scene.ts';

const RETRY: Sip = { branch: 'b2', cseq: 2 };
const ACK: Sip = { method: 'ACK', toTag: 't' };
const CANCEL: Sip = { method: 'CANCEL' };

function final(status: number, request: Sip = {}): Sip {
  return { ...request, status, toTag: 't' };
}

function results(scene: Scene): string[] {
  return scene.take('attemptStarted', 'attemptEnded', 'lateAnswer');
}

/** attempts = Σ results + open. */
function balanced(scene: Scene): void {
  assert.equal(scene.count('attemptStarted'), scene.count('attemptEnded') + scene.openAttempts());
}

test('an answered call is one attempt, 200', () => {
  const scene = new Scene().receive({}).at(0.3).send(final(180)).at(4).send(final(200));
  scene.receive({ ...ACK, branch: 'ack' });
  assert.deepEqual(results(scene), ['attemptStarted in other', 'attemptEnded in other 200']);
  balanced(scene);
});

test('407, then answered: one attempt, 200; its delays begin with the first INVITE', () => {
  // METRICS.md: "A retry after 401 or 407 (also 422, 494) within --retry-wait (32 s) of it belongs to it".
  const scene = new Scene().send({}).at(0.1).receive(final(407)).send(ACK);
  assert.equal(scene.openAttempts(), 1);
  scene.at(1).send(RETRY).at(1.5).receive(final(180, RETRY)).at(5).receive(final(200, RETRY));
  const kinds = ['attemptStarted', 'attemptEnded', 'sessionRequestDelay', 'sessionAnswerDelay'];
  assert.deepEqual(scene.take(...kinds, 'callPdd', 'callAnswer'), [
    'attemptStarted out other',
    // "The two histograms are per INVITE transaction (an authenticated retry starts anew)".
    'callPdd out 0.5',
    'callAnswer out 4',
    'sessionRequestDelay out other success 1.5',
    'sessionAnswerDelay out other 5',
    'attemptEnded out other 200',
  ]);
  balanced(scene);
});

for (const challenge of [401, 407, 422, 494]) {
  test(`${challenge}, then 486: one attempt, 486`, () => {
    const scene = new Scene().receive({}).send(final(challenge)).receive(ACK);
    scene.at(1).receive(RETRY).at(3).send(final(486, RETRY));
    assert.deepEqual(results(scene), ['attemptStarted in other', 'attemptEnded in other 486']);
    balanced(scene);
  });
}

test('two challenges in a row, proxy and server: still one attempt', () => {
  const third: Sip = { branch: 'b3', cseq: 3 };
  const scene = new Scene().send({}).receive(final(407)).send(RETRY).receive(final(401, RETRY));
  scene.send(third).receive(final(200, third));
  assert.deepEqual(results(scene), ['attemptStarted out other', 'attemptEnded out other 200']);
});

test('a retry with the same CSeq number, as proxies write it, belongs to the attempt as well', () => {
  const retry: Sip = { branch: 'b2' };
  const scene = new Scene().send({}).receive(final(407)).send(ACK).at(1).send(retry);
  assert.deepEqual(results(scene.wait(33)), [
    'attemptStarted out other',
    'attemptEnded out other timeout',
  ]);
  const cancelled = new Scene().send({}).receive(final(407)).send(ACK).at(1).send(retry);
  cancelled.receive(final(180, retry)).send({ ...CANCEL, ...retry });
  assert.equal(cancelled.wait(33).count('attemptEnded out other cancelled'), 1);
});

test('a challenge that nobody retries is the result, --retry-wait after it', () => {
  const scene = new Scene().receive({}).at(1).send(final(401)).receive(ACK);
  scene.wait(32.999);
  assert.equal(scene.openAttempts(), 1);
  assert.deepEqual(results(scene.wait(33)), [
    'attemptStarted in other',
    'attemptEnded in other 401',
  ]);
  assert.equal(scene.count('sessionRequestDelay'), 0, 'RFC 6076 4.3.2: 401 is no failure');
  balanced(scene);
});

test('a retry later than --retry-wait is a new attempt', () => {
  const scene = new Scene({ retryWaitUs: 5e6 }).receive({}).at(1).send(final(407));
  scene.at(6.1).receive(RETRY).send(final(200, RETRY));
  assert.deepEqual(results(scene), [
    'attemptStarted in other',
    'attemptEnded in other 407',
    'attemptStarted in other',
    'attemptEnded in other 200',
  ]);
});

for (const status of [302, 404, 480, 486, 491, 503, 603]) {
  test(`after ${status} the next INVITE is a new attempt`, () => {
    // METRICS.md: "after a 3xx, 491 or later it is new".
    const scene = new Scene().send({}).receive(final(status)).at(1).send(RETRY);
    scene.receive(final(200, RETRY));
    assert.deepEqual(results(scene), [
      'attemptStarted out other',
      `attemptEnded out other ${status}`,
      'attemptStarted out other',
      'attemptEnded out other 200',
    ]);
  });
}

test('another Call-ID or From tag is another attempt', () => {
  const scene = new Scene().send({}).send({ callId: 'c2', branch: 'b2' });
  scene.send({ fromTag: 'z', branch: 'b3' });
  assert.equal(scene.count('attemptStarted'), 3);
});

test('a retransmitted INVITE starts nothing', () => {
  const scene = new Scene().send({}).at(0.5).send({}).at(1.5).send({});
  assert.equal(scene.count('attemptStarted'), 1);
});

test('a re-INVITE is no attempt, answered or refused', () => {
  const scene = new Scene().receive({}).send(final(200));
  const again: Sip = { branch: 'b2', cseq: 2, toTag: 't' };
  scene.at(5).receive(again).send(final(488, again));
  const last: Sip = { branch: 'b3', cseq: 3, toTag: 't' };
  scene.receive(last).at(6).send(final(180, last)).send(final(200, last));
  assert.equal(scene.count('attemptStarted'), 1);
  assert.equal(scene.count('attemptEnded'), 1);
  assert.equal(
    scene.count('callPdd') + scene.count('callAnswer'),
    2,
    're-INVITEs are not observed',
  );
});

test('Timer B on the only branch: timeout', () => {
  const scene = new Scene().send({}).wait(32);
  assert.deepEqual(results(scene), ['attemptStarted out other', 'attemptEnded out other timeout']);
});

test('lost: no final for --invite-max-age', () => {
  const scene = new Scene({ inviteMaxAgeUs: 600e6 }).send({}).at(1).receive(final(180));
  scene.wait(599.999);
  assert.equal(scene.openAttempts(), 1);
  assert.deepEqual(results(scene.wait(600)), [
    'attemptStarted out other',
    'attemptEnded out other lost',
  ]);
  balanced(scene);
});

test('a received INVITE that nobody answers is lost, not timed out: Timer B is the caller’s', () => {
  const scene = new Scene({ inviteMaxAgeUs: 600e6 }).receive({}).wait(600);
  assert.deepEqual(results(scene), ['attemptStarted in other', 'attemptEnded in other lost']);
});

test('a call that never ends stays up: no silent expiry', () => {
  const scene = new Scene()
    .receive({})
    .send(final(200))
    .receive({ ...ACK, branch: 'ack' });
  scene.wait(7200);
  assert.equal(scene.gauges().stableInbound, 1);
  assert.equal(scene.count('sessionEnded'), 0);
});

test('CANCEL and 487: cancelled, and no failure', () => {
  const scene = new Scene().receive({}).send(final(180)).at(3).receive(CANCEL);
  scene
    .send({ ...CANCEL, status: 200 })
    .send(final(487))
    .receive(ACK);
  assert.deepEqual(results(scene), ['attemptStarted in other', 'attemptEnded in other cancelled']);
  assert.equal(scene.count('sessionRequestDelay'), 0);
  balanced(scene);
});

test('487 without CANCEL is a 487', () => {
  const scene = new Scene().send({}).receive(final(487));
  assert.deepEqual(results(scene), ['attemptStarted out other', 'attemptEnded out other 487']);
});

test('CANCEL crossing the 200: answered (RFC 3261 9.1: the CANCEL has no effect)', () => {
  const scene = new Scene().send({}).receive(final(180)).at(3).send(CANCEL);
  scene
    .at(3.01)
    .receive(final(200))
    .receive({ ...CANCEL, status: 200 });
  assert.deepEqual(results(scene), ['attemptStarted out other', 'attemptEnded out other 200']);
  assert.equal(scene.count('callAnswer out'), 1);
});

test('CANCEL behind the 200 changes nothing', () => {
  const scene = new Scene().receive({}).send(final(200)).receive(CANCEL);
  scene.send({ ...CANCEL, status: 481 });
  assert.deepEqual(results(scene), ['attemptStarted in other', 'attemptEnded in other 200']);
});

test('CANCEL without a final: cancelled 64·T1 after it (RFC 3261 9.1)', () => {
  const scene = new Scene().send({}).receive(final(180)).at(10).send(CANCEL);
  scene.wait(41.999);
  assert.equal(scene.openAttempts(), 1);
  scene.wait(42);
  assert.deepEqual(results(scene), [
    'attemptStarted out other',
    'attemptEnded out other cancelled',
  ]);
});

test('CANCEL, then another failure than 487: that failure', () => {
  const scene = new Scene().send({}).receive(final(180)).send(CANCEL).receive(final(486));
  assert.deepEqual(results(scene), ['attemptStarted out other', 'attemptEnded out other 486']);
});

for (const status of [0, 99, 700, 1000, 1001, 2_147_483_646]) {
  test(`a final status of ${status} is the code of the result, which is no status of ours`, () => {
    // METRICS.md: "Code: three digits 100–699, else `other`".
    const scene = new Scene().send({}).receive(final(status));
    const [, ended = ''] = results(scene);
    assert.equal(resultIndex(Number(ended.split(' ')[3])), CODE_NAMES.indexOf('other'), ended);
  });
}

test('a status beyond the 6xx is no 6xx', () => {
  const scene = new Scene().send({}).send({ branch: 'b2' }).receive(final(700));
  scene.receive(final(486, { branch: 'b2' }));
  assert.equal(scene.count('attemptEnded out other 486'), 1);
});

test('2xx of several forks: one answer, the others late', () => {
  // RFC 3261 13.2.2.4: "Multiple 2xx responses may arrive at the UAC for a single INVITE".
  const scene = new Scene().send({}).receive(final(180)).at(2).receive(final(200));
  scene.at(2.1).receive({ status: 200, toTag: 'fork' }).receive(final(200));
  assert.deepEqual(results(scene), [
    'attemptStarted out other',
    'attemptEnded out other 200',
    'lateAnswer out',
  ]);
  assert.equal(scene.gauges().stableOutbound, 2, 'each To tag is a dialog');
  assert.equal(scene.count('callAnswer'), 1, 'the first 2xx only');
});

test('a 2xx after the failure moves late answers only', () => {
  // METRICS.md: "A 2xx after the result moves only sip_session_late_answers_total".
  const scene = new Scene().send({}).receive(final(503)).at(1).receive({ status: 200, toTag: 'x' });
  assert.deepEqual(results(scene), [
    'attemptStarted out other',
    'attemptEnded out other 503',
    'lateAnswer out',
  ]);
  assert.equal(scene.count('sessionAnswerDelay'), 0);
});

test('a 2xx long after the result is late too, while its INVITE has no final', () => {
  // METRICS.md: "cancelled when its originator CANCELled and … none came within 64·T1".
  const scene = new Scene().send({}).receive(final(180)).at(10).send(CANCEL);
  scene.at(100).receive(final(200));
  assert.deepEqual(results(scene), [
    'attemptStarted out other',
    'attemptEnded out other cancelled',
    'lateAnswer out',
  ]);
});

test('a fork that answers long after another one is late', () => {
  const scene = new Scene().send({}).send({ branch: 'b2' }).receive(final(180));
  scene.receive({ branch: 'b2', status: 180, toTag: 'u' }).at(1).receive(final(200));
  scene.at(50).receive({ branch: 'b2', status: 200, toTag: 'u' });
  assert.deepEqual(results(scene), [
    'attemptStarted out other',
    'attemptEnded out other 200',
    'lateAnswer out',
  ]);
});

test('a merged request: its 482 is not the result of the call', () => {
  // RFC 3261 8.2.2.2: the same request by two ways; the second arrival is refused with 482.
  const merged: Sip = { branch: 'b2' };
  const scene = new Scene().receive({}).at(0.01).receive(merged).send(final(482, merged));
  scene.at(2).send(final(200));
  assert.deepEqual(results(scene), ['attemptStarted in other', 'attemptEnded in other 200']);
});

test('a merged request behind the answer opens no attempt', () => {
  const merged: Sip = { branch: 'b2' };
  const scene = new Scene().receive({}).send(final(200)).at(1).receive(merged);
  scene.send(final(482, merged));
  assert.deepEqual(results(scene), ['attemptStarted in other', 'attemptEnded in other 200']);
  balanced(scene);
});

test('glare: both INVITEs of a dialog refused with 491 are no attempts (RFC 3261 14.2)', () => {
  const scene = new Scene()
    .receive({})
    .send(final(200))
    .receive({ ...ACK, branch: 'ack' });
  const ours: Sip = { branch: 'o', cseq: 5, fromTag: 't', toTag: 'a' };
  const theirs: Sip = { branch: 'x', cseq: 2, toTag: 't' };
  scene
    .at(5)
    .send(ours)
    .receive(theirs)
    .send(final(491, theirs))
    .receive({ ...ours, status: 491 });
  assert.equal(scene.count('attemptStarted'), 1);
  assert.equal(scene.gauges().stableInbound, 1, 'the dialog is as before');
});

test('PRACK and UPDATE while it rings belong to the early dialog', () => {
  // RFC 3262 3, RFC 3311 5.1: both are sent within the dialog that the 1xx made.
  const prack: Sip = {
    method: 'PRACK',
    branch: 'p',
    cseq: 2,
    toTag: 't',
    lines: ['RAck: 1 1 INVITE'],
  };
  const update: Sip = { method: 'UPDATE', branch: 'u', cseq: 3, toTag: 't' };
  const scene = new Scene()
    .receive({})
    .send({ ...final(183), lines: ['RSeq: 1', 'Contact: <sip:x@y>'] });
  scene.receive(prack).send(final(200, prack)).receive(update).send(final(200, update));
  assert.equal(scene.count('unknownDialogRequest'), 0);
  assert.equal(scene.gauges().dialogsByRoleState[0], 1, 'early still');
  assert.equal(scene.count('attemptEnded'), 0);
});

test('stray responses belong to no attempt', () => {
  const scene = new Scene().receive(final(180)).receive(final(200)).receive(final(486));
  assert.equal(scene.count('strayResponse in'), 3);
  assert.deepEqual(results(scene), []);
});

test('a probe started in the middle of a call counts what it sees and invents nothing', () => {
  const bye: Sip = { method: 'BYE', branch: 'bye', cseq: 2, toTag: 't' };
  const scene = new Scene()
    .send(final(200))
    .receive({ ...ACK, branch: 'ack' })
    .receive(bye);
  scene.send(final(200, bye));
  assert.deepEqual(results(scene), []);
  assert.equal(scene.count('unknownDialogRequest in'), 2);
  assert.equal(scene.count('sessionEnded'), 0);
  assert.equal(scene.gauges().dialogs, 0);
});

test('an older INVITE that arrives behind its retry starts nothing', () => {
  const scene = new Scene().receive(RETRY).at(0.01).receive({});
  assert.equal(scene.count('attemptStarted'), 1);
  scene.send(final(486, RETRY)).send(final(407));
  assert.deepEqual(scene.take('attemptEnded'), ['attemptEnded in other 486']);
});

test('a retry supersedes its first branch: what comes for that one is not the result', () => {
  const scene = new Scene().receive({}).at(0.1).receive(RETRY).at(0.2).send(final(407));
  scene.at(3).send(final(200, RETRY));
  assert.deepEqual(results(scene), ['attemptStarted in other', 'attemptEnded in other 200']);
});
