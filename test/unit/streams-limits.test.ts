/** What TCP connections may cost: memory, rows, bytes searched; and how soon what is no SIP is let go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processorMs } from '../helpers/own-time.ts';
import { StreamRun } from '../helpers/stream-run.ts';
import { sipRequest, Tcp, TcpConversation, tcpPacket } from '../helpers/tcp-packet.ts';

function opened(conversation: TcpConversation, run: StreamRun): StreamRun {
  for (const packet of conversation.handshake()) run.push(packet);
  return run;
}

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

test('HTTP on a SIP port is no message, and neither is garbage', () => {
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
    [sipRequest('good')],
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
  assert.deepEqual(run.streams.uses()[0], { table: 10, rows: 4, capacity: 4, evictions: 17 });
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
  const started = processorMs();
  for (let i = 0; i < message.length; i++) run.push(tcp.say(message.slice(i, i + 1)));
  const perByteNs = ((processorMs() - started) * 1e6) / message.length;
  assert.equal(run.messages.length, 1);
  // Quadratic work would be 100 µs a byte and more.
  assert.ok(perByteNs < 50_000, `${perByteNs} ns a byte`);
});

test('more holes than are kept: the first are given up, what lies behind them is read', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun());
  for (let i = 0; i < 40; i++) {
    tcp.say('lost');
    run.push(tcp.say(sipRequest(`kept ${i}`)));
  }
  assert.equal(run.messages.length, 40 - 32);
  assert.equal(run.counters.tcpLostBytes, 4 * 8);
  run.push(tcp.fromServer({ flags: Tcp.ACK }));
  assert.equal(run.messages.length, 40);
  assert.equal(run.streams.heldBytes, 0);
});

test('a segment too far ahead to be kept gives up what is before it', () => {
  const limits = { messageMax: 16_384 };
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun({ limits }));
  run.push(tcp.say(sipRequest('half').slice(0, 90)));
  tcp.client += 1000;
  run.push(tcp.say(sipRequest('held')));
  tcp.client += 500_000;
  run.push(tcp.say(sipRequest('far')));
  assert.deepEqual(
    run.messages.map((event) => event.text),
    [sipRequest('held'), sipRequest('far')],
  );
  assert.deepEqual([run.counters.tcpGaps, run.counters.tcpLostBytes], [2, 501_000]);
  assert.equal(run.truncated, 1);
});

test('a message with a body beyond the limit is its headers, and the stream goes on', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun({ limits: { messageMax: 16_384 } }));
  const message = `${sipRequest('large', 20_000)}\r\n`;
  for (let at = 0; at < message.length; at += 1000) run.push(tcp.say(message.slice(at, at + 1000)));
  run.push(tcp.say(sipRequest('next')));
  assert.deepEqual(
    run.messages.map((event) => event.missing),
    [20_000, 0],
  );
});

test('a table too small for a memory of one segment loses the bytes, not its mind', () => {
  const tcp = new TcpConversation();
  const run = opened(tcp, new StreamRun({ limits: { bytesMax: 1024 } }));
  run.push(tcp.say(sipRequest('half').slice(0, 90)));
  run.push(tcp.say(sipRequest('half').slice(90) + sipRequest('whole')));
  tcp.say('lost');
  run.push(tcp.say('cannot be held\r\n'));
  run.push(tcp.say(sipRequest('next')));
  run.push(tcp.fromServer({ flags: Tcp.ACK }));
  run.push(tcp.say(sipRequest('later')));
  assert.deepEqual(
    run.messages.map((event) => event.text),
    [sipRequest('whole'), sipRequest('next'), sipRequest('later')],
  );
  assert.equal(run.streams.heldBytes, 0);
});

test('blank lines alone do not keep an unknown connection', () => {
  const tcp = new TcpConversation(9999);
  const run = opened(tcp, new StreamRun());
  for (let i = 0; i < 17; i++) run.push(tcp.say('\n'.repeat(1000)));
  assert.equal(run.fates.at(-1), 'not_sip');
  assert.equal(run.events.length, 0);
});
