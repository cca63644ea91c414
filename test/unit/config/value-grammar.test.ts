import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Problem,
  parseAddressPort,
  parseDurationUs,
  parseEndpointText,
  parseEpochUs,
  parseHepListener,
  parseInteger,
  parseNetwork,
  parsePeer,
  parsePortRange,
  parseSize,
  parseSpeed,
} from '../../../src/config/value-grammar.ts';

function refused(result: unknown, text: RegExp): void {
  assert.ok(result instanceof Problem, `${String(result)} should have been refused`);
  assert.match(result.text, text);
}

describe('durations', () => {
  it('are read in every unit, in sums, and as plain seconds', () => {
    const cases: readonly (readonly [string, number])[] = [
      ['5ms', 5_000],
      ['32s', 32_000_000],
      ['32', 32_000_000],
      ['0', 0],
      ['0.5', 500_000],
      ['1h', 3_600_000_000],
      ['24h', 86_400_000_000],
      ['1h30m', 5_400_000_000],
      ['2d', 172_800_000_000],
    ];
    for (const [text, expected] of cases) assert.equal(parseDurationUs(text, {}), expected, text);
  });

  it('are refused without a number, with an unknown unit, a sign, or out of bounds', () => {
    for (const text of ['', 's', '5x', '-5s', '1h 30m', '1e3', '9'.repeat(40)]) {
      refused(parseDurationUs(text, {}), /not a duration/);
    }
    refused(parseDurationUs('11s', { max: 10 }), /not within 0 to 10 seconds/);
    refused(parseDurationUs('10ms', { min: 1 }), /is below 1 seconds/);
  });
});

describe('sizes', () => {
  it('are read in decimal and binary units and as plain bytes', () => {
    assert.equal(parseSize('65536', {}), 65_536);
    assert.equal(parseSize('1MiB', {}), 1_048_576);
    assert.equal(parseSize('1mib', {}), 1_048_576);
    assert.equal(parseSize('512 MB', {}), 512_000_000);
    assert.equal(parseSize('1.5GiB', {}), 1_610_612_736);
  });

  it('are refused with an unknown unit or out of bounds', () => {
    refused(parseSize('1XB', {}), /not a size/);
    refused(parseSize('', {}), /not a size/);
    refused(parseSize('1', { min: 4096, max: 8192 }), /not within 4096 to 8192 bytes/);
  });
});

describe('numbers', () => {
  it('keep their bounds and are digits only', () => {
    assert.equal(parseInteger('96', { min: 96, max: 100 }), 96);
    assert.equal(parseInteger('100', { min: 96, max: 100 }), 100);
    refused(parseInteger('95', { min: 96, max: 100 }), /not within 96 to 100/);
    for (const text of ['', '1.5', '0x10', ' 7', '-1', '1e2']) {
      refused(parseInteger(text, {}), /not a whole number/);
    }
  });

  it('of speed are positive, or max', () => {
    assert.equal(parseSpeed('max'), Number.POSITIVE_INFINITY);
    assert.equal(parseSpeed('0.5'), 0.5);
    for (const text of ['0', '-1', 'fast', '']) refused(parseSpeed(text), /neither "max"/);
  });

  it('of epoch seconds keep their microseconds', () => {
    assert.equal(parseEpochUs('1700000000.250001'), 1_700_000_000_250_001);
    for (const text of ['now', '-1', '999999999999'])
      refused(parseEpochUs(text), /seconds since 1970/);
  });
});

describe('ports and addresses', () => {
  it('read a port as a range of one', () => {
    assert.deepEqual(parsePortRange('5060'), { first: 5060, last: 5060 });
    assert.deepEqual(parsePortRange('5060-5090'), { first: 5060, last: 5090 });
    for (const text of ['0', '65536', '5090-5060', '1-2-3', '', '-', 'sip']) {
      refused(parsePortRange(text), /neither a port/);
    }
  });

  it('read where to listen, brackets around IPv6', () => {
    assert.deepEqual(parseAddressPort(':9099'), { host: '', port: 9099 });
    assert.deepEqual(parseAddressPort('127.0.0.1:0'), { host: '127.0.0.1', port: 0 });
    assert.deepEqual(parseAddressPort('[::1]:9099'), { host: '::1', port: 9099 });
    assert.deepEqual(parseAddressPort('probe.example:80'), { host: 'probe.example', port: 80 });
    refused(parseAddressPort('9099'), /not an address/);
    refused(parseAddressPort(':65536'), /not an address/);
    refused(parseAddressPort('::1:9099'), /needs \[ \]/);
    refused(parseAddressPort('[192.0.2.1]:1'), /no IPv6 address/);
    refused(parseAddressPort('192.0.2.256:1'), /no valid IPv4/);
  });

  it('read HEP listeners with their transport', () => {
    assert.deepEqual(parseHepListener('udp::9060'), { transport: 'udp', host: '', port: 9060 });
    const tcp = { transport: 'tcp', host: '2001:db8::1', port: 9060 };
    assert.deepEqual(parseHepListener('tcp:[2001:db8::1]:9060'), tcp);
    refused(parseHepListener('0.0.0.0:9060'), /begin with udp: or tcp:/);
    refused(parseHepListener('udp:9060'), /not an address/);
  });

  it('read networks of both families', () => {
    for (const text of ['192.0.2.1', '192.0.2.0/24', '0.0.0.0/0', '2001:db8::/32', '::1']) {
      assert.equal(parseNetwork(text), text);
    }
    for (const text of ['192.0.2.0/33', '2001:db8::/129', '192.0.2.0/', '192.0.2.0/x']) {
      refused(parseNetwork(text), /neither an IP/);
    }
    for (const text of ['192.0.2', 'localhost', '']) refused(parseNetwork(text), /neither an IP/);
  });

  it('read the local side as IP, CIDR, IP:port and CIDR:port', () => {
    const good = [
      '192.0.2.1',
      '192.0.2.0/24',
      '192.0.2.1:5060',
      '192.0.2.0/24:5060',
      '2001:db8::1',
      '2001:db8::/32',
      '[2001:db8::1]:5060',
      '[2001:db8::]/32:5060',
    ];
    for (const text of good) assert.equal(parseEndpointText(text), text);
    for (const text of ['192.0.2.1:0', '192.0.2.1:99999', '192.0.2.300', '2001:db8::1]:5060']) {
      refused(parseEndpointText(text), /is no IP, CIDR, IP:port or CIDR:port/);
    }
    refused(parseNetwork('192.0.2.1:5060'), /neither an IP/);
  });
});

describe('peers', () => {
  it('are a label value and networks of both families', () => {
    const expected = { name: 'trunk-a', networks: ['192.0.2.0/24', '2001:db8::/32'] };
    assert.deepEqual(parsePeer('trunk-a=192.0.2.0/24,2001:db8::/32'), expected);
  });

  it('are refused without a name, under the name of all the rest, and with a broken network', () => {
    refused(parsePeer('=192.0.2.0/24'), /begin with a name/);
    refused(parsePeer('a b=192.0.2.0/24'), /begin with a name/);
    refused(parsePeer('other=192.0.2.0/24'), /"other"/);
    refused(parsePeer('a=192.0.2.0/99'), /network "192.0.2.0\/99" that is neither/);
    refused(parsePeer('a'), /is no NAME=CIDR/);
  });
});
