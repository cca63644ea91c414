/** RFC 6076's delays, and what a step of the clock does to them (METRICS.md "Time"). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scene, type Sip } from '../../helpers/sip-scene.ts';

const RINGING: Sip = { status: 180, toTag: 't' };
const OK: Sip = { status: 200, toTag: 't' };

function delays(scene: Scene): string[] {
  return scene.take(
    'callPdd',
    'callAnswer',
    'sessionRequestDelay',
    'sessionAnswerDelay',
    'transactionCompleted',
    'registrationDelay',
    'intervalDiscarded',
  );
}

test('PDD is the first provisional other than 100, SRD with it, answer the 2xx', () => {
  const scene = new Scene().receive({}).at(0.1).send({ status: 100 }).at(1).send(RINGING);
  scene
    .at(1.5)
    .send({ ...RINGING, status: 183 })
    .at(4)
    .send(OK);
  assert.deepEqual(delays(scene), [
    'callPdd in 1',
    'callAnswer in 4',
    'sessionRequestDelay in other success 1',
    'sessionAnswerDelay in other 4',
  ]);
});

test('a 2xx without a provisional is PDD, answer and SRD', () => {
  assert.deepEqual(delays(new Scene().send({}).at(2).receive(OK)), [
    'callPdd out 2',
    'callAnswer out 2',
    'sessionRequestDelay out other success 2',
    'sessionAnswerDelay out other 2',
  ]);
});

test('a failure without a provisional: no PDD; SRD of a failure (RFC 6076 4.3.2)', () => {
  const scene = new Scene().send({}).at(2).receive({ status: 486, toTag: 't' });
  assert.deepEqual(delays(scene), ['sessionRequestDelay out other failure 2']);
});

test('a failure that rang first: SRD to the ringing', () => {
  const scene = new Scene()
    .send({})
    .at(1)
    .receive(RINGING)
    .at(9)
    .receive({ ...RINGING, status: 480 });
  assert.deepEqual(delays(scene), ['callPdd out 1', 'sessionRequestDelay out other failure 1']);
});

for (const status of [302, 401, 402, 407]) {
  test(`${status} is no failure for SRD (RFC 6076 4.3.2)`, () => {
    const scene = new Scene().send({}).at(2).receive({ status, toTag: 't' }).wait(100);
    assert.deepEqual(delays(scene), []);
  });
}

test('402 is no failure for SRD when it rang, either', () => {
  const scene = new Scene().send({}).at(1).receive(RINGING);
  scene.receive({ status: 402, toTag: 't' });
  assert.deepEqual(delays(scene), ['callPdd out 1']);
});

test('a failed branch is the failure of the attempt also when another never ends', () => {
  const scene = new Scene().send({}).send({ branch: 'b2' }).at(2);
  scene.receive({ branch: 'b2', status: 100 }).receive({ status: 486, toTag: 't' }).wait(3600);
  assert.deepEqual(delays(scene), ['sessionRequestDelay out other failure 2']);
});

test('a cancelled call has no SRD, and keeps its PDD', () => {
  const scene = new Scene().send({}).at(1).receive(RINGING).at(3).send({ method: 'CANCEL' });
  scene.receive({ status: 487, toTag: 't' });
  assert.deepEqual(delays(scene), ['callPdd out 1']);
});

test('retransmissions never restart a clock', () => {
  const scene = new Scene().send({}).at(0.5).send({}).at(1.5).send({}).at(2).receive(RINGING);
  assert.deepEqual(delays(scene), ['callPdd out 2']);
});

test('each request but INVITE, ACK has its transaction seconds, by role', () => {
  const info: Sip = { method: 'INFO', toTag: 't' };
  const scene = new Scene()
    .receive(info)
    .at(0.5)
    .send({ ...info, status: 481 });
  scene
    .send(info)
    .at(1.5)
    .receive({ ...info, status: 200 });
  assert.deepEqual(delays(scene), [
    'transactionCompleted server INFO 0.5',
    'transactionCompleted client INFO 1',
  ]);
});

test('intervals on both sides of a step are discarded and counted, each family once', () => {
  const options: Sip = { method: 'OPTIONS', branch: 'o' };
  const scene = new Scene().send({}).send(options).at(-10).receive(RINGING).at(-9).receive(OK);
  scene.receive({ ...options, status: 200, toTag: 't' });
  assert.deepEqual(delays(scene), [
    'intervalDiscarded drachtio_call_pdd_seconds',
    'intervalDiscarded sip_session_request_delay_seconds',
    'intervalDiscarded drachtio_call_answer_seconds',
    'intervalDiscarded sip_session_answer_delay_seconds',
    'intervalDiscarded sip_transaction_seconds',
  ]);
  assert.equal(scene.clock.steps, 1);
});

test('a small step back is no step: what is negative is discarded, what is not is observed', () => {
  const scene = new Scene().send({}).at(-0.9).receive(RINGING).at(1).receive(OK);
  assert.deepEqual(delays(scene), [
    'intervalDiscarded drachtio_call_pdd_seconds',
    'intervalDiscarded sip_session_request_delay_seconds',
    'callAnswer out 1',
    'sessionAnswerDelay out other 1',
  ]);
  assert.equal(scene.clock.steps, 0);
});

test('a step does not touch the life that a row has left', () => {
  const scene = new Scene().send({}).at(20).receive({ method: 'OPTIONS' }).at(-500);
  scene.receive({ method: 'OPTIONS', branch: 'o2' });
  assert.equal(scene.wait(-488.001).count('transactionTimeout client other B'), 0);
  assert.equal(scene.wait(-488).count('transactionTimeout client other B'), 1);
});

test('after a step new intervals are as good as ever', () => {
  const scene = new Scene()
    .at(5)
    .receive({ method: 'OPTIONS' })
    .at(0)
    .send({})
    .at(1)
    .receive(RINGING);
  assert.deepEqual(delays(scene), ['callPdd out 1']);
});
