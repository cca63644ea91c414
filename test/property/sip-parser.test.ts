import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Transport } from '../../src/core/transport.ts';
import { beginsLikeSip, classifyPayload } from '../../src/sip-parser/classify-payload.ts';
import { parseHeaderField } from '../../src/sip-parser/header-field.ts';
import { SipMessage } from '../../src/sip-parser/message.ts';
import { ODDITY_NAMES } from '../../src/sip-parser/oddity.ts';
import { PARSE_ERROR_NAMES } from '../../src/sip-parser/parse-error.ts';
import { parseMessage } from '../../src/sip-parser/parse-message.ts';
import { parseStartLine } from '../../src/sip-parser/start-line.ts';
import { readUsualHeader, USUAL_BYTES_MIN } from '../../src/sip-parser/usual-header.ts';
import { readUsualStartLine } from '../../src/sip-parser/usual-start-line.ts';
import { messageCases } from '../helpers/message-files.ts';
import { bytesOf, fieldsOf, messageText, parseBytes } from '../helpers/sip-text.ts';

const seed = 20_261_123;
const messages = [...messageCases().map(({ bytes }) => bytes), bytesOf(messageText())];

/** Bytes that mean something somewhere in SIP, and some that mean nothing. */
const byte = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...bytesOf(' \t\r\n";:,<>=@?%[]()\\/.-*0a9zZ\0\xc3\xa9\x7f')),
  },
  { weight: 1, arbitrary: fc.nat(255) },
);

interface Mutation {
  readonly at: number;
  readonly remove: number;
  readonly insert: readonly number[];
}
const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  remove: fc.nat(3),
  insert: fc.array(byte, { maxLength: 3 }),
});

function mutated(bytes: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  const result = [...bytes];
  for (const { at, remove, insert } of mutations) {
    result.splice(at % (result.length + 1), remove, ...insert);
  }
  return Uint8Array.from(result);
}

const mutant = fc
  .tuple(fc.constantFrom(...messages), fc.array(mutation, { maxLength: 4 }))
  .map(([bytes, mutations]) => mutated(bytes, mutations));

const host = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('192.0.2.1', 'example.com', 'h') },
  { weight: 1, arbitrary: fc.constantFrom('[2001:db8::1]', '/x', "a'b", '', 'a,b') },
);
const port = fc.constantFrom('', ':5060', ':0', ':65535', ':65536', ':', ':5x', ':123456', '=5');
const token = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('a', 'z9hG4bKa-1', 'Z9HG4BKX', '1_2', 'z9hG4bK') },
  { weight: 1, arbitrary: fc.constantFrom('a/b', '\xe9', 'a b', '"q"', '', '=') },
);
const parameters = fc
  .array(fc.tuple(fc.constantFrom('branch', 'tag', 'lr', 'BRANCH', 'Tag', 'x'), token), {
    maxLength: 2,
  })
  .map((all) => all.map(([key, has]) => `;${key}${has === '' ? '' : `=${has}`}`).join(''));
const user = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('alice@', '', '+1-2@') },
  { weight: 1, arbitrary: fc.constantFrom('a:b@', 'a%20b@', 'a%2@', '@', "o'x&y@", 'a=b@') },
);
const scheme = fc.oneof(
  { weight: 3, arbitrary: fc.constant('sip:') },
  { weight: 1, arbitrary: fc.constantFrom('SIP:', 'sips:', 'tel:', '', 'si\x70\x1a') },
);
const uri = fc.tuple(scheme, user, host, port, parameters).map((parts) => parts.join(''));
const display = fc.constantFrom('', '"A B" ', '"A\\"B"', 'Al ', 'Al', '"\xe9" ', 'A B ', '" ');
const address = fc
  .tuple(display, uri, parameters)
  .map(([shown, inner, behind]) => `${shown}<${inner}>${behind}`);
