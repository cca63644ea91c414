/** What is a retransmission, what a stray, and what neither (METRICS.md "Retransmission", RFC 3261 17). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scene, type Sip } from '../../helpers/sip-scene.ts';

const OPTIONS: Sip = { method: 'OPTIONS' };
const RINGING: Sip = { status: 180, toTag: 't' };
const OK: Sip = { status: 200, toTag: 't' };

/** First and repeated requests received. */
function requests(...received: readonly (readonly [Sip, string?])[]): [number, number] {
  const scene = new Scene();
  for (const [sip, from] of received) scene.receive(sip, from);
  return [scene.count('request in'), scene.count('requestRetransmission in')];
}

test('an equal request is a retransmission', () => {
  assert.deepEqual(requests([OPTIONS], [OPTIONS], [OPTIONS]), [1, 2]);
});

test('sent-by is compared without case and with its default port', () => {
  const via = (host: string): Sip => ({ ...OPTIONS, via: `SIP/2.0/UDP ${host};branch=z9hG4bKx` });
  assert.deepEqual(requests([via('Host.example')], [via('hOST.EXAMPLE:5060')]), [1, 1]);
  assert.deepEqual(requests([via('host.example')], [via('host.example:5062')]), [2, 0]);
  assert.deepEqual(requests([via('host.example')], [via('other.example')]), [2, 0]);
});

test('another branch, Call-ID, CSeq number, method, address or port makes another request', () => {
  const changes: readonly Sip[] = [
    { branch: 'b2' },
    { callId: 'c2' },
    { cseq: 2 },
    { method: 'INFO' },
  ];
  for (const change of changes) {
    assert.deepEqual(
      requests([OPTIONS], [{ ...OPTIONS, ...change }]),
      [2, 0],
      JSON.stringify(change),
    );
  }
  const sentBy = { ...OPTIONS, sentBy: '192.0.2.9:5060' };
  assert.deepEqual(requests([sentBy], [sentBy, '192.0.2.9:5062']), [2, 0]);
  assert.deepEqual(requests([sentBy], [sentBy, '192.0.2.8:5060']), [2, 0]);
});

test('methods that have no name of their own are told apart by their token', () => {
  assert.deepEqual(requests([{ method: 'FOO' }], [{ method: 'BAR' }], [{ method: 'FOO' }]), [2, 1]);
});

test('the direction is part of the identity: a hairpin is no retransmission', () => {
  const scene = new Scene().udp(OPTIONS, '10.0.0.1:5060', '10.0.0.1:5080');
  assert.deepEqual(scene.take('request', 'requestRetransmission'), [
    'request out other OPTIONS',
    'request in other OPTIONS',
  ]);
});

test("a proxy's copy has another top Via and is none", () => {
  const scene = new Scene().receive(OPTIONS);
  scene.send({ ...OPTIONS, branch: 'p', vias: ['SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKb1'] });
  assert.equal(scene.count('requestRetransmission'), 0);
});

test('the ACKs of several forks differ by their To tags only', () => {
  const ack = (toTag: string): Sip => ({ method: 'ACK', toTag });
  assert.deepEqual(requests([ack('x')], [ack('y')], [ack('x')]), [2, 1]);
});

test('RFC 2543: without the cookie From tag, To tag and Request-URI tell requests apart', () => {
  // RFC 3261 17.2.3, and METRICS.md: a branch that is only the cookie identifies nothing.
  for (const branch of ['1', 'z9hG4bK', '']) {
    const parameter = branch === '' ? '' : `;branch=${branch}`;
    const old: Sip = { ...OPTIONS, via: `SIP/2.0/UDP 192.0.2.9:5060${parameter}` };
    assert.deepEqual(requests([old], [old]), [1, 1], branch);
    for (const change of [{ fromTag: 'other' }, { toTag: 'x' }, { uri: 'sip:x@example.com' }]) {
      assert.deepEqual(requests([old], [{ ...old, ...change }]), [2, 0], JSON.stringify(change));
    }
  }
});

test('RFC 2543: responses find their request by the From tag', () => {
  const old: Sip = { via: 'SIP/2.0/UDP 192.0.2.9:5060' };
  const scene = new Scene()
    .receive(old)
    .at(0.5)
    .send({ ...old, ...RINGING });
  assert.deepEqual(scene.take('callPdd', 'strayResponse'), ['callPdd in 0.5']);
});

