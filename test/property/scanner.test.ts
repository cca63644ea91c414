import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { giveBackBlock, takeBlock } from '../../src/core/block-memory.ts';
import { Transport } from '../../src/core/transport.ts';
import { MessageKind, SipMessage } from '../../src/sip-parser/message.ts';
import { ParseError } from '../../src/sip-parser/parse-error.ts';
import { parseMessage } from '../../src/sip-parser/parse-message.ts';
import { isScannable, scanUsualLines } from '../../src/sip-parser/scanner.ts';
import { MessageKeys } from '../../src/state/message-keys.ts';
import { messageCases } from '../helpers/message-files.ts';
import { bytesOf, fieldsOf, messageText } from '../helpers/sip-text.ts';

const seed = 20_261_124;
const BLOCK_BYTES = 1 << 16;
const block = takeBlock(BLOCK_BYTES);
const plain = new Uint8Array(BLOCK_BYTES);
const messages = [...messageCases().map(({ bytes }) => bytes), bytesOf(messageText())].filter(
  (bytes) => bytes.length < BLOCK_BYTES / 2,
);

/** Header lines in and around their usual form, to be put into a message. */
const lines = [
  'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport',
  'VIA:SIP/2.0/TLS h;x;BRANCH=Z9hG4bKb;branch=z9hG4bKc',
  'Via: SIP/2.0/WSS [2001:db8::1]:5060;branch=z9hG4bKd',
  'Via: SIP/2.0/TCP h:65536',
  'From: "A B" <sip:a@b:5060;lr>;tag=1',
  'To: Al<sip:a@b>;tag=',
  'To: <sip:a@b>',
  'Contact: <sip:a@b:5060;transport=tcp>',
  'Contact: *',
  'CSeq: 4294967295 INVITE',
  'cseq: 1 SUBSCRIBE',
  'Content-Length: 12345678901',
  'content-type: application/sdp',
  'Max-Forwards: 007',
  'User-Agent: x ',
  'Server:',
  'Date: x',
  'Proxy-Authorization: Digest',
  'X-Ray: \x7f\xe9',
  'Min-SE: 90',
  'CSeq: 1 INVITE x',
  'Contact: Bell, A <sip:a@b>',
  'Expires: Thu, 01 Dec 1994 16:00:00 GMT',
  'two words: x',
  'a@b: x',
  ' Via: SIP/2.0/UDP h;branch=z9hG4bKf',
  'X-Ray: a\rb',
  'To: <sip:a@b#c>;tag=1',
  'Record-Route: <sip:192.0.2.1;lr>',
  'record-route:<sip:p1;lr>, <sip:p2:5062;transport=tcp;lr>',
  'Route: <sip:p1;lr>,<sip:p2;lr>,',
  'Route: <sip:[2001:db8::1];lr>',
  'ROUTE: "P 1"<sip:p1;lr>;x=y',
  'P-Asserted-Identity: "A B" <sip:a@b>, <tel:+431>',
  'P-Preferred-Identity: <sip:a@b>',
  'Expires: 3600',
  'expires:1234567890',
  'Session-Expires: 1800;refresher=uac',
  'Session-Expires: 90;refresher=uas;x',
  'Session-Expires: 90',
  'session-expires:90;Refresher=uac',
  'Min-SE: 90;x=y',
];

interface Mutation {
  readonly at: number;
  readonly remove: number;
  readonly insert: readonly number[];
}

const piece = fc.oneof(
  fc.constantFrom(...lines).map((line) => [...bytesOf(`${line}\r\n`)]),
  fc.array(fc.constantFrom(...bytesOf(' \t\r\n";:,<>=@?%[]\\/.-*0a9zZ\0\xc3\xa9\x7f')), {
    maxLength: 3,
  }),
);
const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  remove: fc.nat(2),
  insert: piece,
});
const mutant = fc
  .tuple(fc.constantFrom(...messages), fc.array(mutation, { maxLength: 4 }), fc.boolean())
  .map(([bytes, mutations, atLines]) => {
    const result = [...bytes];
    for (const { at, remove, insert } of mutations) {
      const place = at % (result.length + 1);
      const lineEnd = result.indexOf(10, place) + 1;
      if (atLines) result.splice(lineEnd, 0, ...insert);
      else result.splice(place, remove, ...insert);
    }
    return Uint8Array.from(result.slice(0, BLOCK_BYTES / 2));
  });

