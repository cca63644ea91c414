/** How long transactions live and what they time out of, on the packet clock (RFC 3261 17, RFC 6026). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Table } from '../../../src/core/table.ts';
import { Scene, type Sip } from '../../helpers/sip-scene.ts';

const OPTIONS: Sip = { method: 'OPTIONS' };
const INVITE: Sip = { method: 'INVITE' };

function alive(scene: Scene): [number, number] {
  const { clientTransactions, serverTransactions } = scene.gauges();
  return [clientTransactions, serverTransactions];
}

/** The last second of the scene at which a transaction was alive, and the first at which it was not. */
function lives(scene: Scene, untilSeconds: number): void {
  const before = scene.wait(untilSeconds - 0.001);
  assert.deepEqual(alive(before), [1, 1], 'alive before');
  assert.deepEqual(alive(scene.wait(untilSeconds)), [0, 0], 'over');
}

/** The same story sent and received. */
function both(scene: Scene, sip: Sip): void {
  if (sip.status === undefined) scene.send(sip).receive(sip);
  else scene.receive(sip).send(sip);
}

test('Timer B: an INVITE without any response ends 64·T1 after it', () => {
  const scene = new Scene().send(INVITE);
  assert.deepEqual(scene.wait(31.999).take('transactionTimeout', 'peerTimeout'), []);
  assert.deepEqual(alive(scene), [1, 0]);
  assert.deepEqual(scene.wait(32).take('transactionTimeout', 'peerTimeout'), [
    'transactionTimeout client other B',
    'peerTimeout other',
  ]);
  assert.deepEqual(alive(scene), [0, 0]);
});

test('Timer B stops at any response, 100 included (RFC 3261 17.1.1.2)', () => {
  const scene = new Scene()
    .send(INVITE)
    .at(31)
    .receive({ ...INVITE, status: 100 });
  assert.deepEqual(scene.wait(1000).take('transactionTimeout'), []);
  assert.deepEqual(alive(scene), [1, 0]);
});

test('a retransmission does not start Timer B again', () => {
  const scene = new Scene().send(INVITE).at(16).send(INVITE);
  scene.wait(32);
  assert.equal(scene.count('transactionTimeout client other B'), 1);
});

test('Timer F: no final to another request, provisional responses or not', () => {
  const scene = new Scene()
    .send(OPTIONS)
    .at(5)
    .receive({ ...OPTIONS, status: 100 });
  assert.deepEqual(scene.wait(31.999).take('transactionTimeout'), []);
  scene.wait(32);
  assert.deepEqual(scene.take('transactionTimeout'), ['transactionTimeout client other F']);
});

test('no_response: a received request that is not answered for 64·T1', () => {
  const scene = new Scene().receive(OPTIONS).wait(32);
  assert.deepEqual(scene.take('transactionTimeout'), [
    'transactionTimeout server other no_response',
  ]);
  // It is no failure of the peer's.
  assert.equal(scene.count('peerTimeout'), 0);
});

test('a received INVITE that is never answered is no time-out of the server, only of its caller', () => {
  const scene = new Scene().receive(INVITE).wait(40);
  assert.deepEqual(scene.take('transactionTimeout'), []);
  assert.deepEqual(alive(scene), [0, 0]);
});

test('Timer H: a 3xx–6xx whose ACK does not come', () => {
  const scene = new Scene()
    .receive(INVITE)
    .at(1)
    .send({ ...INVITE, status: 486, toTag: 't' });
  scene.wait(32.999);
  assert.deepEqual(scene.take('transactionTimeout'), []);
  assert.deepEqual(alive(scene), [0, 1]);
  scene.wait(33);
  assert.deepEqual(scene.take('transactionTimeout'), ['transactionTimeout server other H']);
  assert.deepEqual(alive(scene), [0, 0]);
});

