/** Within what time copies are dropped, when nobody asks for another. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Command } from '../../src/config/option.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { planeOptions, REPLAY_SEED } from '../../src/plane-options.ts';

async function windowUs(
  command: Command,
  flags: Readonly<Record<string, readonly string[]>>,
  operands: readonly string[] = [],
): Promise<number> {
  const config = await parseConfig(
    { command, flags: new Map(Object.entries(flags)), operands },
    {},
  );
  return planeOptions(config, [], REPLAY_SEED, false).dedupWindowUs;
}

describe('the window for copies', () => {
  it('is 5 ms with several interfaces or any, 400 ms for HEP, else nothing', async () => {
    assert.equal(await windowUs('live', { interface: ['eth0', 'eth1'] }), 5000);
    assert.equal(await windowUs('live', { interface: ['any'] }), 5000);
    assert.equal(await windowUs('live', { interface: ['eth0'] }), 0);
    assert.equal(
      await windowUs('hep', { listen: ['udp:127.0.0.1:9060'], local: ['10.0.0.2'] }),
      400_000,
    );
    assert.equal(await windowUs('replay', {}, ['-']), 0);
  });

  it('is what was asked for', async () => {
    const asked = { 'dedup-window': ['2ms'] };
    assert.equal(await windowUs('live', { interface: ['any'], ...asked }), 2000);
    assert.equal(await windowUs('replay', asked, ['-']), 2000);
    const off = { listen: ['udp:127.0.0.1:9060'], local: ['10.0.0.2'], 'dedup-window': ['0'] };
    assert.equal(await windowUs('hep', off), 0);
  });
});
