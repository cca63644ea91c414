/** The state machine and its naive reference say the same of thousands of calls, whatever the network did. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callStories } from '../helpers/call-stories.ts';
import type { ReferenceMessage } from '../helpers/reference-rows.ts';
import { ReferenceState } from '../helpers/reference-state.ts';
import { SeededRandom } from '../helpers/seeded-random.ts';
import { Scene } from '../helpers/sip-scene.ts';

const RUNS = 3000;
const FIRST_SEED = 20_260_105;
/** Behind every timer. */
const END_SECONDS = 200_000;
/** Said of every message, with or without state. */
const STATELESS: readonly string[] = ['message', 'requestLine', 'oddity'];

function ours(messages: readonly ReferenceMessage[]): string[] {
  const scene = new Scene();
  for (const { time, direction, sip } of messages) {
    scene.at(time);
    if (direction === 'in') scene.receive(sip);
    else scene.send(sip);
  }
  return scene
    .wait(END_SECONDS)
    .take()
    .filter((line) => !STATELESS.includes(line.split(' ')[0] ?? ''));
}

function reference(messages: readonly ReferenceMessage[]): string[] {
  const state = new ReferenceState();
  for (const message of messages) state.message(message);
  state.pass(END_SECONDS);
  return state.lines;
}

function storyText(messages: readonly ReferenceMessage[]): string {
  const lines = messages.map(({ time, direction, sip }) => {
    const what = sip.status === undefined ? sip.method : `${sip.status} to ${sip.method}`;
    return `${time} ${direction} ${what} ${sip.callId} ${sip.cseq} ${sip.branch} to ${sip.toTag}`;
  });
  return lines.join('\n');
}

test(`${RUNS} scenes of calls, from seed ${FIRST_SEED} on: the same events`, () => {
  let events = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const messages = callStories(new SeededRandom(seed));
    const expected = reference(messages).sort();
    assert.deepEqual(ours(messages).sort(), expected, `seed ${seed}\n${storyText(messages)}`);
    events += expected.length;
  }
  assert.ok(events > 20 * RUNS, 'the scenes are no trifles');
});
