import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { badFilter, noSuchInterface, openFailure } from '../../../src/capture/capture-error.ts';
import { ANY_INTERFACE, deviceNames, interfaceAddresses } from '../../../src/capture/devices.ts';
import { PcapStatus } from '../../../src/capture/native-addon.ts';
import { ExitCode } from '../../../src/core/operator-error.ts';

const KNOWN = ['lo', 'wlan0', 'eth0', 'eth1'];

function codeOf(status: number): string {
  return openFailure('eth0', { status, errno: 0, message: '' }, () => KNOWN).code;
}

describe('an interface that does not open', () => {
  it('has a code for each reason', () => {
    assert.equal(codeOf(PcapStatus.NO_SUCH_DEVICE), 'NO_SUCH_INTERFACE');
    assert.equal(codeOf(PcapStatus.PERMISSION_DENIED), 'CAPTURE_NOT_PERMITTED');
    assert.equal(codeOf(PcapStatus.PROMISCUOUS_PERMISSION_DENIED), 'CAPTURE_NOT_PERMITTED');
    assert.equal(codeOf(PcapStatus.INTERFACE_NOT_UP), 'INTERFACE_DOWN');
    assert.equal(codeOf(-1), 'CAPTURE_FAILED');
  });

  it("is explained in libpcap's words where there are no better ones", () => {
    const failure = { status: -1, errno: 0, message: "can't mmap rx ring" };
    const error = openFailure('eth0', failure, () => KNOWN);
    assert.equal(error.message, "cannot capture on eth0: can't mmap rx ring");
    assert.equal(error.exitCode, ExitCode.OPERATOR);
  });

  it('is told what capability it lacks', () => {
    const failure = { status: PcapStatus.PERMISSION_DENIED, errno: 0, message: '' };
    assert.match(openFailure('eth0', failure, () => KNOWN).hint, /setcap cap_net_raw\+ep/);
  });

  it('is told which names there are, the most like first', () => {
    assert.equal(noSuchInterface('eth7', KNOWN).hint, 'There are: eth0, eth1, lo, wlan0');
    const many = Array.from({ length: 20 }, (_, index) => `veth${index}`);
    assert.match(noSuchInterface('eth7', many).hint, /^There are: (veth\d+, ){7}veth\d+ …;/);
    assert.match(noSuchInterface('eth7', []).hint, /ip link/);
  });

  it('is shown the filter that does not compile', () => {
    const error = badFilter('eth0', 'udp prt 1', 'syntax error');
    assert.equal(
      error.message,
      'the capture filter for eth0 is not valid: syntax error: udp prt 1',
    );
  });
});

describe("the host's interfaces", () => {
  it('are named', () => {
    assert.ok(deviceNames().includes('lo'));
  });

  it('have the addresses of those asked for', () => {
    assert.ok(interfaceAddresses(['lo']).includes('127.0.0.1'));
    assert.deepEqual(interfaceAddresses(['nosuch0']), []);
    const all = interfaceAddresses([ANY_INTERFACE]);
    assert.ok(interfaceAddresses(['lo']).every((address) => all.includes(address)));
    assert.equal(new Set(all).size, all.length);
  });
});
