/** Generators of what may stand in one direction of a SIP connection: messages, pings, garbage. */
import fc from 'fast-check';

const startLines = fc.constantFrom(
  'INVITE sip:bob@example.com SIP/2.0',
  'SIP/2.0 200 OK',
  'SIP/2.0 180',
  'OPTIONS sip:a SIP/2.0',
  'sip/2.0 404 Not Found',
);
const lineEnds = fc.constantFrom('\r\n', '\r\n', '\r\n', '\n');
const headers = fc.constantFrom(
  'Via: SIP/2.0/TCP host;branch=z9hG4bK1',
  'Call-ID: abc',
  'Contact: <sip:x>',
  'Subject: folded\r\n value',
  'Content-Type: application/sdp',
  'Lost: x',
  'c: text/plain',
  'no colon here',
);
const lengthNames = fc.constantFrom('Content-Length:', 'l: ', 'CONTENT-LENGTH : ', 'L:\r\n ');
const bodies = fc.oneof(
  fc.constant(''),
  fc.constant('v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n'),
  fc.constant('BYE sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n'),
  fc.constant('\r\n\r\n'),
  fc.string({ maxLength: 40 }),
);
const badLengths = fc.constantFrom('', 'x', '-1', '4294967296', '7\r\nContent-Length: 8');

/** A message with the Content-Length its body asks for. */
export const arbitraryMessage: fc.Arbitrary<string> = fc
  .tuple(startLines, fc.array(headers, { maxLength: 5 }), lengthNames, bodies, lineEnds)
  .map(([start, lines, name, body, eol]) =>
    [start, ...lines, `${name}${new TextEncoder().encode(body).length}`, '', body].join(eol),
  );

const oddMessage = fc
  .tuple(startLines, fc.array(headers, { maxLength: 3 }), fc.option(badLengths), bodies)
  .map(([start, lines, length, body]) => {
    const lengthLine = length === null ? [] : [`Content-Length: ${length}`];
    return [start, ...lines, ...lengthLine, '', body].join('\r\n');
  });

const garbage = fc.oneof(
  fc.constant('this is garbage\r\n\r\n'),
  fc.constant('garbage\r\nContent-Length: 3\r\n\r\nabc'),
  fc.constant('\0\0'),
  fc.constant('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
  fc.constant('\x81\x04abcd'),
  fc.constant('INVITE'),
  fc.string({ maxLength: 30 }),
);
const pings = fc.constantFrom('\r\n', '\r\n\r\n', '\n', '\r', '\r\n\r\n\r\n');

/** Any stream: mostly well-formed. */
export const arbitraryStream: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: arbitraryMessage },
      { weight: 2, arbitrary: oddMessage },
      { weight: 2, arbitrary: pings },
      { weight: 1, arbitrary: garbage },
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));

/** Offsets at which a stream is cut; taken modulo its length. */
export const arbitraryCuts: fc.Arbitrary<number[]> = fc.array(fc.nat(4000), { maxLength: 40 });
