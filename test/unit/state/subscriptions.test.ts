/** Dialogs of SUBSCRIBE: RFC 6665 4.1, METRICS.md "Dialogs". */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scene, type Sip } from '../../helpers/sip-scene.ts';

const CONTACT = 'Contact: <sip:x@y>';
const SUBSCRIBE: Sip = {
  method: 'SUBSCRIBE',
  lines: ['Event: presence', 'Expires: 600', CONTACT],
};

function ok(status = 200, expires: number | null = 600, request: Sip = SUBSCRIBE): Sip {
  const lines = expires === null ? [CONTACT] : [`Expires: ${expires}`, CONTACT];
  return { ...request, status, toTag: 't', lines };
}

function notify(state: string, number = 1): Sip {
  return {
    method: 'NOTIFY',
    branch: `n${number}`,
    cseq: number,
    fromTag: 't',
    toTag: 'a',
    lines: ['Event: presence', `Subscription-State: ${state}`, CONTACT],
  };
}

function stable(scene: Scene): [number, number] {
  const { stableInbound, stableOutbound } = scene.gauges();
  return [stableInbound, stableOutbound];
}

for (const status of [200, 202]) {
  test(`${status} to a SUBSCRIBE makes a stable dialog, of either side`, () => {
    assert.deepEqual(stable(new Scene().receive(SUBSCRIBE).send(ok(status))), [1, 0]);
    assert.deepEqual(stable(new Scene().send(SUBSCRIBE).receive(ok(status))), [0, 1]);
  });
}

test('a refused SUBSCRIBE makes none', () => {
  assert.deepEqual(stable(new Scene().receive(SUBSCRIBE).send(ok(489))), [0, 0]);
});

test('it ends with what the 2xx granted', () => {
  const scene = new Scene().receive(SUBSCRIBE).send(ok(200, 60));
  assert.deepEqual(stable(scene.wait(59.999)), [1, 0]);
  assert.deepEqual(stable(scene.wait(60)), [0, 0]);
  assert.equal(scene.count('sessionEnded'), 0, 'it is no session');
});

test('without a granted time what was asked counts, else 3600 s', () => {
  const scene = new Scene().receive(SUBSCRIBE).send(ok(200, null));
  assert.deepEqual(stable(scene.wait(599.999)), [1, 0]);
  assert.deepEqual(stable(scene.wait(600)), [0, 0]);
  const silent: Sip = { method: 'SUBSCRIBE', lines: ['Event: presence', CONTACT] };
  const other = new Scene().receive(silent).send(ok(200, null, silent));
  assert.deepEqual(stable(other.wait(3599.999)), [1, 0]);
  assert.deepEqual(stable(other.wait(3600)), [0, 0]);
});

test('a refresh gives it a new life', () => {
  const refresh: Sip = { ...SUBSCRIBE, branch: 'r', cseq: 2, toTag: 't' };
  const scene = new Scene().receive(SUBSCRIBE).send(ok(200, 60));
  scene
    .at(50)
    .receive(refresh)
    .send(ok(200, 60, refresh));
  assert.deepEqual(stable(scene.wait(109.999)), [1, 0]);
  assert.deepEqual(stable(scene.wait(110)), [0, 0]);
});

test('NOTIFY with Subscription-State: terminated ends it at once', () => {
  const scene = new Scene().receive(SUBSCRIBE).send(ok());
  scene.at(5).send(notify('active;expires=300'));
  assert.deepEqual(stable(scene), [1, 0]);
  scene.at(6).send(notify('terminated;reason=noresource', 2));
  assert.deepEqual(stable(scene), [0, 0]);
});

test('the NOTIFY may shorten it (RFC 6665 4.1.2.2)', () => {
  const scene = new Scene()
    .send(SUBSCRIBE)
    .receive(ok())
    .at(5)
    .receive(notify('active;expires=20'));
  assert.deepEqual(stable(scene.wait(24.999)), [0, 1]);
  assert.deepEqual(stable(scene.wait(25)), [0, 0]);
});

test('an unsubscription waits for its last NOTIFY, 64·T1 at most (Timer N)', () => {
  const end: Sip = { ...SUBSCRIBE, branch: 'e', cseq: 2, toTag: 't' };
  const scene = new Scene().receive(SUBSCRIBE).send(ok()).at(10).receive(end);
  scene.send(ok(200, 0, end));
  assert.deepEqual(stable(scene.wait(41.999)), [1, 0]);
  assert.deepEqual(stable(scene.wait(42)), [0, 0]);
});

test('a NOTIFY of an unknown subscription invents none', () => {
  const scene = new Scene().receive(notify('active'));
  assert.equal(scene.count('unknownDialogRequest in'), 1);
  assert.deepEqual(stable(scene), [0, 0]);
});

test('a session is not ended by a NOTIFY within its dialog, as REFER sends it', () => {
  const scene = new Scene().receive({}).send({ status: 200, toTag: 't' });
  scene.send(notify('terminated;reason=noresource'));
  assert.deepEqual(stable(scene), [1, 0]);
});
