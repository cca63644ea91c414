/** What is left of privileges, in every thread of a capturing process; and that it still captures. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { NativeAddon } from '../../../src/capture/native-addon.ts';
import { limitPrivileges } from '../../../src/capture/privileges.ts';
import { ExitCode, OperatorError } from '../../../src/core/operator-error.ts';
import { LiveChild } from '../../helpers/live-child.ts';
import { addon, addonMissing, sendNumbered } from '../../helpers/live-source.ts';
import { namespacesMissing, VethPair } from '../../helpers/namespaces.ts';

const NOBODY = 65_534;
const NO_CAPABILITIES = '0000000000000000';
const NET_RAW = '0000000000002000';
const FILTER = 'udp port 5060';
const THREADS_MIN = 8;

const skip = addonMissing || namespacesMissing();
const ids = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
const pair = new VethPair(3);

function four(id: number): string {
  return [id, id, id, id].join('\t');
}

function codeOf(body: () => void): string {
  try {
    body();
  } catch (error) {
    if (error instanceof OperatorError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('privileges', { skip }, () => {
  before(() => pair.create());
  after(() => pair.destroy());

  it('are all gone, in every thread, after becoming a user, and capture goes on', async () => {
    const child = new LiveChild({
      interface: pair.near,
      filter: FILTER,
      source: 'native',
      user: 'nobody',
    });
    await child.ready();
    await sendNumbered(pair.farAddress, 100);
    await child.until((progress) => progress.packets === 100);
    const result = await child.result('SIGTERM');
    assert.equal(result.timestampsUs.length, 100);
    assert.ok(result.threads.length >= THREADS_MIN, `${result.threads.length} threads`);
    for (const status of result.threads) {
      assert.deepEqual(status, {
        Uid: four(NOBODY),
        Gid: four(NOBODY),
        Groups: String(NOBODY),
        CapInh: NO_CAPABILITIES,
        CapPrm: NO_CAPABILITIES,
        CapEff: NO_CAPABILITIES,
        CapAmb: NO_CAPABILITIES,
      });
    }
    assert.equal(result.rootAgain, 'EPERM');
    assert.equal(result.reopening, 'CAPTURE_NOT_PERMITTED');
  });

  it('are CAP_NET_RAW and nothing else where more was given', async () => {
    // One of them to read the compiled tests where they lie, which may be a folder of root's.
    const capabilities = '+net_raw,+net_admin,+dac_read_search';
    const given = [`--inh-caps=${capabilities}`, `--ambient-caps=${capabilities}`];
    const child = new LiveChild({ interface: pair.near, filter: FILTER, source: 'native' }, [
      'setpriv',
      ...ids,
      ...given,
    ]);
    await child.ready();
    const result = await child.result('SIGTERM');
    assert.ok(result.threads.length >= THREADS_MIN, `${result.threads.length} threads`);
    for (const status of result.threads) {
      assert.equal(status['CapPrm'], NET_RAW);
      assert.equal(status['CapEff'], NET_RAW);
      assert.equal(status['CapInh'], NO_CAPABILITIES);
      assert.equal(status['CapAmb'], NO_CAPABILITIES);
    }
    assert.equal(result.reopening, 'opened');
  });

  it('that were given up make an interface made anew a reason to restart', async () => {
    const child = new LiveChild({
      interface: pair.near,
      filter: FILTER,
      source: 'native',
      user: 'nobody',
    });
    await child.ready();
    pair.deleteLink();
    pair.createLink();
    const result = await child.result();
    assert.equal(result.error, 'INTERFACE_RECREATED');
    assert.equal(result.exitCode, ExitCode.RESTART);
  });

  it('that were given up are not needed by an interface that was only down', async () => {
    const child = new LiveChild({
      interface: pair.near,
      filter: FILTER,
      source: 'native',
      user: 'nobody',
    });
    await child.ready();
    pair.setNear('down');
    await child.until((progress) => !progress.up);
    pair.setNear('up');
    await child.until((progress) => progress.up);
    await sendNumbered(pair.farAddress, 10);
    await child.until((progress) => progress.packets === 10);
    const result = await child.result('SIGTERM');
    assert.equal(result.error, null);
    assert.equal(result.timestampsUs.length, 10);
    assert.equal(result.notices.length, 2);
  });

  it('are not asked for in the name of nobody, root or a failure', () => {
    assert.equal(
      codeOf(() => limitPrivileges(addon(), 'no-such-user')),
      'NO_SUCH_USER',
    );
    assert.equal(
      codeOf(() => limitPrivileges(addon(), 'root')),
      'USER_IS_ROOT',
    );
    const refusing: NativeAddon = {
      ...addon(),
      dropPrivileges: () => ({ status: 0, errno: 1, message: 'CapEff:\t0000000000003000' }),
    };
    assert.equal(
      codeOf(() => limitPrivileges(refusing, 'nobody')),
      'PRIVILEGES_NOT_DROPPED',
    );
  });
});