test('with neither branch nor From tag a request is recognised again, a response is a stray', () => {
  const bare: Sip = { via: 'SIP/2.0/UDP 192.0.2.9:5060', fromTag: null };
  const scene = new Scene()
    .receive(bare)
    .receive(bare)
    .send({ ...bare, ...RINGING });
  scene.send({ ...bare, ...RINGING });
  assert.deepEqual(
    scene.take(
      'request',
      'requestRetransmission',
      'strayResponse',
      'responseRetransmission',
      'callPdd',
    ),
    [
      'request in other INVITE',
      'requestRetransmission in other INVITE',
      'strayResponse out',
      'responseRetransmission out other INVITE',
    ],
  );
});

test('on UDP a response is a retransmission also when others came between', () => {
  const scene = new Scene()
    .receive({})
    .send(RINGING)
    .send({ status: 183, toTag: 't' })
    .send(RINGING);
  assert.equal(scene.count('response out'), 2);
  assert.equal(scene.count('responseRetransmission out'), 1);
});

test('on a stream only the last response can be repeated', () => {
  const scene = new Scene().receiveTcp({}).sendTcp(RINGING).sendTcp(RINGING);
  scene.sendTcp({ status: 183, toTag: 't' }).sendTcp(RINGING);
  assert.equal(scene.count('response out'), 3);
  assert.equal(scene.count('responseRetransmission out'), 1);
});

test('another status, To tag or RSeq makes another response', () => {
  const scene = new Scene()
    .receive({})
    .send(RINGING)
    .send({ ...RINGING, toTag: 'u' });
  scene.send({ ...RINGING, lines: ['RSeq: 1'] }).send({ ...RINGING, lines: ['RSeq: 2'] });
  assert.equal(scene.count('response out'), 4);
  assert.equal(scene.count('responseRetransmission'), 0);
});

test('more different responses than are kept one by one: each is still known', () => {
  const scene = new Scene().receive({});
  for (const round of [1, 2]) {
    for (let i = 0; i < 60; i++) scene.send({ status: 180, toTag: `t${i}` });
    assert.equal(scene.count('response out'), 60, `round ${round}`);
  }
  assert.equal(scene.count('responseRetransmission out'), 60);
});

test('a response without a request is a stray, its repetitions are retransmissions', () => {
  const scene = new Scene()
    .receive(OK)
    .receive(OK)
    .receive({ ...OK, status: 486 });
  assert.deepEqual(scene.take('response', 'responseRetransmission', 'strayResponse'), [
    'response in other INVITE 200',
    'strayResponse in',
    'responseRetransmission in other INVITE',
    'response in other INVITE 486',
    'strayResponse in',
  ]);
  assert.equal(scene.gauges().clientTransactions, 0);
});

test('the request that comes behind its stray response is no retransmission', () => {
  const scene = new Scene().receive(OK).send({});
  assert.equal(scene.count('request out'), 1);
  assert.equal(scene.count('requestRetransmission'), 0);
});

test('so it is by RFC 2543: what its stray response repeats stays known', () => {
  const old: Sip = { via: 'SIP/2.0/UDP 192.0.2.9:5060;branch=1' };
  const ringing: Sip = { ...old, ...RINGING };
  const scene = new Scene().send(ringing).receive(old).send(ringing);
  assert.deepEqual(scene.take('response', 'strayResponse', 'responseRetransmission'), [
    'response out other INVITE 180',
    'strayResponse out',
    'responseRetransmission out other INVITE',
  ]);
});

test('a retransmission is known for --match-linger after the last message, then no more', () => {
  const scene = new Scene()
    .receive(OPTIONS)
    .at(1)
    .send({ ...OPTIONS, ...OK });
  scene.at(30).receive(OPTIONS).at(61.9).receive(OPTIONS);
  assert.equal(scene.count('requestRetransmission'), 2);
  scene.at(94).receive(OPTIONS);
  assert.equal(scene.count('requestRetransmission'), 2);
});

test('one branch from two addresses: each response goes to its own request', () => {
  const same: Sip = { ...OPTIONS, sentBy: 'host.example' };
  const scene = new Scene().receive(same, '192.0.2.9:5060').at(1).receive(same, '192.0.2.8:5060');
  scene
    .at(3)
    .send({ ...same, ...OK }, '192.0.2.9:5060')
    .send({ ...same, ...OK }, '192.0.2.8:5060');
  assert.deepEqual(scene.take('transactionCompleted'), [
    'transactionCompleted server OPTIONS 3',
    'transactionCompleted server OPTIONS 2',
  ]);
});

test('a retransmitted 2xx to INVITE moves nothing but retransmissions', () => {
  const scene = new Scene().receive({}).at(2).send(OK);
  scene.take();
  assert.deepEqual(scene.at(2.5).send(OK).take(), [
    'message out other udp',
    'responseRetransmission out other INVITE',
  ]);
});
