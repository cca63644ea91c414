import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KEEPALIVE_NAMES } from '../../../src/core/pipeline-counters.ts';
import {
  beginsLikeSip,
  classifyCutPayload,
  classifyPayload,
  NOT_SIP,
  SIP,
} from '../../../src/sip-parser/classify-payload.ts';
import { bytesOf, messageText } from '../../helpers/sip-text.ts';

function classify(text: string): string {
  const found = classifyPayload(bytesOf(text), 0, text.length);
  if (found >= 0) return KEEPALIVE_NAMES[found] ?? '?';
  return found === NOT_SIP ? 'not sip' : 'sip';
}

/** A STUN header: type, length, cookie, transaction. */
function stun(type: string, length: string, cookie: string): string {
  return `${type}${length}${cookie}${'\x07'.repeat(12)}`;
}
const COOKIE = '\x21\x12\xa4\x42';

const PAYLOADS: readonly (readonly [string, string, string])[] = [
  ['nothing', '', 'empty'],
  ['one byte', '\0', 'single_byte'],
  ['one letter', 'a', 'single_byte'],
  ['a line break', '\r\n', 'crlf'],
  ['two line breaks', '\r\n\r\n', 'double_crlf'],
  ['more line breaks', '\r\n\r\n\r\n', 'double_crlf'],
  ['zeroes', '\0\0\0\0', 'zeroes'],
  ['jaK', 'jaK', 'jak'],
  ['jaK and a zero', 'jaK\0', 'jak'],
  ['STUN with its cookie', stun('\0\x01', '\0\0', COOKIE), 'stun'],
  ['STUN with an attribute', `${stun('\x01\x01', '\0\x04', COOKIE)}abcd`, 'stun'],
  ['STUN of RFC 3489', stun('\0\x01', '\0\0', 'abcd'), 'stun'],
  ['STUN of another length', stun('\0\x01', '\0\x08', COOKIE), 'not sip'],
  ['zeroes and something', '\0\0\0\x01', 'not sip'],
  ['RTP', '\x80\0\0\x01abcdefgh', 'not sip'],
  ['DTLS', '\x16\xfe\xfd\0\0', 'not sip'],
  ['SigComp', '\xf8abc', 'not sip'],
  ['spaces', '    ', 'not sip'],
  ['a request', messageText(), 'sip'],
  ['a request behind line breaks', `\r\n\r\n${messageText()}`, 'sip'],
  ['a response', messageText({ startLine: 'SIP/2.0 200 OK' }), 'sip'],
  ['text', 'hello world this is not sip', 'sip'],
  ['a token character', '~ x', 'sip'],
];

describe('a datagram on a SIP port', () => {
  for (const [name, text, kind] of PAYLOADS) {
    it(`is ${kind}: ${name}`, () => assert.equal(classify(text), kind));
  }
});

const FIRST_LINES: readonly (readonly [string, boolean])[] = [
  ['OPTIONS sip:bob@example.com SIP/2.0\r\n', true],
  ['\r\nOPTIONS sip:bob@example.com SIP/2.0\r\n', true],
  ['options tel:+1 sip/7.0\n', true],
  ['OPTIONS not a uri SIP/2.0\r\n', true],
  ['OPTIONS sip:bob@example.com SIP/2.0  \r\n', true],
  ['SIP/2.0 200 OK\r\n', true],
  ['SIP/1.0 200', true],
  ['OPTIONS SIP/2.0\r\n', false],
  ['OPTIONS sip:bob@example.com SIP/\r\n', false],
  ['OPTIONS sip:bob@example.com SIP/2.0', false],
  ['GET / HTTP/1.1\r\n', false],
  ['HTTP/1.1 200 OK\r\n', false],
  ['SIP/2.0 abc\r\n', false],
  ['SIP/2.0', false],
  ['SIP', false],
  ['hello world\r\nOPTIONS sip:b@example.com SIP/2.0\r\n', false],
  [`OPTIONS ${'x'.repeat(9000)} SIP/2.0\r\n`, false],
  ['\x80\0\0\x01', false],
  ['', false],
  ['\r\n', false],
];

describe('a datagram on another port', () => {
  for (const [text, expected] of FIRST_LINES) {
    const shown = JSON.stringify(text.slice(0, 50));
    it(`${expected ? 'begins' : 'does not begin'} like SIP: ${shown}`, () => {
      assert.equal(beginsLikeSip(bytesOf(text), 0, text.length), expected);
    });
  }
});

describe('a datagram that the capture has cut', () => {
  for (const text of ['', '\r\n', '\r\n\r\n', 'I', 'INVITE', 'jaK', '\r\nINVITE sip:a@b']) {
    it(`may be SIP: ${JSON.stringify(text)}`, () => {
      assert.equal(classifyCutPayload(bytesOf(text), 0, text.length), SIP);
    });
  }

  for (const text of ['\0', '\0\0\0\0', '\x80\x08', '\r\n\0', stun('\0\x01', '\0\x08', COOKIE)]) {
    it(`is not SIP: ${JSON.stringify(text)}`, () => {
      assert.equal(classifyCutPayload(bytesOf(text), 0, text.length), NOT_SIP);
    });
  }
});
