/** Single situations on TCP connections: holes, cuts, ends, reuse, limits, and what is no SIP. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamRun } from '../helpers/stream-run.ts';
import {
  latin1,
  SERVER,
  sipRequest,
  Tcp,
  TcpConversation,
  tcpPacket,
} from '../helpers/tcp-packet.ts';

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

test('a hole that nobody acknowledged is waited for, then given up', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  tcp.say(sipRequest('lost'));
  const held = tcp.say(sipRequest('kept'));
  run.push(held);
  run.advance(held.timestampUs + 1_999_999);
  assert.equal(run.messages.length, 0);
  run.advance(held.timestampUs + 2_000_000);
  assert.deepEqual(
    run.messages.map((event) => event.timestampUs),
    [held.timestampUs],
  );
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

const foreign: readonly (readonly [string, string])[] = [
  ['HTTP', 'GET /index.html HTTP/1.1\r\nHost: example.com\r\n\r\n'],
  ['an HTTP answer', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['X11', 'l\0\x0b\0\0\0\0\0\0\0\0\0'],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['SMTP', '220 mail.example.com ESMTP\r\n'],
  ['binary', '\x00\x00\x00\x85\xffSMB'],
  ['RTSP', 'OPTIONS rtsp://example.com RTSP/1.0\r\n\r\n'],
];

for (const [name, opening] of foreign) {
  test(`${name} on a port of its own is let go after its first line`, () => {
    const tcp = new TcpConversation(9999);
    const run = opened(tcp, new StreamRun());
    run.push(tcp.say(opening));
    run.push(tcp.say(sipRequest('never read')));
    assert.equal(run.events.length, 0);
    assert.deepEqual(run.fates.slice(-2), ['not_sip', 'not_sip']);
    assert.equal(run.truncated, 0);
  });
}

test('a connection of unknown kind is searched for a start line only so far', () => {
  const tcp = new TcpConversation(9999);
  const run = new StreamRun();
  for (let i = 0; i < 17; i++) run.push(tcp.say(`${'x'.repeat(998)}\r\n`));
  run.push(tcp.say(sipRequest('too late')));
  assert.equal(run.events.length, 0);
  assert.equal(run.fates.at(-1), 'not_sip');
});

test('HTTP on a SIP port is no message; garbage there is one, once', () => {
  const http = new TcpConversation(5060, 40_001);
  const run = opened(http, new StreamRun());
  run.push(http.say('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
  assert.equal(run.events.length, 0);
  const garbage = new TcpConversation(5060, 40_002);
  opened(garbage, run);
  run.push(garbage.say('this is garbage\r\n\r\nmore of it\r\n\r\nand more\r\n\r\n'));
  run.push(garbage.say(sipRequest('good')));
  assert.deepEqual(
    run.messages.map((event) => event.text),
    ['this is garbage\r\n\r\n', sipRequest('good')],
  );
});

test('memory for incomplete messages is bounded: the oldest are given up and counted', () => {
  const limits = { bytesMax: 8 * 2048 };
  const run = new StreamRun({ limits });
  const conversations: TcpConversation[] = [];
  for (let i = 0; i < 10; i++) {
    const tcp = new TcpConversation(5060, 41_000 + i);
    conversations.push(tcp);
    opened(tcp, run);
    run.push(tcp.say(sipRequest(`half ${i}`, 900).slice(0, 700)));
  }
  assert.equal(run.truncated, 2);
  for (const tcp of conversations) run.push(tcp.say(sipRequest('half x', 900).slice(700)));
  assert.equal(run.messages.length, 8);
  for (const tcp of conversations) run.push(tcp.say(sipRequest('next')));
  assert.equal(run.messages.length, 18);
  assert.equal(run.counters.tcpLostBytes, 2 * 700);
});

test('a full table gives up the connection of least worth', () => {
  const run = new StreamRun({ limits: { rowsMax: 4 } });
  const sip = new TcpConversation(5060, 42_000);
  opened(sip, run);
  run.push(sip.say(sipRequest('a').slice(0, 50)));
  run.push(sip.say(sipRequest('a').slice(50)));
  for (let i = 0; i < 20; i++) {
    run.push(
      tcpPacket({
        source: 7,
        sourcePort: 1000 + i,
        destination: 8,
        destinationPort: 80,
        sequence: 1,
        flags: Tcp.SYN,
      }),
    );
  }
  run.push(sip.say(sipRequest('b')));
  assert.equal(run.messages.length, 2);
  assert.equal(run.counters.tcpGaps, 0);
  assert.deepEqual(run.streams.uses()[0], { table: 10, rows: 4, capacity: 1024, evictions: 17 });
});

test('a silent connection is forgotten', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun({ limits: { idleUs: 10_000_000 } }));
  run.push(tcp.say(sipRequest('a')));
  run.advance(tcp.nowUs + 12_000_000);
  assert.equal(run.streams.tcpStreams, 0);
  assert.equal(run.streams.uses()[0]?.rows, 0);
});

test('one byte a segment of a large message is no more work than its length', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  const message = sipRequest('large', 200_000);
  const started = process.hrtime.bigint();
  for (let i = 0; i < message.length; i++) run.push(tcp.say(message.slice(i, i + 1)));
  const perByteNs = Number(process.hrtime.bigint() - started) / message.length;
  assert.equal(run.messages.length, 1);
  // Quadratic work would be 100 µs a byte and more.
  assert.ok(perByteNs < 50_000, `${perByteNs} ns a byte`);
});