const via = fc
  .tuple(fc.constantFrom('UDP', 'TCP', 'TLS', 'WSS', 'WS', 'udp'), host, port, parameters)
  .map(([transport, sentBy, at, behind]) => `SIP/2.0/${transport} ${sentBy}${at}${behind}`);
const number = fc.constantFrom(
  '0',
  '70',
  '007',
  '255',
  '256',
  '999999999',
  '4294967296',
  '-1',
  'x',
);
const cseq = fc
  .tuple(number, fc.constantFrom('INVITE', 'ACK', 'SUBSCRIBE', 'FOO', 'invite', ''))
  .map((pair) => pair.join(' '));
const text = fc.constantFrom('application/sdp', 'a@b', 'a b', '', 'Proto/1.0 (x) ', '\xe9', '\xff');

function field(names: readonly string[], content: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const separator = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(': ', ':') },
    { weight: 1, arbitrary: fc.constantFrom(' :', ':  ', '', ':\t', '\x1a') },
  );
  const lineEnd = fc.oneof(
    { weight: 4, arbitrary: fc.constant('\r\n') },
    { weight: 1, arbitrary: fc.constantFrom('\n', ' \r\n', '\r\n ', '\r', '\r\n\t') },
  );
  return fc
    .tuple(fc.constantFrom(...names), separator, content, lineEnd)
    .map((all) => all.join(''));
}

/** A header line and what follows it, so that the line is whole. */
const headerLine = fc
  .oneof(
    field(['Via', 'via', 'VIA', 'v'], via),
    field(['From', 'To', 'TO', 'from', 'Contact', 'm'], address),
    field(['CSeq', 'cseq'], cseq),
    field(['Max-Forwards', 'Content-Length', 'max-forwards', 'l'], number),
    field(['Call-ID', 'Call-Info', 'User-Agent', 'Server', 'Allow', 'Content-X'], text),
    field(['Content-Type', 'Content\rType', 'c', 'Subject', 'Expires'], text),
  )
  .map((line) => bytesOf(`${line}X-Behind: it\r\n\r\n`));

const startLine = fc
  .oneof(
    fc
      .tuple(fc.constantFrom('INVITE', 'ACK', 'FOO', 'REGISTER', 'IN:'), uri)
      .map(([method, target]) => `${method} ${target} SIP/2.0`),
    fc
      .tuple(fc.nat(1000), fc.constantFrom(' OK', ' x y', ' ', '', ' \xe9'))
      .map(([code, reason]) => `SIP/2.0 ${code}${reason}`),
  )
  .map((line) => bytesOf(`${line}\r\nX: y\r\n\r\n`));

