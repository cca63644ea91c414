/** Single situations on TCP connections: holes, cuts, ends and reuse. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamRun } from '../helpers/stream-run.ts';
import { latin1, SERVER, sipRequest, Tcp, TcpConversation } from '../helpers/tcp-packet.ts';

function opened(conversation: TcpConversation, run: StreamRun): StreamRun {
  for (const packet of conversation.handshake()) run.push(packet);
  return run;
}

test('a message in one segment is handed out where it lies, with its flow', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  run.push(tcp.say(sipRequest('a')));
  assert.deepEqual(run.events, [
    {
      timestampUs: tcp.nowUs,
      transport: 'tcp',
      source: `${0x0a000001}:40000`,
      destination: `${SERVER}:5060`,
      keepalive: '',
      text: sipRequest('a'),
      missing: 0,
    },
  ]);
  assert.deepEqual(run.fates, ['no_payload', 'no_payload', 'no_payload', 'delivered']);
  assert.equal(run.streams.tcpStreams, 1);
});

test('a message bears the time of the packet that completed it', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  const message = sipRequest('a', 300);
  const first = tcp.client;
  const late = tcp.fromClient({ sequence: first + 200, payload: latin1(message.slice(200)) });
  const early = tcp.fromClient({ sequence: first, payload: latin1(message.slice(0, 200)) });
  run.push(late);
  assert.equal(run.events.length, 0);
  run.push(early);
  assert.deepEqual(
    run.messages.map((event) => event.timestampUs),
    [early.timestampUs],
  );
  assert.deepEqual(run.fates.slice(-2), ['segment_held', 'delivered']);
});

test('of bytes that overlap, those that came first count', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  const message = sipRequest('first');
  const other = sipRequest('other');
  const at = tcp.client;
  run.push(tcp.fromClient({ sequence: at + 20, payload: latin1(message.slice(20, 90)) }));
  run.push(tcp.fromClient({ sequence: at + 10, payload: latin1(other.slice(10, 100)) }));
  run.push(tcp.fromClient({ sequence: at, payload: latin1(other.slice(0, 30)) }));
  run.push(tcp.fromClient({ sequence: at, payload: latin1(other) }));
  assert.deepEqual(
    run.messages.map((event) => event.text),
    [message],
  );
});

test('pings count in pairs, pongs singly, whoever sends first', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  run.push(tcp.say('\r\n'));
  run.push(tcp.say('\r\n'));
  run.push(tcp.answer('\r\n'));
  run.push(tcp.say('\r\n\r\n\r\n'));
  run.push(tcp.say(sipRequest('a')));
  assert.deepEqual(
    run.events.map((event) => event.keepalive),
    ['double_crlf', 'crlf', 'double_crlf', ''],
  );
});

test('a hole that the receiver acknowledged costs what was in it, before the packet that tells', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  tcp.say(sipRequest('lost'));
  const held = tcp.say(sipRequest('kept'));
  run.push(held);
  assert.equal(run.events.length, 0);
  run.push(tcp.answer('SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'));
  assert.deepEqual(
    run.messages.map((event) => event.text.slice(0, 11)),
    ['OPTIONS sip', 'SIP/2.0 200'],
  );
  assert.equal(run.messages[0]?.timestampUs, held.timestampUs);
  assert.equal(run.counters.tcpGaps, 1);
  assert.equal(run.counters.tcpLostBytes, sipRequest('lost').length);
});

test('a hole acknowledged before anything came behind it is not waited for', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  tcp.say(sipRequest('lost'));
  run.push(tcp.fromServer({ flags: Tcp.ACK }));
  run.push(tcp.say(sipRequest('kept')));
  assert.equal(run.messages.length, 1);
});

test('a hole that nobody acknowledges, nor what stands before it, is waited for, then given up', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  run.push(tcp.say(sipRequest('before')));
  tcp.say(sipRequest('lost'));
  const held = tcp.say(sipRequest('kept'));
  run.push(held);
  run.advance(held.timestampUs + 1_999_999);
  assert.equal(run.messages.length, 1);
  run.advance(held.timestampUs + 2_000_000);
  assert.equal(run.messages[1]?.timestampUs, held.timestampUs);
});

test('a hole that the receiver waits for too is waited for until it can have come again', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  const lost = tcp.say(sipRequest('lost'));
  const held = tcp.say(sipRequest('kept'));
  run.push(held);
  run.advance(held.timestampUs + 15_000_000);
  assert.equal(run.messages.length, 0);
  const again = { ...lost, timestampUs: held.timestampUs + 15_000_000 };
  run.push(again);
  assert.deepEqual(
    run.messages.map((event) => event.text),
    [sipRequest('lost'), sipRequest('kept')],
  );
  run.push(tcp.fromServer({ flags: Tcp.ACK, timestampUs: again.timestampUs }));
  tcp.say(sipRequest('lost for good'));
  run.push({ ...tcp.say(sipRequest('kept too')), timestampUs: again.timestampUs });
  run.advance(again.timestampUs + 31_999_999);
  assert.equal(run.messages.length, 2);
  run.advance(again.timestampUs + 34_000_000);
  assert.equal(run.messages.length, 3);
});

test('a hole that the sender has not come to yet is not given up', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  run.push(tcp.fromClient({ sequence: tcp.client + 100_000, payload: latin1('astray') }));
  const said: string[] = [];
  for (let i = 0; i < 8; i++) {
    tcp.nowUs += 500_000;
    said.push(sipRequest(`m${i}`));
    run.push(tcp.say(sipRequest(`m${i}`)));
  }
  assert.deepEqual(
    run.messages.map((event) => event.text),
    said,
  );
  assert.equal(run.counters.tcpGaps, 0);
});

test('what waits behind holes where the packets end is handed out', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  tcp.say(sipRequest('lost'));
  const held = tcp.say(sipRequest('kept'));
  run.push(held);
  tcp.say(sipRequest('lost too'));
  run.push(tcp.say(sipRequest('also kept')));
  assert.equal(run.messages.length, 0);
  run.finish();
  assert.deepEqual(
    run.messages.map((event) => event.text),
    [sipRequest('kept'), sipRequest('also kept')],
  );
  assert.equal(run.messages[0]?.timestampUs, held.timestampUs);
});

test('after a hole in headers the message is truncated, and the next start line is found', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  const message = sipRequest('broken');
  run.push(tcp.say(message.slice(0, 60)));
  tcp.say(message.slice(60, 100));
  run.push(tcp.say(message.slice(100) + sipRequest('next')));
  run.push(tcp.fromServer({ flags: Tcp.ACK }));
  assert.deepEqual(
    run.messages.map((event) => event.text),
    [sipRequest('next')],
  );
  assert.equal(run.truncated, 1);
});

test('a hole in a body leaves the message, cut, and the one behind it', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  const message = sipRequest('cut', 500);
  run.push(tcp.say(message.slice(0, message.length - 400)));
  tcp.say(message.slice(message.length - 400, message.length - 100));
  run.push(tcp.say(message.slice(message.length - 100) + sipRequest('next')));
  run.push(tcp.fromServer({ flags: Tcp.ACK }));
  assert.deepEqual(
    run.messages.map((event) => [event.text.length, event.missing]),
    [
      [message.length - 400, 400],
      [sipRequest('next').length, 0],
    ],
  );
  assert.equal(run.truncated, 0);
});

test('segments cut by the capture: headers whole are a message, cut headers are not', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  const long = latin1(sipRequest('long', 400));
  run.push(tcp.fromClient({ payload: long, captured: long.length - 300 }));
  tcp.client += long.length;
  run.push(tcp.fromClient({ payload: long, captured: 60 }));
  tcp.client += long.length;
  run.push(tcp.say(sipRequest('next')));
  assert.deepEqual(
    run.messages.map((event) => event.missing),
    [300, 0],
  );
  assert.equal(run.truncated, 1);
  assert.equal(run.counters.tcpGaps, 2);
  assert.equal(run.counters.tcpLostBytes, 300 + long.length - 60);
});

for (const [name, flags] of [
  ['FIN', Tcp.FIN | Tcp.ACK],
  ['RST', Tcp.RST],
] as const) {
  test(`a ${name} in the middle of a message drops and counts it; the ports can be used again`, () => {
    const tcp = new TcpConversation();
    const run = opened(tcp, new StreamRun());
    run.push(tcp.say(sipRequest('half').slice(0, 70)));
    run.push(tcp.fromClient({ flags }));
    assert.equal(run.truncated, 1);
    const again = new TcpConversation(5060, 40_000, 0x7000_0000);
    opened(again, run);
    run.push(again.say(sipRequest('whole')));
    assert.deepEqual(
      run.messages.map((event) => event.text),
      [sipRequest('whole')],
    );
    assert.equal(run.counters.tcpGaps, 0);
  });
}

test('a FIN behind bytes that were read ends nothing', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  run.push(tcp.say(sipRequest('a')));
  run.push(tcp.fromClient({ sequence: tcp.client - 10, flags: Tcp.FIN | Tcp.ACK }));
  run.push(tcp.say(sipRequest('b')));
  assert.deepEqual(
    run.messages.map((event) => event.text),
    [sipRequest('a'), sipRequest('b')],
  );
});

test('when both sides have finished the stream is closed, and a late retransmission says nothing', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  const message = tcp.say(sipRequest('a'));
  run.push(message);
  run.push(tcp.fromClient({ flags: Tcp.FIN | Tcp.ACK }));
  assert.equal(run.streams.tcpStreams, 1);
  tcp.client++;
  run.push(tcp.fromServer({ flags: Tcp.FIN | Tcp.ACK }));
  assert.equal(run.streams.tcpStreams, 0);
  run.push(message);
  assert.equal(run.messages.length, 1);
});

test('a connection taken up in the middle of a message goes on with the next start line', () => {
  const tcp = new TcpConversation(6060);
  const run = new StreamRun();
  run.push(tcp.say(`a=sendrecv\r\n${sipRequest('a')}`));
  run.push(tcp.answer('SIP/2.0 200 OK\r\nl: 0\r\n\r\n'));
  assert.equal(run.messages.length, 2);
});

test('a TCP keep-alive probe repeats an old byte and says nothing', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  run.push(tcp.say(sipRequest('a')));
  run.push(tcp.fromClient({ sequence: tcp.client - 1, payload: Uint8Array.of(0) }));
  run.push(tcp.say(sipRequest('b')));
  assert.equal(run.messages.length, 2);
});

test('a segment from nowhere near the stream takes it up anew', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  run.push(tcp.say(sipRequest('half').slice(0, 90)));
  tcp.client += 1_000_000_000;
  run.push(tcp.say(`x\r\n${sipRequest('elsewhere')}`));
  assert.deepEqual(
    run.messages.map((event) => event.text),
    [sipRequest('elsewhere')],
  );
  assert.equal(run.counters.tcpLostBytes, 0);
});

test('ports used again without a reset seen: the new SYN begins a new connection', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  run.push(tcp.say(sipRequest('half').slice(0, 90)));
  const again = new TcpConversation(5060, 40_000, 123_456_789);
  const [syn, answer, ack] = again.handshake();
  for (const packet of [syn, syn, answer, answer, ack]) if (packet) run.push(packet);
  run.push(again.say(sipRequest('a')));
  run.push(again.answer('SIP/2.0 200 OK\r\nl: 0\r\n\r\n'));
  assert.equal(run.messages.length, 2);
  assert.equal(run.truncated, 1);
});

test('data with a SYN, and a FIN before its data', () => {
  const tcp = new TcpConversation();
  const run = new StreamRun();
  run.push(tcp.fromClient({ flags: Tcp.SYN, payload: latin1(sipRequest('with the SYN')) }));
  tcp.client += 1 + sipRequest('with the SYN').length;
  const data = tcp.say(sipRequest('last'));
  run.push(tcp.fromClient({ flags: Tcp.FIN | Tcp.ACK }));
  run.push(data);
  assert.deepEqual(
    run.messages.map((event) => event.text),
    [sipRequest('with the SYN'), sipRequest('last')],
  );
  run.push(tcp.fromServer({ flags: Tcp.FIN | Tcp.ACK }));
  assert.equal(run.streams.tcpStreams, 0);
});

test('after a FIN the connection may be used on by new sequence numbers', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  run.push(tcp.say(sipRequest('a')));
  run.push(tcp.fromClient({ flags: Tcp.RST }));
  run.push(tcp.say(sipRequest('b')));
  assert.equal(run.messages.length, 2);
});
