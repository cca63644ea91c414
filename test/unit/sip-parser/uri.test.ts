import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Hasher } from '../../../src/core/hash.ts';
import { hashAor, hashContactUri, type UriHasher } from '../../../src/sip-parser/aor.ts';
import { isIpv6Address } from '../../../src/sip-parser/ipv6-reference.ts';
import { parseUri, UriError, UriParts, UriScheme } from '../../../src/sip-parser/uri.ts';
import { isUtf8 } from '../../../src/sip-parser/utf8.ts';
import { bytesOf } from '../../helpers/sip-text.ts';

interface Expected {
  readonly error?: UriError;
  readonly scheme?: UriScheme;
  readonly user?: string;
  readonly host?: string;
  readonly port?: number;
  readonly parameters?: string;
  readonly headers?: string;
}

function taken(text: string): Expected {
  const parts = new UriParts();
  const error = parseUri(bytesOf(text), 0, text.length, parts);
  if (error !== UriError.NONE) return { error };
  const part = (start: number, end: number): string | undefined =>
    start < 0 ? undefined : text.slice(start, end);
  const user = part(parts.userStart, parts.userEnd);
  const host = part(parts.hostStart, parts.hostEnd);
  const parameters = part(parts.parametersStart, parts.parametersEnd);
  const headers = part(parts.headersStart, text.length);
  return {
    scheme: parts.scheme,
    ...(user === undefined ? {} : { user }),
    ...(host === undefined ? {} : { host }),
    ...(parts.port < 0 ? {} : { port: parts.port }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(headers === undefined ? {} : { headers }),
  };
}

const { SIP, SIPS, TEL, OTHER, NONE, INVALID } = UriScheme;

const URIS: readonly (readonly [string, Expected])[] = [
  ['sip:alice@example.com', { scheme: SIP, user: 'alice', host: 'example.com' }],
  ['SIPS:a:b@h:5061', { scheme: SIPS, user: 'a:b', host: 'h', port: 5061 }],
  [
    'sip:a;x=1@h;transport=udp?s=1',
    { scheme: SIP, user: 'a;x=1', host: 'h', parameters: ';transport=udp', headers: '?s=1' },
  ],
  ['sip:[2001:db8::1]:5070', { scheme: SIP, host: '[2001:db8::1]', port: 5070 }],
  ['sip:h:', { scheme: SIP, host: 'h' }],
  ['tel:+1-201;phone-context=x', { scheme: TEL, host: '+1-201;phone-context=x' }],
  ['http://www.example.com', { scheme: OTHER, host: '//www.example.com' }],
  ['*', { scheme: NONE, host: '*' }],
  ['/path', { scheme: NONE, host: '/path' }],
  ['<sip:h>', { scheme: INVALID, host: 'h>' }],
  ['', { error: UriError.EMPTY }],
  ['sip:', { error: UriError.EMPTY_AFTER_SCHEME }],
  ['sip:a@[::1', { error: UriError.BAD_HOST }],
  ['sip:a@[::1]x', { error: UriError.BAD_HOST }],
  ['sip:%4@h', { error: UriError.BAD_ESCAPE }],
  ['sip:a@h%', { error: UriError.BAD_ESCAPE }],
];

describe('a URI', () => {
  for (const [text, expected] of URIS) {
    it(`is taken apart: ${text}`, () => assert.deepEqual(taken(text), expected));
  }
});

type Hash = (buf: Uint8Array, start: number, end: number, hasher: UriHasher) => void;

function key(hash: Hash, text: string): string {
  const hasher = new Hasher(1);
  hash(bytesOf(` ${text} `), 1, text.length + 1, hasher);
  hasher.finish();
  return `${hasher.lo} ${hasher.hi}`;
}

/** RFC 3261 19.1.4's own examples, and what the rules say besides. */
const EQUAL: readonly (readonly [string, string])[] = [
  ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
  ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
  ['SIP:a@h', 'sip:a@H'],
  ['sip:a%2fb@h', 'sip:a%2Fb@h'],
  ['sip:a@h;user=phone;ttl=1', 'sip:a@h;ttl=1;user=phone'],
];
const DIFFERENT: readonly (readonly [string, string])[] = [
  ['sip:ALICE@atlanta.com', 'sip:alice@atlanta.com'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
  ['sip:bob@biloxi.com', 'sips:bob@biloxi.com'],
  ['sip:bob@h', 'sip:h'],
  ['sip:@h', 'sip:h'],
  ['sip:a%40b@h', 'sip:a%41b@h'],
  ['tel:1', 'tel:2'],
  ['TEL:a', 'tel:A'],
];

describe('a contact URI as a key', () => {
  for (const [a, b] of EQUAL) {
    it(`${a} is ${b}`, () => assert.equal(key(hashContactUri, a), key(hashContactUri, b)));
  }
  for (const [a, b] of DIFFERENT) {
    it(`${a} is not ${b}`, () => assert.notEqual(key(hashContactUri, a), key(hashContactUri, b)));
  }
});

describe('an address of record', () => {
  it('is without parameters and headers', () => {
    const plain = key(hashAor, 'sip:alice@example.com');
    assert.equal(key(hashAor, 'SIP:alice@Example.com;transport=tcp?x=y'), plain);
    assert.equal(key(hashAor, 'tel:+1;isub=2'), key(hashAor, 'TEL:+1'));
    assert.notEqual(key(hashAor, 'sip:alice@example.com:5070'), plain);
  });

  it('counts a user too long to decode as written', () => {
    const long = `sip:%61${'b'.repeat(300)}@h`;
    assert.equal(key(hashAor, long), key(hashAor, long));
    assert.notEqual(key(hashAor, long), key(hashAor, long.replace('%61', 'a')));
  });
});

describe('an IPv6 reference', () => {
  const right = ['::', '::1', '1::', '2001:db8::9:1', '1:2:3:4:5:6:7:8', '::ffff:192.0.2.1'];
  const mixed = ['1:2:3:4:5:6:192.0.2.1', '2001:db8::192.0.2.1', '1::3:4:5:6:7:8'];
  for (const text of [...right, ...mixed]) {
    it(`may be ${text}`, () => assert.ok(isIpv6Address(bytesOf(text), 0, text.length)));
  }
  const wrong = ['', ':', '1', ':1::', '1:::2', '::1::', '12345::', '1:2:3:4:5:6:7', '1::2:'];
  const worse = ['1:2:3:4:5:6:7:8:9', '1:2:3:4::5:6:7:8', '::256.0.0.1', '::1.2.3', '::1.2.3.4.5'];
  const worst = ['g::', '::1.2.3.', '1:2:3:4:5:6:7:192.0.2.1', '::0001.2.3.4', '::1..2.3'];
  for (const text of [...wrong, ...worse, ...worst]) {
    it(`may not be ${text}`, () => assert.ok(!isIpv6Address(bytesOf(text), 0, text.length)));
  }
});

describe('UTF-8', () => {
  const right = ['', 'a', '\xd0\xbf', '\xe2\x82\xac', '\xf0\x9f\x98\x80', '\xf4\x8f\xbf\xbf'];
  for (const text of right) {
    it(`may be ${JSON.stringify(text)}`, () => assert.ok(isUtf8(bytesOf(text), 0, text.length)));
  }
  const wrong = ['\x80', '\xc0\x80', '\xc3', '\xe0\x80\x80', '\xed\xa0\x80', '\xf0\x80\x80\x80'];
  for (const text of [...wrong, '\xf4\x90\x80\x80', '\xf5\x80\x80\x80', '\xe2\x82', '\xc3\x28']) {
    it(`may not be ${JSON.stringify(text)}`, () =>
      assert.ok(!isUtf8(bytesOf(text), 0, text.length)));
  }
});