describe('the SIP parser', () => {
  it('reads from a usual header line what it reads from it as any line', () => {
    let usual = 0;
    fc.assert(
      fc.property(fc.oneof(headerLine, headerLine.chain(nearly)), (buf) => {
        const end = buf.length;
        if (end < USUAL_BYTES_MIN) return;
        const fast = new SipMessage();
        const next = readUsualHeader(buf, 0, end - 4, fast);
        if (next < 0) {
          assert.deepEqual(fieldsOf(fast), fieldsOf(new SipMessage()), 'keeps nothing');
          return;
        }
        usual++;
        const slow = new SipMessage();
        assert.equal(parseHeaderField(buf, 0, end, slow), next);
        assert.deepEqual(fieldsOf(fast), fieldsOf(slow));
      }),
      { seed, numRuns: 20_000 },
    );
    assert.ok(usual > 2_000, `${usual} usual lines`);
  });

  it('reads a usual header line behind others as it reads any line behind them', () => {
    const some = fc.array(fc.oneof(headerLine, headerLine.chain(nearly)), {
      minLength: 2,
      maxLength: 4,
    });
    let usual = 0;
    fc.assert(
      fc.property(some, (lines) => {
        const buf = Uint8Array.from(lines.flatMap((line) => [...line.subarray(0, -2)]));
        const fast = new SipMessage();
        const slow = new SipMessage();
        let at = 0;
        while (at >= 0 && at + USUAL_BYTES_MIN <= buf.length) {
          let next = readUsualHeader(buf, at, buf.length - 4, fast);
          if (next < 0) next = parseHeaderField(buf, at, buf.length, fast);
          else usual++;
          assert.equal(parseHeaderField(buf, at, buf.length, slow), next);
          assert.deepEqual(fieldsOf(fast), fieldsOf(slow));
          at = next;
        }
      }),
      { seed, numRuns: 10_000 },
    );
    assert.ok(usual > 10_000, `${usual} usual lines`);
  });

  it('reads from a usual start line what it reads from it as any line', () => {
    let usual = 0;
    fc.assert(
      fc.property(fc.oneof(startLine, startLine.chain(nearly)), (buf) => {
        const fast = new SipMessage();
        const next = readUsualStartLine(buf, 0, buf.length, fast);
        if (next < 0) {
          assert.deepEqual(fieldsOf(fast), fieldsOf(new SipMessage()), 'keeps nothing');
          return;
        }
        usual++;
        const slow = new SipMessage();
        assert.equal(parseStartLine(buf, 0, buf.length, slow), next);
        assert.deepEqual(fieldsOf(fast), fieldsOf(slow));
      }),
      { seed, numRuns: 10_000 },
    );
    assert.ok(usual > 1_000, `${usual} usual lines`);
  });

  it('gives the same whatever the record held before', () => {
    const dirty = new SipMessage();
    fc.assert(
      fc.property(mutant, (bytes) => {
        parseBytes(bytes, Transport.UDP, bytes.length, dirty);
        const { message } = parseBytes(bytes);
        assert.deepEqual(fieldsOf(dirty), fieldsOf(message));
      }),
      { seed, numRuns: 3_000 },
    );
  });

  it('takes any bytes: never throws, codes of the lists, spans within the message', () => {
    fc.assert(
      fc.property(mutant, fc.nat(200), fc.nat(7), (bytes, cut, transport) => {
        const message = new SipMessage();
        const end = Math.max(0, bytes.length - cut);
        const source = {
          buf: bytes,
          start: 0,
          end,
          wireEnd: bytes.length,
          transport: transportAt(transport),
        };
        const error = parseMessage(source, message);
        assert.ok(PARSE_ERROR_NAMES[error] !== undefined);
        assert.ok(message.oddities >>> 0 < 2 ** ODDITY_NAMES.length);
        for (let i = 0; i < message.spans.length; i += 2) {
          const offset = message.spans[i] ?? 0;
          const length = message.spans[i + 1] ?? 0;
          assert.ok(length === -1 || (offset >= 0 && offset + length <= end), `span ${i / 2}`);
        }
        classifyPayload(bytes, 0, end);
        beginsLikeSip(bytes, 0, end);
      }),
      { seed, numRuns: 5_000 },
    );
  });

  it('reads nothing beyond the end it is given', () => {
    fc.assert(
      fc.property(mutant, fc.array(byte, { minLength: 8, maxLength: 40 }), (bytes, behind) => {
        const alone = parseMessageOf(bytes, bytes.length);
        const followed = parseMessageOf(Uint8Array.from([...bytes, ...behind]), bytes.length);
        assert.deepEqual(followed, alone);
      }),
      { seed, numRuns: 3_000 },
    );
  });
});

const transports = Object.values(Transport);

function transportAt(index: number): Transport {
  return transports[index % transports.length] ?? Transport.UDP;
}

function parseMessageOf(buf: Uint8Array, end: number): Record<string, unknown> {
  const message = new SipMessage();
  parseMessage({ buf, start: 0, end, wireEnd: end, transport: Transport.UDP }, message);
  return fieldsOf(message);
}

/** The bytes with one mutation: what is only nearly usual. */
function nearly(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  return mutation.map((each) => mutated(bytes, [each]));
}
