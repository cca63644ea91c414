/** SIP over WebSocket: upgrades, frames of every kind, and what can't be read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeflateSender } from '../helpers/deflate-sender.ts';
import { StreamRun } from '../helpers/stream-run.ts';
import { latin1, sipRequest, Tcp, TcpConversation } from '../helpers/tcp-packet.ts';
import { type FrameFields, webSocketFrame } from '../helpers/websocket-frame.ts';

const REQUEST = [
  'GET / HTTP/1.1',
  'Host: example.com',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: xmpp, SIP',
  'Sec-WebSocket-Version: 13',
  '',
  '',
].join('\r\n');
const RESPONSE = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Protocol: sip',
  '',
  '',
].join('\r\n');
const ANSWER = 'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n';

function upgraded(run: StreamRun, request = REQUEST, response = RESPONSE): TcpConversation {
  const tcp = new TcpConversation(8080);
  for (const packet of tcp.handshake()) run.push(packet);
  run.push(tcp.say(request));
  run.push(tcp.answer(response));
  return tcp;
}

function masked(text: string, fields: Partial<FrameFields> = {}): Uint8Array {
  return webSocketFrame({ payload: latin1(text), key: [0x12, 0x34, 0x56, 0x78], ...fields });
}

function plain(text: string, fields: Partial<FrameFields> = {}): Uint8Array {
  return webSocketFrame({ payload: latin1(text), ...fields });
}

/** What a sender that keeps its context makes of one message after the other. */
function compressor(): (text: string) => string {
  const sender = new DeflateSender('kept');
  return (text) => Buffer.from(sender.payload(latin1(text))).toString('latin1');
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function texts(run: StreamRun): string[] {
  return run.messages.map((event) => event.text);
}

test('an upgrade to sip is followed; one message is one WebSocket message, masked or not', () => {
  const run = new StreamRun();
  const tcp = upgraded(run);
  const withoutLength = 'OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\n\r\n';
  run.push(tcp.say(masked(withoutLength)));
  run.push(tcp.answer(plain(ANSWER, { opcode: 2 })));
  assert.deepEqual(texts(run), [withoutLength, ANSWER]);
  assert.deepEqual(
    run.messages.map((event) => event.transport),
    ['ws', 'ws'],
  );
  assert.equal(run.streams.tcpStreams, 1);
  assert.ok(run.fates.slice(3).every((fate) => fate === 'delivered'));
});

test('an HTTP connection that is no upgrade to sip is let go', () => {
  const others: readonly (readonly [string, string])[] = [
    [REQUEST.replace('SIP', 'mqtt'), RESPONSE],
    [REQUEST, RESPONSE.replace(': sip', ': xmpp')],
    [REQUEST, 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'],
    [`${REQUEST.slice(0, -2)}X: ${'y'.repeat(17_000)}\r\n\r\n`, RESPONSE],
  ];
  for (const [request, response] of others) {
    const run = new StreamRun();
    const tcp = upgraded(run, request, response);
    run.push(tcp.say(masked(sipRequest('a'))));
    assert.equal(run.events.length, 0);
    assert.equal(run.fates.at(-1), 'not_sip');
    assert.equal(run.streams.tcpStreams, 0);
  }
});

test('a 101 without a subprotocol counts when sip was offered', () => {
  const run = new StreamRun();
  const unnamed = RESPONSE.replace('Sec-WebSocket-Protocol: sip\r\n', '');
  const tcp = upgraded(run, REQUEST, unnamed);
  run.push(tcp.answer(plain(ANSWER)));
  assert.deepEqual(texts(run), [ANSWER]);
});

test('lengths of 7, 16 and 64 bits', () => {
  const run = new StreamRun();
  const tcp = upgraded(run);
  for (const bodyLength of [0, 300, 70_000]) {
    const message = sipRequest('a', bodyLength);
    const frame = masked(bodyLength === 0 ? ANSWER : message);
    for (let at = 0; at < frame.length; at += 1400) run.push(tcp.say(frame.slice(at, at + 1400)));
  }
  assert.deepEqual(texts(run), [ANSWER, sipRequest('a', 300), sipRequest('a', 70_000)]);
});

test('continuations with control frames in between, several frames a segment', () => {
  const run = new StreamRun();
  const tcp = upgraded(run);
  const message = sipRequest('split', 100);
  const stream = concat(
    masked(message.slice(0, 50), { final: false }),
    masked('ping', { opcode: 9 }),
    masked(message.slice(50, 60), { final: false, opcode: 0 }),
    masked('', { opcode: 10 }),
    masked(message.slice(60), { opcode: 0 }),
    masked(sipRequest('next')),
    masked('bye', { opcode: 8 }),
  );
  run.push(tcp.say(stream));
  assert.deepEqual(texts(run), [message, sipRequest('next')]);
});

test('keep-alives in frames, and messages that cannot be SIP', () => {
  const run = new StreamRun();
  const tcp = upgraded(run);
  run.push(tcp.say(concat(masked('\r\n\r\n'), masked('{"json":1}'), masked(''))));
  run.push(tcp.answer(plain('\r\n')));
  assert.deepEqual(
    run.events.map((event) => event.keepalive),
    ['double_crlf', 'empty', 'crlf'],
  );
});

test('compressed messages are read, each with those before it; plain ones beside them are too', () => {
  const run = new StreamRun();
  const tcp = upgraded(run);
  const say = compressor();
  const answer = compressor();
  const first = say(sipRequest('first'));
  const second = say(sipRequest('second'));
  assert.ok(second.length < first.length / 2, 'the second refers to the first');
  run.push(
    tcp.say(
      concat(
        masked(first, { compressed: true }),
        masked(sipRequest('plain')),
        masked(second.slice(0, 9), { compressed: true, final: false }),
        masked('ping', { opcode: 9 }),
        masked(second.slice(9), { opcode: 0 }),
      ),
    ),
  );
  run.push(tcp.answer(plain(answer(ANSWER), { compressed: true })));
  const read = ['first', 'plain', 'second'].map((id) => sipRequest(id));
  assert.deepEqual(texts(run), [...read, ANSWER]);
  assert.equal(run.truncated, 0);
});

test('a compressed message that refers to what was lost, or is damaged, is given up and counted', () => {
  const run = new StreamRun();
  const tcp = upgraded(run);
  const say = compressor();
  const [a, b, c] = ['a', 'b', 'c'].map((id) => masked(say(sipRequest(id)), { compressed: true }));
  assert.ok(a !== undefined && b !== undefined && c !== undefined);
  run.push(tcp.say(concat(a, b.slice(0, 10))));
  tcp.say(b.slice(10, 15));
  run.push(tcp.say(concat(b.slice(15), c)));
  run.push(tcp.answer(plain(ANSWER)));
  assert.deepEqual(texts(run), [sipRequest('a'), ANSWER]);
  assert.equal(run.truncated, 2);
  const alone = masked(compressor()(sipRequest('d')), { compressed: true });
  run.push(tcp.say(concat(masked('damaged', { compressed: true }), alone)));
  assert.deepEqual(texts(run), [sipRequest('a'), ANSWER, sipRequest('d')]);
  assert.equal(run.truncated, 3);
});

test('a compressed message that unfolds beyond the limit is given up and counted', () => {
  const run = new StreamRun({ limits: { messageMax: 16_384 } });
  const tcp = upgraded(run);
  const long = masked(compressor()('x'.repeat(20_000)), { compressed: true });
  assert.ok(long.length < 100);
  const say = compressor();
  const [next, last] = ['next', 'last'].map((id) => say(sipRequest(id)));
  assert.ok(next !== undefined && last !== undefined);
  run.push(tcp.say(concat(long, masked(next, { compressed: true }))));
  run.push(tcp.say(concat(masked(last, { compressed: true }))));
  assert.deepEqual(texts(run), [sipRequest('next'), sipRequest('last')]);
  assert.equal(run.truncated, 1);
});

test('a message beyond the limit is given up and counted; the next one is read', () => {
  const run = new StreamRun({ limits: { messageMax: 16_384 } });
  const tcp = upgraded(run);
  run.push(tcp.say(masked('x'.repeat(20_000))));
  run.push(tcp.say(masked('y'.repeat(10_000), { final: false })));
  run.push(tcp.say(masked('z'.repeat(10_000), { opcode: 0 })));
  run.push(tcp.say(masked(sipRequest('next'))));
  assert.deepEqual(texts(run), [sipRequest('next')]);
  assert.equal(run.truncated, 2);
});

test('a hole in a frame cuts its message and leaves the next one', () => {
  const run = new StreamRun();
  const tcp = upgraded(run);
  const message = sipRequest('cut', 600);
  const frame = masked(message);
  run.push(tcp.say(frame.slice(0, 400)));
  tcp.say(frame.slice(400, 500));
  run.push(tcp.say(concat(frame.slice(500), masked(sipRequest('next')))));
  run.push(tcp.answer(plain(ANSWER)));
  assert.deepEqual(texts(run), [message.slice(0, 392), sipRequest('next'), ANSWER]);
  assert.equal(run.messages[0]?.missing, message.length - 392);
});

test('after a hole over the end of a frame, frames that carry SIP are searched for', () => {
  const run = new StreamRun();
  const tcp = upgraded(run);
  const frame = masked(sipRequest('lost', 600));
  run.push(tcp.say(frame.slice(0, 3)));
  tcp.say(frame.slice(3));
  tcp.say(masked('x'.repeat(70)).slice(0, 30));
  run.push(tcp.say(concat(masked('x'.repeat(70)).slice(30), masked(sipRequest('found')))));
  run.push(tcp.answer(plain(ANSWER)));
  assert.deepEqual(texts(run), [sipRequest('found'), ANSWER]);
});

test('a connection taken up late is recognised by a frame that carries SIP', () => {
  for (const frame of [plain, masked]) {
    const run = new StreamRun();
    const tcp = new TcpConversation(8080);
    run.push(tcp.answer(frame(ANSWER)));
    run.push(tcp.say(concat(Uint8Array.of(1, 2, 3, 0x81, 0x82), masked(sipRequest('late')))));
    assert.deepEqual(texts(run), [ANSWER, sipRequest('late')]);
    assert.equal(run.messages[0]?.transport, 'ws');
  }
});

test('on a WebSocket port a masked stream taken up late is searched, byte by byte', () => {
  const run = new StreamRun({ webSocketPorts: [8080] });
  const tcp = new TcpConversation(8080);
  run.push(tcp.say(concat(Uint8Array.of(0x99, 2, 3, 0x81), masked(sipRequest('late')))));
  assert.deepEqual(texts(run), [sipRequest('late')]);
});

test('frames that break the protocol lose the place; it is found again', () => {
  const broken = [
    Uint8Array.of(0xb1, 0x80, 1, 2, 3, 4),
    Uint8Array.of(0x83, 0x80, 1, 2, 3, 4),
    Uint8Array.of(0x89, 0xfe, 1, 2, 3, 4),
    Uint8Array.of(0x09, 0x80, 1, 2, 3, 4),
    Uint8Array.of(0x82, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0),
  ];
  for (const bytes of broken) {
    const run = new StreamRun();
    const tcp = upgraded(run);
    run.push(tcp.say(concat(bytes, masked(sipRequest('found')))));
    assert.deepEqual(texts(run), [sipRequest('found')]);
  }
});

test('a message in one byte segments is the same', () => {
  const run = new StreamRun();
  const tcp = upgraded(run);
  const stream = concat(
    masked(ANSWER, { final: false }),
    masked('', { opcode: 0 }),
    masked(ANSWER),
  );
  for (let i = 0; i < stream.length; i++) run.push(tcp.say(stream.slice(i, i + 1)));
  assert.deepEqual(texts(run), [ANSWER, ANSWER]);
});

test('the end of a connection drops a message in pieces and counts it', () => {
  for (const half of [masked('OPTIONS', { final: false }), masked(sipRequest('a')).slice(0, 50)]) {
    const run = new StreamRun();
    const tcp = upgraded(run);
    run.push(tcp.say(half));
    run.push(tcp.fromServer({ flags: Tcp.RST }));
    assert.equal(run.truncated, 1);
    assert.equal(run.streams.heldBytes, 0);
  }
});

test('a hole between or in continuations drops their message and counts it', () => {
  const first = masked('OPTIONS sip:a', { final: false });
  const middle = masked('x'.repeat(50), { final: false, opcode: 0 });
  const last = masked('end', { opcode: 0 });
  const lost: readonly (readonly [Uint8Array, Uint8Array, Uint8Array])[] = [
    [first, middle, concat(last, masked(sipRequest('next')))],
    [concat(first, middle.slice(0, 20)), middle.slice(20, 40), concat(middle.slice(40), last)],
    [concat(first, middle, last.slice(0, 7)), last.slice(7), new Uint8Array(0)],
  ];
  for (const [before, hole, behind] of lost) {
    const run = new StreamRun();
    const tcp = upgraded(run);
    run.push(tcp.say(before));
    tcp.say(hole);
    run.push(tcp.say(concat(behind, masked(sipRequest('found')))));
    run.push(tcp.answer(plain(ANSWER)));
    assert.deepEqual(texts(run).slice(-2), [sipRequest('found'), ANSWER]);
    assert.equal(run.truncated, 1);
  }
});

test('a hole in a payload that is passed over shortens it', () => {
  const run = new StreamRun();
  const tcp = upgraded(run);
  const frame = masked('z'.repeat(900), { compressed: true });
  run.push(tcp.say(frame.slice(0, 100)));
  tcp.say(frame.slice(100, 300));
  run.push(tcp.say(frame.slice(300, 500)));
  tcp.say(concat(frame.slice(500), masked('x')));
  run.push(tcp.say(masked(sipRequest('found'))));
  run.push(tcp.answer(plain(ANSWER)));
  assert.deepEqual(texts(run), [sipRequest('found'), ANSWER]);
});

test('without memory a continued message is given up and counted', () => {
  const run = new StreamRun({ limits: { bytesMax: 1024 } });
  const tcp = upgraded(run);
  run.push(tcp.say(concat(masked('OPTIONS', { final: false }), masked('x', { opcode: 0 }))));
  run.push(tcp.say(masked(sipRequest('next'))));
  assert.deepEqual(texts(run), [sipRequest('next')]);
  assert.equal(run.truncated, 1);
});

test('a new message in the middle of a continued one drops that', () => {
  const run = new StreamRun();
  const tcp = upgraded(run);
  run.push(tcp.say(concat(masked('OPTIONS', { final: false }), masked(sipRequest('new')))));
  run.push(tcp.say(concat(masked('tail', { opcode: 0 }), masked(sipRequest('next')))));
  assert.deepEqual(texts(run), [sipRequest('new'), sipRequest('next')]);
  assert.equal(run.truncated, 2);
});
