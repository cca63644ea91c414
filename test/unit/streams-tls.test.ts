/** What is counted of SIP over TLS without its keys. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamRun } from '../helpers/stream-run.ts';
import { latin1, SERVER, sipRequest, Tcp, TcpConversation } from '../helpers/tcp-packet.ts';

function record(type: number, ...payload: readonly number[]): Uint8Array {
  return Uint8Array.from([type, 3, 3, payload.length >> 8, payload.length & 0xff, ...payload]);
}

const CLIENT_HELLO = record(22, 1, 0, 0, 2, 3, 3);
const SERVER_HELLO = record(22, 2, 0, 0, 2, 3, 3);
const CHANGE_CIPHER_SPEC = record(20, 1);
const DATA = record(23, ...new Array<number>(400).fill(0xaa));

function opened(run: StreamRun, port = 5061): TcpConversation {
  const tcp = new TcpConversation(port);
  for (const packet of tcp.handshake()) run.push(packet);
  return tcp;
}

function handshakes(run: StreamRun): number[] {
  return [...run.counters.tlsHandshakes];
}

test('a handshake that completes, in single bytes too; the packets are no SIP', () => {
  for (const step of [1000, 1]) {
    const run = new StreamRun();
    const tcp = opened(run);
    const client = Uint8Array.from([...CLIENT_HELLO, ...CHANGE_CIPHER_SPEC, ...DATA]);
    const server = Uint8Array.from([...SERVER_HELLO, ...CHANGE_CIPHER_SPEC, ...DATA]);
    for (let i = 0; i < client.length; i += step) run.push(tcp.say(client.slice(i, i + step)));
    assert.deepEqual(handshakes(run), [1, 0, 0]);
    for (let i = 0; i < server.length; i += step) run.push(tcp.answer(server.slice(i, i + step)));
    assert.deepEqual(handshakes(run), [1, 1, 0]);
    assert.equal(run.streams.tlsFlows, 1);
    assert.equal(run.fates.at(-1), 'not_sip');
    run.push(tcp.fromClient({ flags: Tcp.FIN | Tcp.ACK }));
    tcp.client++;
    run.push(tcp.fromServer({ flags: Tcp.FIN | Tcp.ACK }));
    assert.equal(run.streams.tlsFlows, 0);
    assert.deepEqual(handshakes(run), [1, 1, 0]);
    assert.equal(run.counters.tlsResets, 0);
  }
});

test('a handshake fails by a fatal alert, a reset or the end of the connection', () => {
  const endings: readonly ((tcp: TcpConversation, run: StreamRun) => void)[] = [
    (tcp, run) => run.push(tcp.answer(record(21, 2, 40))),
    (tcp, run) => run.push(tcp.fromServer({ flags: Tcp.RST })),
    (tcp, run) => {
      run.push(tcp.fromServer({ flags: Tcp.FIN | Tcp.ACK }));
      tcp.server++;
      run.push(tcp.fromClient({ flags: Tcp.FIN | Tcp.ACK }));
    },
    (_, run) => run.advance(5_000_000_000),
  ];
  for (const end of endings) {
    const run = new StreamRun();
    const tcp = opened(run);
    run.push(tcp.say(CLIENT_HELLO));
    end(tcp, run);
    assert.deepEqual(handshakes(run), [1, 0, 1]);
  }
});

test('alerts count by level and by direction seen from the local side', () => {
  const run = new StreamRun({ local: [SERVER] });
  const tcp = opened(run);
  run.push(tcp.say(CLIENT_HELLO));
  run.push(tcp.say(record(21, 1, 90)));
  run.push(tcp.answer(record(21, 2, 40)));
  assert.deepEqual([...run.counters.tlsAlerts], [1, 0, 0, 0, 1, 0]);
  run.push(tcp.say(CHANGE_CIPHER_SPEC));
  run.push(tcp.say(record(21, ...new Array<number>(26).fill(7))));
  assert.deepEqual([...run.counters.tlsAlerts], [1, 0, 1, 0, 1, 0]);
});

test('resets on TLS ports count once, the refusal of a connection among them', () => {
  const run = new StreamRun();
  const refused = new TcpConversation(5061, 50_000);
  run.push(refused.fromClient({ flags: Tcp.SYN }));
  run.push(refused.fromServer({ flags: Tcp.RST | Tcp.ACK }));
  assert.equal(run.counters.tlsResets, 1);
  const tcp = opened(run);
  run.push(tcp.say(CLIENT_HELLO));
  run.push(tcp.fromServer({ flags: Tcp.RST }));
  run.push(tcp.fromClient({ flags: Tcp.RST }));
  assert.equal(run.counters.tlsResets, 2);
  const plain = opened(run, 5060);
  run.push(plain.say(sipRequest('a')));
  run.push(plain.fromServer({ flags: Tcp.RST }));
  assert.equal(run.counters.tlsResets, 2);
});

test('a flow taken up late is a flow without a handshake; a hole within a record is survived', () => {
  const run = new StreamRun();
  const tcp = new TcpConversation(5061);
  run.push(tcp.say(DATA.slice(0, 100)));
  tcp.say(DATA.slice(100, 200));
  run.push(tcp.say(DATA.slice(200)));
  run.push(tcp.fromServer({ flags: Tcp.ACK }));
  run.push(tcp.say(record(21, 1, 0, 0)));
  assert.equal(run.streams.tlsFlows, 1);
  assert.deepEqual(handshakes(run), [0, 0, 0]);
  assert.equal(run.counters.tlsAlerts[2], 0);
});

test('a hole beyond a record ends the reading of records', () => {
  const run = new StreamRun({ local: [SERVER] });
  const tcp = opened(run);
  run.push(tcp.say(CLIENT_HELLO.slice(0, 8)));
  tcp.say(Uint8Array.from([...CLIENT_HELLO.slice(8), 22, 3, 3]));
  run.push(tcp.say(record(21, 2, 40)));
  run.push(tcp.fromServer({ flags: Tcp.ACK }));
  assert.deepEqual([...run.counters.tlsAlerts], [0, 0, 0, 0, 0, 0]);
});

test('SIP in the clear on a TLS port is read', () => {
  const run = new StreamRun();
  const tcp = opened(run);
  run.push(tcp.say(sipRequest('clear')));
  assert.equal(run.messages.length, 1);
  assert.equal(run.streams.tlsFlows, 0);
});

test('TLS on other ports is let go', () => {
  const run = new StreamRun();
  const tcp = opened(run, 443);
  run.push(tcp.say(CLIENT_HELLO));
  run.push(tcp.say(latin1('whatever')));
  assert.deepEqual(run.fates.slice(-2), ['not_sip', 'not_sip']);
  assert.deepEqual(handshakes(run), [0, 0, 0]);
});

test('a flow taken up within a record is seen by its other side', () => {
  const run = new StreamRun();
  const tcp = new TcpConversation(5061);
  run.push(tcp.say(Uint8Array.of(0xaa, 0xbb)));
  run.push(tcp.answer(DATA));
  for (let i = 0; i < 17; i++) run.push(tcp.say(new Uint8Array(1000).fill(0xaa)));
  run.push(tcp.answer(DATA));
  assert.equal(run.streams.tlsFlows, 1);
  assert.equal(run.fates.at(-1), 'not_sip');
});
