/** A simulated week, or any other time, of the load: what must hold at its end, and what its memory did. */
import assert from 'node:assert/strict';
import { ExpositionFormat } from '../../../src/metrics/exposition.ts';
import { samplesOf } from '../metrics-fixture.ts';
import { LoadFeeder, planeFor } from './load-runs.ts';
import { makeLoad } from './load-stories.ts';

const GROUP = 64;
const START_US = 1.7e15;
/** Longer than any timer of a load without open dialogs; registrations last an hour. */
const REST_US = 7_200_000_000;

export interface SoakResult {
  readonly messages: number;
  /** Rows of all tables together, at quarters of the run, and after it. */
  readonly rows: readonly number[];
  readonly residentMb: readonly number[];
}

/** Throws when the exposition differs from the generator's ledger, or a gauge is not zero after a rest. */
export async function runSoak(
  conversations: number,
  seconds: number,
  seed: number,
): Promise<SoakResult> {
  const plane = await planeFor();
  const feeder = new LoadFeeder(plane);
  const groups = Math.ceil(conversations / GROUP);
  const load = makeLoad(conversations, seed, Math.floor((seconds * 1e6) / groups), START_US);
  const rows: number[] = [];
  const residentMb: number[] = [];
  const note = (): void => {
    rows.push(plane.tables().reduce((sum, use) => sum + use.rows, 0));
    residentMb.push(Math.round(process.memoryUsage.rss() / 2 ** 20));
  };
  let group = 0;
  for (const packets of load.groups) {
    for (const packet of packets) feeder.feed(packet);
    group++;
    if (group % Math.max(1, groups >> 2) === 0) {
      feeder.flush();
      note();
    }
  }
  feeder.flush();
  plane.pipeline.idle(START_US + seconds * 1e6 + REST_US);
  note();
  const gauges = Object.entries(plane.gauges()).filter(([name]) => !name.endsWith('Slots'));
  for (const [name, value] of gauges) {
    const cells: readonly number[] = value instanceof Float64Array ? [...value] : [Number(value)];
    assert.ok(
      cells.every((cell) => cell === 0),
      `${name} is ${cells.join(' ')} after the rest`,
    );
  }
  for (const { rows: left, evictions, table } of plane.tables()) {
    assert.equal(evictions, 0, `evictions of table ${table}`);
    assert.ok(left < 64, `${left} rows left in table ${table}`);
  }
  assert.equal(plane.counters.messages, load.ledger.messages);
  plane.registry.refresh(plane);
  load.ledger.check(samplesOf(plane.registry.render(ExpositionFormat.CLASSIC)));
  return { messages: load.ledger.messages, rows, residentMb };
}