function parsed(
  buf: Uint8Array,
  bytes: Uint8Array,
  at: number,
  message: SipMessage = new SipMessage(),
): SipMessage {
  buf.fill(0x41, at, at + bytes.length + 64);
  buf.set(bytes, at);
  const end = at + bytes.length;
  parseMessage({ buf, start: at, end, wireEnd: end, transport: Transport.UDP }, message);
  return message;
}

/** What both must find; hashes are the scanner's alone. */
function readFrom(message: SipMessage): Record<string, unknown> {
  const { spanHashes: _, ...fields } = fieldsOf(message);
  return fields;
}

describe('scanner', () => {
  it('is there, and reads a usual message to its empty line', () => {
    assert.equal(isScannable(block), true);
    const bytes = bytesOf(messageText());
    block.set(bytes, 100);
    const next = scanUsualLines(block, 100, 100 + bytes.length, new SipMessage());
    assert.equal(next, 100 + messageText().indexOf('\r\n\r\n') + 2);
  });

  it('leaves what is not in its memory alone', () => {
    const message = new SipMessage();
    assert.equal(isScannable(plain), false);
    assert.equal(scanUsualLines(plain, 0, 100, message), -1);
    assert.deepEqual(message, new SipMessage());
  });

  it('reads what TypeScript reads, whatever the bytes', () => {
    fc.assert(
      fc.property(mutant, fc.nat(100), (bytes, at) => {
        assert.deepEqual(
          readFrom(parsed(block, bytes, at)),
          readFrom(parsed(plain, bytes, at)),
          String.fromCharCode(...bytes),
        );
      }),
      { seed, numRuns: 5_000 },
    );
  });

  it('hashes what MessageKeys hashes', () => {
    const keys = new MessageKeys(4711);
    const keysOf = (buf: Uint8Array, bytes: Uint8Array): readonly number[] => {
      const message = new SipMessage();
      keys.prepare(message);
      const bad = parsed(buf, bytes, 5, message).error;
      if (bad !== ParseError.NONE || message.headersTruncated) return [];
      keys.load(buf, message);
      const { callIdLo, callIdHi, fromTagLo, fromTagHi, toTagLo, toTagHi } = keys;
      const hashes = [callIdLo, callIdHi, fromTagLo, fromTagHi, toTagLo, toTagHi];
      keys.transaction(message, 0, message.method);
      hashes.push(keys.lo, keys.hi);
      keys.dialogFromLocal();
      hashes.push(keys.lo, keys.hi);
      keys.dialogToLocal();
      hashes.push(keys.lo, keys.hi);
      const isRequest = message.kind === MessageKind.REQUEST;
      hashes.push(isRequest ? keys.requestSignature(message) : keys.responseSignature(message));
      return hashes;
    };
    let hashed = 0;
    fc.assert(
      fc.property(mutant, (bytes) => {
        assert.deepEqual(keysOf(block, bytes), keysOf(plain, bytes));
        if (parsed(block, bytes, 5).spanHashes.known) hashed++;
      }),
      { seed, numRuns: 2_000 },
    );
    assert.ok(hashed > 100, `${hashed} messages were hashed by the scanner`);
  });

  it('reads what TypeScript reads of a message cut at any byte', () => {
    for (const bytes of messages.slice(0, 40)) {
      for (let length = 0; length <= Math.min(bytes.length, 700); length++) {
        const cut = bytes.subarray(0, length);
        assert.deepEqual(readFrom(parsed(block, cut, 3)), readFrom(parsed(plain, cut, 3)));
      }
    }
  });

  it('gives its memory to eight blocks at a time, and again after they came back', () => {
    const blocks = Array.from({ length: 8 }, () => takeBlock(1000));
    assert.deepEqual(blocks.map(isScannable), [...new Array<boolean>(7).fill(true), false]);
    for (const taken of blocks) giveBackBlock(taken);
    const again = takeBlock(1000);
    assert.equal(isScannable(again), true);
    assert.equal(isScannable(takeBlock(64 << 20)), false);
    giveBackBlock(again);
  });
});
