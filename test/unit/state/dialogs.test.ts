/** The life of dialogs and what is measured of it (METRICS.md "Dialogs"; RFC 3261 12 and 15, RFC 4028). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Table } from '../../../src/core/table.ts';
import { Scene, type Sip } from '../../helpers/sip-scene.ts';

const RINGING: Sip = { status: 180, toTag: 't' };
const OK: Sip = { status: 200, toTag: 't' };
const ACK: Sip = { method: 'ACK', branch: 'ack', toTag: 't' };
/** Of the caller, who is remote in calls received. */
const BYE: Sip = { method: 'BYE', branch: 'bye', cseq: 9, toTag: 't' };
/** Of the callee: the tags are the other way round. */
const BYE_BACK: Sip = { method: 'BYE', branch: 'back', cseq: 1, fromTag: 't', toTag: 'a' };

function answeredIn(options = {}): Scene {
  return new Scene(options).receive({}).send(RINGING).at(2).send(OK).receive(ACK);
}

/** [early, confirmed] of uas, uac and proxy. */
function dialogs(scene: Scene): number[] {
  return [...scene.gauges().dialogsByRoleState];
}

function ends(scene: Scene): string[] {
  return scene.take(
    'sessionEnded',
    'sessionDuration',
    'sessionDisconnectDelay',
    'intervalDiscarded',
  );
}

