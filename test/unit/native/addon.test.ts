import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { listDevices } from '../../../src/capture/devices.ts';
import { InterfaceState, loadNativeAddon } from '../../../src/capture/native-addon.ts';
import { OperatorError } from '../../../src/core/operator-error.ts';
import { addon, addonMissing } from '../../helpers/live-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'sipgauge-addon-'));
after(() => rmSync(folder, { recursive: true }));

function codeOf(body: () => void): string {
  try {
    body();
  } catch (error) {
    if (error instanceof OperatorError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('finding the addon', () => {
  it('says how to build it where it is not', () => {
    assert.equal(
      codeOf(() => loadNativeAddon(folder)),
      'NATIVE_NOT_BUILT',
    );
  });

  it('says so when it does not load', () => {
    const release = join(folder, 'native/build/Release');
    mkdirSync(release, { recursive: true });
    writeFileSync(join(release, 'sipgauge.node'), 'not a library');
    assert.equal(
      codeOf(() => loadNativeAddon(folder)),
      'NATIVE_NOT_LOADABLE',
    );
  });
});

describe('the addon', { skip: addonMissing }, () => {
  it("names libpcap's version", () => {
    assert.match(addon().libpcapVersion(), /^libpcap version \d+\.\d+/);
  });

  it('lists interfaces with their addresses', () => {
    const loopback = listDevices(addon()).find((device) => device.name === 'lo');
    assert.ok(loopback?.addresses.includes('127.0.0.1'));
    assert.equal((loopback?.flags ?? 0) & 1, 1);
  });

  it('knows the state of interfaces', () => {
    const number = addon().interfaceNumber('lo');
    assert.equal(addon().interfaceState(number), InterfaceState.UP);
    assert.equal(addon().interfaceNumber('nosuch0'), 0);
    assert.equal(addon().interfaceState(4_000_000), InterfaceState.GONE);
  });

  it('checks filters without an interface', () => {
    assert.equal(addon().checkFilter(1, 65535, 'udp port 5060'), undefined);
    assert.match(addon().checkFilter(1, 65535, 'udp prt 5060')?.message ?? '', /syntax error/);
    assert.match(addon().checkFilter(276, 65535, 'vlan')?.message ?? '', /VLAN/);
  });

  it('finds users', () => {
    assert.equal(addon().findUser('root')?.uid, 0);
    assert.equal(addon().findUser('no-such-user'), undefined);
  });
});
