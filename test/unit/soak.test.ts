import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runSoak } from '../helpers/load/run-soak.ts';

const WEEK_SECONDS = 7 * 86_400;

describe('a long run', () => {
  it('counts a week to the message, grows nowhere, and comes to rest at zero', async () => {
    const { rows } = await runSoak(6400, WEEK_SECONDS, 1);
    const [first = 0, ...later] = rows;
    for (const count of later) assert.ok(count <= 2 * first + 64, rows.join(' '));
  });

  it('does so under a load that keeps thousands of rows', async () => {
    const { rows } = await runSoak(6400, 60, 2);
    assert.ok(Math.max(...rows) > 3000, rows.join(' '));
  });
});