test('Timer I: the ACK of a 3xx–6xx ends Timer H; the transaction stays T4', () => {
  const scene = new Scene()
    .receive(INVITE)
    .at(1)
    .send({ ...INVITE, status: 486, toTag: 't' });
  scene.at(2).receive({ method: 'ACK', toTag: 't' });
  assert.deepEqual(alive(scene.wait(6.999)), [0, 1]);
  assert.deepEqual(alive(scene.wait(7)), [0, 0]);
  assert.deepEqual(scene.wait(100).take('transactionTimeout'), []);
});

test('Timer I runs from the first ACK on (RFC 3261 17.2.1)', () => {
  const scene = new Scene().receive(INVITE).send({ ...INVITE, status: 486, toTag: 't' });
  scene.receive({ ...INVITE, method: 'ACK', toTag: 't' }).at(3);
  scene.receive({ ...INVITE, method: 'ACK', toTag: 'u' });
  assert.deepEqual(alive(scene.wait(4.999)), [0, 1]);
  assert.deepEqual(alive(scene.wait(5)), [0, 0]);
});

test('no_ack: a 2xx to INVITE whose ACK does not come (RFC 3261 13.3.1.4)', () => {
  const scene = new Scene()
    .receive(INVITE)
    .at(1)
    .send({ ...INVITE, status: 200, toTag: 't' });
  scene.wait(33);
  assert.deepEqual(scene.take('transactionTimeout'), ['transactionTimeout server other no_ack']);
});

test('the ACK of a 2xx is a transaction of its own and ends the wait', () => {
  const scene = new Scene()
    .receive(INVITE)
    .at(1)
    .send({ ...INVITE, status: 200, toTag: 't' });
  scene.at(2).receive({ method: 'ACK', branch: 'ack', toTag: 't' });
  assert.deepEqual(scene.wait(100).take('transactionTimeout'), []);
});

test('the ACK of a re-INVITE is waited for too', () => {
  const scene = new Scene().receive(INVITE).send({ ...INVITE, status: 200, toTag: 't' });
  scene.receive({ method: 'ACK', branch: 'ack', toTag: 't' });
  const again: Sip = { branch: 'b2', cseq: 2, toTag: 't' };
  scene
    .at(5)
    .receive(again)
    .send({ ...again, status: 200 })
    .wait(37);
  assert.deepEqual(scene.take('transactionTimeout'), ['transactionTimeout server other no_ack']);
});

test('Timer D: a failed INVITE stays 32 s with its client, acknowledged or not', () => {
  const scene = new Scene()
    .send(INVITE)
    .at(1)
    .receive({ ...INVITE, status: 486, toTag: 't' });
  scene.at(1.1).send({ method: 'ACK', toTag: 't' });
  assert.deepEqual(alive(scene.wait(32.999)), [1, 0]);
  assert.deepEqual(alive(scene.wait(33)), [0, 0]);
});

test('Timers L and M: an accepted INVITE stays 64·T1 on both sides (RFC 6026 7)', () => {
  const scene = new Scene();
  both(scene, INVITE);
  both(scene.at(1), { ...INVITE, status: 200, toTag: 't' });
  lives(scene, 33);
});

test('Timers K and J: other requests stay T4 with the client, 64·T1 with the server', () => {
  const scene = new Scene();
  both(scene, OPTIONS);
  both(scene.at(1), { ...OPTIONS, status: 200, toTag: 't' });
  assert.deepEqual(alive(scene.wait(5.999)), [1, 1]);
  assert.deepEqual(alive(scene.wait(6)), [0, 1]);
  assert.deepEqual(alive(scene.wait(32.999)), [0, 1]);
  assert.deepEqual(alive(scene.wait(33)), [0, 0]);
});

