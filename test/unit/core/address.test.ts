import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  formatAddress,
  isIpv4,
  parseAddress,
  readIpv4,
  readIpv6,
  sameAddress,
} from '../../../src/core/address.ts';

function parsed(text: string): string | undefined {
  const words = new Int32Array(6);
  return parseAddress(text, words, 2) ? formatAddress(words, 2) : undefined;
}

describe('parseAddress and formatAddress', () => {
  it('takes IPv4', () => {
    for (const text of ['0.0.0.0', '192.0.2.10', '255.255.255.255']) {
      assert.equal(parsed(text), text);
    }
  });

  // RFC 5952 4 and 5.
  for (const [text, canonical] of [
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0DB8::0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
  ] as const) {
    it(`writes ${text} as ${canonical}`, () => {
      assert.equal(parsed(text), canonical);
    });
  }

  for (const text of [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.04',
    '1.2.3.4 ',
    '1.2.3.-4',
    'a.b.c.d',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    '::g',
    ':1::2',
    '1::2:',
    '1.2.3.4::',
    '::1.2.3.4:5',
    'fe80::1%eth0',
    '[::1]',
  ]) {
    it(`refuses "${text}"`, () => {
      assert.equal(parsed(text), undefined);
    });
  }
});

describe('addresses of packets', () => {
  const buf = Uint8Array.of(9, 192, 0, 2, 10, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 1, 0xff);

  it('are read as four words', () => {
    const words = new Int32Array(8);
    readIpv4(buf, 1, words, 0);
    readIpv6(buf, 1, words, 4);
    assert.equal(formatAddress(words, 0), '192.0.2.10');
    assert.equal(formatAddress(words, 4), 'c000:20a:2001:db8::1');
    assert.equal(isIpv4(words, 0), true);
    assert.equal(isIpv4(words, 4), false);
  });

  it('are the same when all words are', () => {
    const words = Int32Array.of(1, 2, 3, 4, 1, 2, 3, 4);
    assert.equal(sameAddress(words, 0, words, 4), true);
    for (let i = 4; i < 8; i++) {
      const other = words.slice();
      other[i] = 9;
      assert.equal(sameAddress(words, 0, other, 4), false);
    }
  });
});