test('early from a 1xx with a To tag, confirmed from the 2xx, before the ACK', () => {
  const scene = new Scene().receive({}).send({ status: 100 });
  assert.deepEqual(dialogs(scene), [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(dialogs(scene.send(RINGING)), [1, 0, 0, 0, 0, 0]);
  assert.equal(scene.gauges().dialogs, 1);
  assert.equal(scene.gauges().stableInbound, 0);
  assert.deepEqual(dialogs(scene.send(OK)), [0, 1, 0, 0, 0, 0]);
  assert.equal(scene.gauges().stableInbound, 1);
});

test('a call sent is an outbound dialog of the uac', () => {
  const scene = new Scene().send({}).receive(RINGING);
  assert.deepEqual(dialogs(scene), [0, 0, 1, 0, 0, 0]);
  scene.receive(OK);
  const { stableInbound, stableOutbound } = scene.gauges();
  assert.deepEqual([stableInbound, stableOutbound], [0, 1]);
});

test('a 1xx without To tag makes no dialog (RFC 3261 12.1)', () => {
  assert.deepEqual(dialogs(new Scene().receive({}).send({ status: 180 })), [0, 0, 0, 0, 0, 0]);
});

test('each fork that rings is an early dialog; a failure ends them all (RFC 3261 12.3)', () => {
  const scene = new Scene().send({}).receive(RINGING).receive({ status: 183, toTag: 'u' });
  assert.equal(scene.gauges().dialogs, 2);
  assert.equal(scene.receive({ status: 486, toTag: 't' }).gauges().dialogs, 0);
});

test('one fork answers: the other early dialogs have 64·T1 left (RFC 3261 13.2.2.4)', () => {
  const scene = new Scene().send({}).receive(RINGING).receive({ status: 180, toTag: 'u' });
  scene.at(5).receive(OK).wait(36.999);
  assert.deepEqual(dialogs(scene), [0, 0, 1, 1, 0, 0]);
  assert.deepEqual(dialogs(scene.wait(37)), [0, 0, 0, 1, 0, 0]);
});

test('they have it from the first 2xx on, however many forks answer', () => {
  // RFC 3261 13.2.2.4: "64*T1 seconds after the reception of the first 2xx response".
  const scene = new Scene().send({}).receive(RINGING).receive({ status: 180, toTag: 'u' });
  scene.at(5).receive(OK).at(10).receive({ status: 200, toTag: 'v' });
  assert.deepEqual(dialogs(scene.wait(37)), [0, 0, 0, 2, 0, 0]);
});

test('an early dialog ends with --invite-max-age at the latest', () => {
  const scene = new Scene({ inviteMaxAgeUs: 60e6 }).send({}).receive(RINGING);
  assert.equal(scene.wait(59.999).gauges().dialogs, 1);
  assert.equal(scene.wait(60).gauges().dialogs, 0);
});

test('a BYE takes the dialog out at once; its final ends it and gives the delays', () => {
  const scene = answeredIn().at(12).receive(BYE);
  assert.equal(scene.gauges().dialogs, 0);
  assert.deepEqual(ends(scene), []);
  scene.at(12.25).send({ ...BYE, ...OK });
  assert.deepEqual(ends(scene), [
    'sessionDisconnectDelay in success 0.25',
    'sessionEnded in other remote',
    'sessionDuration in other 10',
  ]);
  assert.equal(scene.use(Table.DIALOGS).rows, 0);
});

test('ended by the side that sent the BYE, whoever called', () => {
  const scene = answeredIn()
    .at(7)
    .send(BYE_BACK)
    .at(7.5)
    .receive({ ...BYE_BACK, status: 200 });
  assert.deepEqual(ends(scene), [
    'sessionDisconnectDelay out success 0.5',
    'sessionEnded in other local',
    'sessionDuration in other 5',
  ]);
});

test('a BYE refused with anything but a challenge ends the dialog too (RFC 3261 15.1.1)', () => {
  const scene = answeredIn()
    .at(12)
    .receive(BYE)
    .at(13)
    .send({ ...BYE, status: 481 });
  assert.deepEqual(ends(scene), [
    'sessionDisconnectDelay in failure 1',
    'sessionEnded in other remote',
    'sessionDuration in other 10',
  ]);
});

for (const challenge of [401, 407]) {
  test(`${challenge} to a BYE puts the dialog back; its retry ends it`, () => {
    const scene = answeredIn()
      .at(12)
      .receive(BYE)
      .at(12.1)
      .send({ ...BYE, status: challenge });
    assert.equal(scene.gauges().stableInbound, 1);
    const retry: Sip = { ...BYE, branch: 'bye2', cseq: 10 };
    scene.at(12.5).receive(retry);
    assert.equal(scene.gauges().stableInbound, 0);
    scene.at(13).send({ ...retry, status: 200 });
    assert.deepEqual(ends(scene), [
      // From the first BYE: the user hung up once.
      'sessionDisconnectDelay in success 1',
      'sessionEnded in other remote',
      'sessionDuration in other 10.5',
    ]);
  });
}

test('a BYE long after a challenged one is a new try', () => {
  const scene = answeredIn()
    .at(12)
    .receive(BYE)
    .send({ ...BYE, status: 401 });
  const later: Sip = { ...BYE, branch: 'bye2', cseq: 10 };
  scene
    .at(600)
    .receive(later)
    .at(600.5)
    .send({ ...later, status: 200 });
  assert.deepEqual(ends(scene), [
    'sessionDisconnectDelay in success 0.5',
    'sessionEnded in other remote',
    'sessionDuration in other 598',
  ]);
});

test('a BYE without an answer: over after Timer F, RFC 6076 4.4 failed', () => {
  const scene = answeredIn().at(12).send(BYE_BACK).wait(43.999);
  assert.deepEqual(ends(scene), []);
  assert.deepEqual(ends(scene.wait(44)), [
    'sessionDisconnectDelay out failure 32',
    'sessionEnded in other timeout',
    'sessionDuration in other 10',
  ]);
});

test('a received BYE that is never answered ends the dialog as late', () => {
  const scene = answeredIn().at(12).receive(BYE).wait(44);
  assert.deepEqual(ends(scene), [
    'sessionDisconnectDelay in failure 32',
    'sessionEnded in other timeout',
    'sessionDuration in other 10',
  ]);
});

test('BYEs of both ends cross: the dialog ends once', () => {
  const scene = answeredIn()
    .at(12)
    .receive(BYE)
    .send(BYE_BACK)
    .at(12.1)
    .send({ ...BYE, ...OK });
  scene.receive({ ...BYE_BACK, status: 200 });
  assert.equal(scene.count('sessionEnded'), 1);
  assert.equal(scene.count('sessionDuration'), 1);
});

test('BYEs cross, the first is challenged and the other accepted: the dialog is over', () => {
  const scene = answeredIn()
    .at(12)
    .receive(BYE)
    .send(BYE_BACK)
    .send({ ...BYE, status: 401 });
  scene.at(12.2).receive({ ...BYE_BACK, status: 200 });
  assert.deepEqual(
    scene.take('sessionEnded'),
    ['sessionEnded in other local'],
    'by that other one',
  );
  assert.equal(scene.gauges().dialogs, 0);
});

test('a BYE in an early dialog ends it without a session (RFC 3261 15)', () => {
  const bye: Sip = { method: 'BYE', branch: 'bye', cseq: 2, toTag: 't' };
  const scene = new Scene().send({}).receive(RINGING).receive({ status: 180, toTag: 'u' });
  scene.send(bye).receive({ ...bye, status: 200 });
  assert.equal(scene.gauges().dialogs, 1);
  assert.deepEqual(ends(scene), []);
  // The dialogs that rang before and after it are found all the same.
  scene.receive({ status: 486, toTag: 'u' });
  assert.equal(scene.gauges().dialogs, 0);
});

test('a dialog between others of its INVITE ends: the failure finds the rest', () => {
  const bye: Sip = { method: 'BYE', branch: 'bye', cseq: 2, toTag: 'u' };
  const scene = new Scene().send({}).receive(RINGING).receive({ status: 180, toTag: 'u' });
  scene.receive({ status: 180, toTag: 'v' }).send(bye).receive({ status: 486, toTag: 'v' });
  assert.equal(scene.gauges().dialogs, 0);
});

test('a retransmitted BYE or an INFO changes nothing', () => {
  const info: Sip = { method: 'INFO', branch: 'i', cseq: 5, toTag: 't' };
  const scene = answeredIn()
    .receive(info)
    .send({ ...info, status: 481 });
  assert.equal(scene.gauges().stableInbound, 1);
  scene
    .at(12)
    .receive(BYE)
    .at(12.5)
    .receive(BYE)
    .at(13)
    .send({ ...BYE, ...OK });
  assert.equal(scene.count('sessionDisconnectDelay in success 1'), 1);
});

test('session timer: no refresh within Session-Expires ends the session (RFC 4028 10)', () => {
  const timed = (sip: Sip, seconds: number): Sip => ({
    ...sip,
    lines: [`Session-Expires: ${seconds};refresher=uac`, 'Contact: <sip:x@y>'],
  });
  const scene = new Scene().receive({}).at(2).send(timed(OK, 90)).receive(ACK);
  const refresh: Sip = { branch: 'r', cseq: 2, toTag: 't' };
  scene
    .at(50)
    .receive(refresh)
    .send(timed({ ...refresh, status: 200 }, 90));
  scene.receive({ ...ACK, branch: 'ack2', cseq: 2 });
  const update: Sip = { method: 'UPDATE', branch: 'u', cseq: 1, fromTag: 't', toTag: 'a' };
  scene
    .at(100)
    .send(update)
    .receive(timed({ ...update, status: 200 }, 90));
  assert.equal(scene.wait(189.999).gauges().stableInbound, 1);
  scene.wait(190);
  assert.deepEqual(ends(scene), ['sessionEnded in other timeout']);
  assert.equal(scene.gauges().stableInbound, 0);
});

test('a refresh without Session-Expires ends the session timer (RFC 4028 7.2)', () => {
  const timed: Sip = { ...OK, lines: ['Session-Expires: 90', 'Contact: <sip:x@y>'] };
  const scene = new Scene().receive({}).send(timed).receive(ACK);
  const again: Sip = { branch: 'r', cseq: 2, toTag: 't' };
  scene
    .at(50)
    .receive(again)
    .send({ ...again, status: 200 })
    .wait(5000);
  assert.equal(scene.gauges().stableInbound, 1);
});

test('a call of two hours without a session timer stays up', () => {
  assert.equal(answeredIn().wait(7200).gauges().stableInbound, 1);
});

test('--dialog-max-age: expired, without a duration', () => {
  const scene = answeredIn({ dialogMaxAgeUs: 3600e6 }).wait(3601.999);
  assert.equal(scene.gauges().stableInbound, 1);
  assert.deepEqual(ends(scene.wait(3602)), ['sessionEnded in other expired']);
});

test('an in-dialog request of an unknown dialog invents none; it is counted', () => {
  const scene = new Scene().receive(BYE).receive({ ...BYE, method: 'INFO', branch: 'i' });
  scene.receive({ toTag: 't', branch: 're' }).receive(ACK);
  assert.equal(scene.count('unknownDialogRequest in'), 4);
  assert.equal(scene.gauges().dialogs, 0);
});

test('a forwarded INVITE makes a dialog of the proxy only; a BYE from either end ends it', () => {
  const below = { vias: ['SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKb1'] };
  const copy: Sip = { branch: 'p', ...below };
  const callee = '192.0.2.20:5060';
  const scene = new Scene()
    .receive({})
    .send(copy, callee)
    .receive({ ...copy, ...RINGING }, callee);
  scene.send(RINGING);
  assert.deepEqual(dialogs(scene), [0, 0, 0, 0, 1, 0]);
  scene
    .at(2)
    .receive({ ...copy, ...OK }, callee)
    .send(OK);
  assert.deepEqual(dialogs(scene), [0, 0, 0, 0, 0, 1]);
  assert.equal(scene.gauges().dialogs, 0, 'the local side is no end of it');
  const passed: Sip = {
    ...BYE_BACK,
    branch: 'pb',
    vias: [`SIP/2.0/UDP ${callee};branch=z9hG4bKback`],
  };
  scene
    .at(5)
    .receive(BYE_BACK, callee)
    .send(passed)
    .receive({ ...passed, status: 200 });
  scene.send({ ...BYE_BACK, status: 200 }, callee);
  assert.deepEqual(dialogs(scene), [0, 0, 0, 0, 0, 0]);
  assert.equal(scene.count('sessionEnded'), 1);
  assert.equal(scene.count('unknownDialogRequest'), 0);
});

test('intervals across a step of the clock are not observed, but counted', () => {
  // METRICS.md "Time": "intervals between messages on different sides of it … are not observed but counted".
  const scene = answeredIn()
    .at(-100)
    .receive(BYE)
    .at(-99.5)
    .send({ ...BYE, ...OK });
  assert.deepEqual(ends(scene), [
    'sessionDisconnectDelay in success 0.5',
    'sessionEnded in other remote',
    'intervalDiscarded sip_session_duration_seconds',
  ]);
});

test('a step between a challenged BYE and its retry: neither delay nor duration', () => {
  const scene = answeredIn().at(500).receive(BYE);
  scene.send({ ...BYE, status: 401, toTag: 't' }).at(490);
  const retry: Sip = { ...BYE, branch: 'again', cseq: 3 };
  scene.receive(retry).send({ ...retry, ...OK });
  assert.deepEqual(ends(scene), [
    'intervalDiscarded sip_session_disconnect_delay_seconds',
    'sessionEnded in other remote',
    'intervalDiscarded sip_session_duration_seconds',
  ]);
});

test('the oldest dialog of the least valuable class makes room, and is counted', () => {
  const scene = new Scene({ dialogsMax: 3 });
  const call = (i: number): Sip => ({ callId: `c${i}`, branch: `b${i}` });
  scene.receive(call(1)).send({ ...call(1), ...OK });
  scene.receive(call(2)).send({ ...call(2), ...RINGING });
  scene.receive(call(3)).send({ ...call(3), ...RINGING });
  scene.receive(call(4)).send({ ...call(4), ...RINGING });
  assert.deepEqual(scene.use(Table.DIALOGS), { rows: 3, evictions: 1 });
  assert.deepEqual(dialogs(scene), [2, 1, 0, 0, 0, 0], 'the confirmed one stays');
});
