/** Tables of a few rows, which evict all the time: what is counted stays balanced, whoever makes room. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../helpers/seeded-random.ts';
import { Scene } from '../helpers/sip-scene.ts';
import { PEERS, tellStories } from '../helpers/stories/stories.ts';

const RUNS = 200;
const FIRST_SEED = 4711;
/** Behind every timer. */
const END_SECONDS = 400_000;

/** How often each line `kind way peer …` was said, by way and peer. */
function counted(lines: readonly string[], kind: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const [word, way = '', peer = ''] = line.split(' ');
    if (word === kind) counts.set(`${way} ${peer}`, (counts.get(`${way} ${peer}`) ?? 0) + 1);
  }
  return counts;
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, each) => total + each, 0);
}

test(`${RUNS} scenes in tables of a few rows: attempts = Σ results + open at every moment`, () => {
  const peers = [...PEERS].flatMap(([name, addresses]) =>
    addresses.map((address) => [name, address] as const),
  );
  let evicted = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const random = new SeededRandom(seed);
    const { local, topologyHiding, messages } = tellStories(random);
    const scene = new Scene({
      ...{ local, peers, topologyHiding },
      transactionsMax: random.integer(1, 8),
      dialogsMax: random.integer(1, 4),
      attemptsMax: random.integer(1, 4),
      registrationsMax: random.integer(1, 3),
      registrationAttemptsMax: random.integer(1, 2),
    });
    for (const { time, from, to, transport, sip } of messages) {
      scene.at(time);
      if (transport === 'UDP') scene.udp(sip, from, to);
      else scene.tcp(sip, from, to);
      const { lines } = scene.events;
      const begun = sum(counted(lines, 'attemptStarted'));
      const ended = sum(counted(lines, 'attemptEnded'));
      assert.equal(begun, ended + scene.openAttempts(), `seed ${seed}, ${time}`);
    }
    const { lines } = scene.wait(END_SECONDS).events;
    for (const kind of ['attempt', 'registration']) {
      const begun = counted(lines, `${kind}Started`);
      assert.deepEqual(counted(lines, `${kind}Ended`), begun, `seed ${seed}: each has one result`);
    }
    for (const { rows, table } of scene.tracker.uses()) {
      assert.equal(rows, 0, `seed ${seed}: table ${table} is empty behind all timers`);
    }
    evicted += scene.tracker.uses().reduce((total, { evictions }) => total + evictions, 0);
  }
  assert.ok(evicted > 10 * RUNS, 'the tables were too small');
});
