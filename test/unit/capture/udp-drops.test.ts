import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseUdpDrops } from '../../../src/capture/udp-drops.ts';

const udp = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  302: 0100007F:2364 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 20881 2 0000000000000000 17
  303: 00000000:2364 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 20882 2 0000000000000000 3
  304: 0100007F:2365 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 20883 2 0000000000000000 99
`;

const udp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  302: 00000000000000000000000000000000:2364 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 20881 2 0000000000000000 5
  303: B80D0120000000000000000001000000:2364 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 20881 2 0000000000000000 6
`;

describe('drops of a UDP socket', () => {
  it('are found by address and port', () => {
    assert.equal(parseUdpDrops(udp, '127.0.0.1', 9060), 17);
    assert.equal(parseUdpDrops(udp, '0.0.0.0', 9060), 3);
    assert.equal(parseUdpDrops(udp, '127.0.0.1', 9061), 99);
    assert.equal(parseUdpDrops(udp, '127.0.0.2', 9060), 0);
  });

  it('are found by IPv6 address', () => {
    assert.equal(parseUdpDrops(udp6, '::', 9060), 5);
    assert.equal(parseUdpDrops(udp6, '2001:db8::1', 9060), 6);
    assert.equal(parseUdpDrops(udp6, '2001:db8:0:0:0:0:0:1', 9060), 6);
    assert.equal(parseUdpDrops(udp6, '::1', 9060), 0);
  });
});
