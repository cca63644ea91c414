import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LimitsConfig } from '../../../src/config/config.ts';
import { parseConfig } from '../../../src/config/parse-config.ts';
import { LoadDialog } from '../../helpers/load/load-dialog.ts';
import { LoadLedger } from '../../helpers/load/load-ledger.ts';
import { LoadFeeder, planeFor } from '../../helpers/load/load-runs.ts';

const MIB = 1_048_576;

async function limitsFor(flags: Readonly<Record<string, string>>): Promise<LimitsConfig> {
  const given = new Map(Object.entries(flags).map(([name, value]) => [name, [value]]));
  const config = await parseConfig({ command: 'replay', flags: given, operands: ['-'] }, {});
  return config.limits;
}

describe('--memory-limit', () => {
  it('leaves limits that fit as they are', async () => {
    const usual = await limitsFor({});
    const limited = await limitsFor({ 'memory-limit': '4GiB' });
    assert.deepEqual({ ...limited, memoryBytes: undefined }, usual);
  });

  it('lowers all tables in one proportion, down to their least', async () => {
    const usual = await limitsFor({});
    const limited = await limitsFor({ 'memory-limit': '160MiB' });
    const share = limited.transactions / usual.transactions;
    assert.ok(share > 0.05 && share < 0.9, String(share));
    assert.ok(Math.abs(limited.dialogs / usual.dialogs - share) < 0.001);
    assert.ok(Math.abs(limited.streamBytes / usual.streamBytes - share) < 0.001);
    const least = await limitsFor({ 'memory-limit': '64MiB' });
    assert.equal(least.transactions, 1024);
    assert.equal(least.fragments, 16);
  });

  it('is kept by columns: a full table costs no more than it was priced at', async () => {
    const plane = await planeFor({ 'memory-limit': '256MiB' });
    const before = process.memoryUsage.rss();
    const feeder = new LoadFeeder(plane);
    const far = { address: 0x0a010001, port: 5060 };
    for (let i = 0; i < 60_000; i++) {
      const dialog = new LoadDialog(far, i, 1.7e15 + i * 100, new LoadLedger());
      dialog.request('INVITE', 1, 'i');
      dialog.response(200, 'INVITE', 1, 'i');
      for (const packet of dialog.packets) feeder.feed(packet);
    }
    feeder.flush();
    const grown = (process.memoryUsage.rss() - before) / MIB;
    assert.ok(grown < 160, `${grown} MiB more`);
    assert.ok(plane.tables().every(({ rows, capacity }) => rows <= capacity));
  });
});
