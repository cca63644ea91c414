import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatAddress, parseAddress } from '../../../src/core/address.ts';
import { AddressSet, parseEndpoint } from '../../../src/core/address-set.ts';

function words(text: string): Int32Array {
  const out = new Int32Array(4);
  assert.ok(parseAddress(text, out, 0));
  return out;
}

function shown(text: string): string | undefined {
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined) return undefined;
  return `${formatAddress(endpoint.words, 0)} /${endpoint.prefixLength} port ${endpoint.port}`;
}

function setOf(...texts: string[]): AddressSet {
  const set = new AddressSet();
  for (const [value, text] of texts.entries()) {
    const endpoint = parseEndpoint(text);
    assert.ok(endpoint !== undefined, text);
    set.add(endpoint, value);
  }
  return set;
}

describe('parseEndpoint', () => {
  for (const [text, expected] of [
    ['192.0.2.10', '192.0.2.10 /128 port 0'],
    ['192.0.2.10:5060', '192.0.2.10 /128 port 5060'],
    ['192.0.2.77/24', '192.0.2.0 /120 port 0'],
    ['192.0.2.77/24:5061', '192.0.2.0 /120 port 5061'],
    ['0.0.0.0/0', '0.0.0.0 /96 port 0'],
    ['2001:db8::5', '2001:db8::5 /128 port 0'],
    ['2001:db8:1:2::5/48', '2001:db8:1:: /48 port 0'],
    ['[2001:db8::5]', '2001:db8::5 /128 port 0'],
    ['[2001:db8::5]:5060', '2001:db8::5 /128 port 5060'],
    ['[2001:db8::5/32]:5060', '2001:db8:: /32 port 5060'],
    ['[2001:db8::5]/32:5060', '2001:db8:: /32 port 5060'],
    ['::/0', ':: /0 port 0'],
    ['192.0.2.1:65535', '192.0.2.1 /128 port 65535'],
  ] as const) {
    it(`reads ${text}`, () => {
      assert.equal(shown(text), expected);
    });
  }

  for (const text of [
    '',
    'localhost',
    '192.0.2.1/33',
    '192.0.2.1/',
    '192.0.2.1/024',
    '192.0.2.1/2/4',
    '192.0.2.1/-1',
    '192.0.2.1:0',
    '192.0.2.1:65536',
    '192.0.2.1:',
    '192.0.2.1:50x',
    '2001:db8::/129',
    '[2001:db8::1]:',
    '[2001:db8::1]5060',
    '[2001:db8::/32]/32',
    '[192.0.2.1]:5060',
    '[]:5060',
    '192.0.2.1 ',
  ]) {
    it(`refuses "${text}"`, () => {
      assert.equal(parseEndpoint(text), undefined);
    });
  }
});

describe('AddressSet', () => {
  it('gives the value of the longest prefix', () => {
    const set = setOf('0.0.0.0/0', '192.0.2.0/24', '192.0.2.10', '192.0.2.8/29');
    assert.equal(set.lookup(words('192.0.2.10'), 0, 5060), 2);
    assert.equal(set.lookup(words('192.0.2.11'), 0, 5060), 3);
    assert.equal(set.lookup(words('192.0.2.99'), 0, 5060), 1);
    assert.equal(set.lookup(words('198.51.100.1'), 0, 5060), 0);
  });

  it('prefers the endpoint that names the port to one of the same prefix that names none', () => {
    const set = setOf('192.0.2.0/24', '192.0.2.0/24:5080', '192.0.2.0/24:5090');
    assert.equal(set.lookup(words('192.0.2.1'), 0, 5080), 1);
    assert.equal(set.lookup(words('192.0.2.1'), 0, 5090), 2);
    assert.equal(set.lookup(words('192.0.2.1'), 0, 5060), 0);
  });

  it('prefers the longer prefix to the port', () => {
    const set = setOf('192.0.2.0/24:5060', '192.0.2.1');
    assert.equal(set.lookup(words('192.0.2.1'), 0, 5060), 1);
    assert.equal(set.lookup(words('192.0.2.2'), 0, 5060), 0);
  });

  it('holds nothing on other ports where all endpoints name one', () => {
    const set = setOf('192.0.2.10:5060', '192.0.2.10:5080');
    assert.equal(set.lookup(words('192.0.2.10'), 0, 5060), 0);
    assert.equal(set.lookup(words('192.0.2.10'), 0, 5080), 1);
    assert.equal(set.lookup(words('192.0.2.10'), 0, 40000), -1);
    assert.equal(set.matchesAddress(words('192.0.2.10'), 0), true);
    assert.equal(set.matchesAddress(words('192.0.2.11'), 0), false);
  });

  it('keeps IPv6 networks from IPv4 addresses', () => {
    const set = setOf('::/0', '2001:db8::/32');
    assert.equal(set.lookup(words('192.0.2.1'), 0, 5060), -1);
    assert.equal(set.lookup(words('2001:db8::1'), 0, 5060), 1);
    assert.equal(set.lookup(words('2001:db9::1'), 0, 5060), 0);
  });

  it('gives the first of equal endpoints', () => {
    assert.equal(setOf('192.0.2.1', '192.0.2.1').lookup(words('192.0.2.1'), 0, 9), 0);
  });

  it('forgets remembered answers when an endpoint is added', () => {
    const set = setOf('192.0.2.0/24');
    assert.equal(set.lookup(words('192.0.2.1'), 0, 5060), 0);
    assert.equal(set.lookup(words('198.51.100.1'), 0, 5060), -1);
    for (const [value, text] of [
      [1, '192.0.2.1'],
      [2, '198.51.100.0/24'],
    ] as const) {
      const endpoint = parseEndpoint(text);
      assert.ok(endpoint !== undefined);
      set.add(endpoint, value);
    }
    assert.equal(set.lookup(words('192.0.2.1'), 0, 5060), 1);
    assert.equal(set.lookup(words('198.51.100.1'), 0, 5060), 2);
    assert.equal(set.size, 3);
  });

  it('holds nothing when it is empty', () => {
    const set = new AddressSet();
    assert.equal(set.lookup(words('0.0.0.0'), 0, 0), -1);
    assert.equal(set.lookup(words('::'), 0, 0), -1);
    assert.equal(set.matchesAddress(words('::'), 0), false);
  });
});
