/** Where messages on a stream end, and how a stream that lost its place finds it again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Frame, Opening } from '../../../src/sip-parser/frame.ts';
import { Framing } from '../../../src/sip-parser/framing.ts';
import { framedEvents } from '../../helpers/framed-events.ts';
import { latin1 } from '../../helpers/tcp-packet.ts';

const START = 'OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 1\r\n';
const NEXT = 'SIP/2.0 200 OK\r\nl: 0\r\n\r\n';

function events(stream: string, opening: Opening = Opening.SIP, messageMax = 1_048_576): string[] {
  return framedEvents({ opening, pings: 1, messageMax }, [latin1(stream)]);
}

function message(text: string): string {
  return `MESSAGE +0 ${text}`;
}

test('Content-Length in every spelling, folded, spaced, with bare LFs', () => {
  const spellings = [
    'Content-Length: 4\r\n',
    'content-length:4\r\n',
    'CONTENT-LENGTH \t: \t4 \r\n',
    'l: 4\r\n',
    'L :4\r\n',
    'Content-Length:\r\n  4\r\n',
    'Content-Length: 0004\r\n',
    'l: 4\n',
    'l: 4\r\nContent-Length: 4\r\n',
    'Content-Lengthy: 9\r\nlength: 8\r\nContent_Length: 7\r\nContent-Typ\r\nl: 4\r\n',
  ];
  for (const spelling of spellings) {
    const first = `${START}${spelling}Subject: x\r\n\r\nbody`;
    assert.deepEqual(events(first + NEXT), [message(first), message(NEXT)], spelling);
  }
});

test('without a usable Content-Length the headers end the message, and its body is passed over', () => {
  const unusable = [
    '',
    'l: -1\r\n',
    'l: 1 2\r\n',
    'l:\r\n',
    'l: 4294967296\r\n',
    'l: 4\r\nl: 5\r\n',
  ];
  for (const line of unusable) {
    const first = `${START}${line}\r\n`;
    assert.deepEqual(
      events(`${first}v=0\r\ns=-\r\n${NEXT}`),
      [message(first), message(NEXT)],
      line,
    );
  }
});

test('a bad message in its place is cut out once, by its Content-Length or its empty line', () => {
  const bad = [
    'INVITE sip:a SIP/3.0\r\nl: 2\r\n\r\nxx',
    'INVITE  sip:a SIP/2.0\r\nl: 0\r\n\r\n',
    'SIP/2.0 99 Odd\r\nl: 0\r\n\r\n',
    'INVITE sip:a SIP/2.0 \r\nl: 0\r\n\r\n',
  ];
  for (const text of bad) {
    assert.deepEqual(
      events(NEXT + text + NEXT),
      [message(NEXT), message(text), message(NEXT)],
      text,
    );
  }
});

test('a start line inside an unreadable block ends it', () => {
  const bad = 'INVITE sip:a SIP/3.0\r\nmore\r\n';
  assert.deepEqual(events(bad + NEXT), [message(bad), message(NEXT)]);
});

test('taken up within a line, the method in CSeq says where a request begins, or that it is cut', () => {
  const rest = ' sip:a SIP/2.0\r\nCSeq: 1 PRACK\r\nl: 2\r\n\r\nxx';
  for (const opening of [Opening.MIDSTREAM, Opening.SIP_MIDSTREAM]) {
    for (const cut of ['RACK', 'ACK', 'K']) {
      assert.deepEqual(events(cut + rest + NEXT, opening), ['DROPPED', message(NEXT)], cut);
    }
    for (const front of ['', 'end-of-a-body.']) {
      const whole = [message(`PRACK${rest}`), message(NEXT)];
      assert.deepEqual(events(`${front}PRACK${rest}${NEXT}`, opening), whole, front);
    }
    const odd = `BYE${rest}`;
    assert.deepEqual(events(odd + NEXT, opening), [message(odd), message(NEXT)]);
    const second = `x\r\nACK${rest}`;
    assert.deepEqual(events(second, opening), [message(`ACK${rest}`)]);
    const behindBody = `x\r\nend-of-a-body.PRACK${rest}`;
    assert.deepEqual(events(behindBody, opening), [message(`PRACK${rest}`)]);
  }
});

test('a block that does not name SIP is lost bytes, no message', () => {
  assert.deepEqual(events(`${NEXT}garbage\r\n\r\n${NEXT}`), [message(NEXT), message(NEXT)]);
  assert.deepEqual(events(`garbage\r\nmore\r\n${NEXT}`), [message(NEXT)]);
});

test('bytes that can open no message are passed over', () => {
  const passed = ['\0\0\0', '\x80binary\n', '(comment)\r\n', '\0\r\n'];
  for (const text of passed) {
    assert.deepEqual(events(NEXT + text + NEXT), [message(NEXT), message(NEXT)], text);
  }
});

test('HTTP among SIP is passed over; HTTP first is reported', () => {
  const http = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
  assert.deepEqual(events(NEXT + http + NEXT), [message(NEXT), message(NEXT)]);
  for (const opening of Object.values(Opening)) assert.deepEqual(events(http, opening), ['HTTP']);
  assert.deepEqual(events('HTTP/1.1 200 OK\r\n\r\n', Opening.UNKNOWN), ['HTTP']);
});

test('while a start line is searched for, only a valid one counts', () => {
  const lines = [
    'INVITE sip:a SIP/3.0\r\n',
    'SIP/2.0 20 Short\r\n',
    'SIP/2.0 2000 Long\r\n',
    'SIP/2.0\r\n',
    'INVITE SIP/2.0\r\n',
    'INV(ITE sip:a SIP/2.0\r\n',
    `${'M'.repeat(40)} sip:a SIP/2.0\r\n`,
    `INVITE sip:${'a'.repeat(9000)} SIP/2.0\r\n`,
    'word\r\n',
    'name: value\r\n',
  ];
  for (const line of lines) {
    assert.deepEqual(
      events(line + NEXT, Opening.SIP_MIDSTREAM),
      [message(NEXT)],
      line.slice(0, 40),
    );
  }
  const found = [
    'sip/2.0 200\r\n',
    'SIP/2.0 699 x y\r\n',
    'X-1 a b SIP/2.0\n',
    '\0SIP/2.0 100 \r\n',
  ];
  for (const line of found) {
    const text = `${line.replace('\0', '')}l: 0\r\n\r\n`;
    assert.deepEqual(
      events(`junk\r\n${line}l: 0\r\n\r\n`, Opening.MIDSTREAM),
      [message(text)],
      line,
    );
  }
});

test('a byte that could open a WebSocket frame is reported until SIP was seen', () => {
  assert.deepEqual(events(`\x81x\n${NEXT}`, Opening.MIDSTREAM), ['BINARY', message(NEXT)]);
  assert.deepEqual(events(`${NEXT}\x82x\n${NEXT}`, Opening.MIDSTREAM), [
    message(NEXT),
    message(NEXT),
  ]);
});

test('headers beyond the limit are given up; the next start line is found', () => {
  const long = `${START}${'X: 1234567890\r\n'.repeat(1200)}`;
  assert.deepEqual(events(`${long}\r\n${NEXT}`, Opening.SIP, 16_384), ['DROPPED', message(NEXT)]);
  const garbage = `garbage\r\n${'X: 1234567890\r\n'.repeat(5000)}`;
  assert.deepEqual(events(`${garbage}${NEXT}`), [message(NEXT)]);
  assert.deepEqual(events(`${NEXT}${garbage}${NEXT}`), [message(NEXT), 'DROPPED', message(NEXT)]);
});

test('an unknown stream must begin with a start line', () => {
  for (const text of [
    'x',
    '\x01',
    'hello world\r\n',
    'A'.repeat(33),
    `${'A'.repeat(33)} `,
    'A\tb',
  ]) {
    const expected = text === 'x' ? [] : ['NOT_SIP'];
    assert.deepEqual(events(text, Opening.UNKNOWN), expected, text);
  }
  assert.deepEqual(events(`\r\n${NEXT}`, Opening.UNKNOWN), [message(NEXT)]);
});

test('the side that answers pings counts every blank line', () => {
  const run = { opening: Opening.SIP, pings: 0, messageMax: 16_384 };
  assert.deepEqual(framedEvents(run, [latin1(`\r\n\r\n${NEXT}\n`)]), [
    'CRLF',
    'CRLF',
    message(NEXT),
    'CRLF',
  ]);
});

test('a hole in a body, at its end, and beyond it', () => {
  const text = latin1(`${START}l: 100\r\n\r\n${'b'.repeat(40)}`);
  for (const [lost, behind, expected] of [
    [20, `${'b'.repeat(40)}${NEXT}`, Frame.MESSAGE],
    [60, NEXT, Frame.MESSAGE],
    [70, `tail of a line\r\n${NEXT}`, Frame.MESSAGE],
  ] as const) {
    const framing = new Framing(1, 16_384);
    framing.open(0, Opening.SIP, 1);
    assert.equal(framing.next(0, text, 0, text.length), Frame.MORE);
    assert.ok(framing.isPartial(0));
    assert.equal(framing.gap(0, framing.consumed, text.length, lost), Frame.MESSAGE);
    assert.equal(framing.wireEnd - framing.end, 60);
    const rest = latin1(behind);
    framing.forgetWindow();
    assert.equal(framing.next(0, rest, 0, rest.length), expected);
    assert.equal(framing.end - framing.start, NEXT.length);
  }
});

test('a hole in headers drops the message, a second one within a body shortens what is passed over', () => {
  const framing = new Framing(1, 16_384);
  framing.open(0, Opening.SIP, 1);
  const half = latin1(START);
  framing.next(0, half, 0, half.length);
  assert.equal(framing.gap(0, 0, half.length, 5), Frame.DROPPED);
  const body = latin1(`${START}l: 100\r\n\r\n`);
  framing.forgetWindow();
  framing.next(0, body, 0, body.length);
  assert.equal(framing.gap(0, 0, body.length, 30), Frame.MESSAGE);
  assert.equal(framing.gap(0, 0, 0, 30), Frame.MORE);
  const rest = latin1(`${'b'.repeat(40)}${NEXT}`);
  framing.forgetWindow();
  assert.equal(framing.next(0, rest, 0, rest.length), Frame.MESSAGE);
});