test('on streams Timers D, I, J and K are 0 (RFC 3261 17.1.1.2, 17.1.2.2, 17.2.1, 17.2.2)', () => {
  const scene = new Scene();
  scene.sendTcp(OPTIONS).receiveTcp({ ...OPTIONS, status: 200, toTag: 't' });
  scene.receiveTcp(OPTIONS).sendTcp({ ...OPTIONS, status: 200, toTag: 't' });
  assert.deepEqual(alive(scene), [0, 0]);
  scene.sendTcp(INVITE).receiveTcp({ ...INVITE, status: 486, toTag: 't' });
  assert.deepEqual(alive(scene), [0, 0]);
  scene.receiveTcp(INVITE).sendTcp({ ...INVITE, status: 486, toTag: 't' });
  assert.deepEqual(alive(scene), [0, 1], 'it waits for the ACK');
  scene.receiveTcp({ method: 'ACK', toTag: 't' });
  assert.deepEqual(alive(scene), [0, 0]);
});

test('an INVITE that rings lives for --invite-max-age, however often it rings', () => {
  const scene = new Scene({ inviteMaxAgeUs: 600e6 }).send(INVITE);
  scene.at(1).receive({ ...INVITE, status: 180, toTag: 't' });
  scene.at(300).receive({ ...INVITE, status: 183, toTag: 't' });
  assert.deepEqual(alive(scene.wait(600.999)), [1, 0]);
  assert.deepEqual(alive(scene.wait(601)), [0, 0]);
});

test('Timer C: a proxied INVITE lives 3 min after its last 1xx, a repeated one too', () => {
  const scene = new Scene().receive(INVITE).send({ ...INVITE, status: 100 });
  const copy: Sip = { branch: 'p1', vias: ['SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKb1'] };
  scene.send(copy, '192.0.2.20:5060');
  const ringing: Sip = { ...copy, status: 180, toTag: 't' };
  scene.at(10).receive(ringing, '192.0.2.20:5060');
  scene.send({ ...INVITE, status: 180, toTag: 't' });
  // RFC 3261 16.7 step 2: every provisional response resets Timer C.
  scene.at(100).receive(ringing, '192.0.2.20:5060');
  scene.send({ ...INVITE, status: 180, toTag: 't' });
  assert.equal(scene.count('responseRetransmission'), 2);
  assert.deepEqual(alive(scene.wait(279.999)), [1, 1]);
  assert.equal(scene.gauges().proxyCores, 1);
  assert.deepEqual(alive(scene.wait(280)), [0, 0]);
  assert.equal(scene.gauges().proxyCores, 0);
});

test('an ACK is no transaction that counts, and is remembered', () => {
  const scene = new Scene().send({ method: 'ACK', toTag: 't' });
  assert.deepEqual(alive(scene), [0, 0]);
  assert.equal(scene.use(Table.CLIENT_TRANSACTIONS).rows, 1);
  assert.equal(scene.wait(32).use(Table.CLIENT_TRANSACTIONS).rows, 0);
});

test('every row is gone --match-linger after its last message, when its machine is over', () => {
  const scene = new Scene({ matchLingerUs: 50e6 });
  both(scene, OPTIONS);
  both(scene.at(1), { ...OPTIONS, status: 200, toTag: 't' });
  scene.at(10).receive({ ...OPTIONS, status: 200, toTag: 't' });
  assert.equal(scene.wait(50.999).use(Table.SERVER_TRANSACTIONS).rows, 1);
  assert.equal(scene.wait(51).use(Table.SERVER_TRANSACTIONS).rows, 0);
  assert.equal(scene.wait(59.999).use(Table.CLIENT_TRANSACTIONS).rows, 1);
  assert.equal(scene.wait(60).use(Table.CLIENT_TRANSACTIONS).rows, 0);
});

test('a jump of the clock fires every timer at its own time, in order', () => {
  const scene = new Scene().send(INVITE).at(1).receive({ method: 'OPTIONS', branch: 'o' });
  scene.at(5000).send({ method: 'OPTIONS', branch: 'late', callId: 'c2' });
  assert.deepEqual(scene.take('transactionTimeout', 'attemptEnded', 'request').slice(2), [
    'transactionTimeout client other B',
    'attemptEnded out other timeout',
    'transactionTimeout server other no_response',
    'request out other OPTIONS',
  ]);
});
