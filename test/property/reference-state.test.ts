/** The state machine and its naive reference say the same of thousands of tales, whatever happened to them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Transport } from '../../src/core/transport.ts';
import { ReferenceState } from '../helpers/reference/state.ts';
import { SeededRandom } from '../helpers/seeded-random.ts';
import { Scene, sipText } from '../helpers/sip-scene.ts';
import { PEERS, type Stories, tellStories } from '../helpers/stories/stories.ts';

const RUNS = Number(process.env['REFERENCE_RUNS'] ?? 1000);
const FIRST_SEED = Number(process.env['REFERENCE_SEED'] ?? 20_260_105);
/** Of the scene's clock, seconds since the epoch. */
const BEGINNING = 1_700_000_000;
/** Behind every timer. */
const END_SECONDS = 400_000;
/** The gauges are looked at behind every so many messages. */
const LOOKS = 7;
/** Said of every message, with or without state; and of bindings, which only their gauges tell of. */
const UNTOLD: readonly string[] = [
  'message',
  'requestLine',
  'oddity',
  'bindingAdded',
  'bindingRemoved',
];
const ROOM = 4096;

function ours({ local, topologyHiding, messages }: Stories): string[] {
  const peers = [...PEERS].flatMap(([name, addresses]) =>
    addresses.map((address) => [name, address] as const),
  );
  const limits = { transactionsMax: ROOM, dialogsMax: ROOM, attemptsMax: ROOM };
  const scene = new Scene({ local, peers, topologyHiding, ...limits });
  const looks: string[] = [];
  for (const [i, { time, from, to, transport, sip }] of messages.entries()) {
    scene.at(time);
    if (transport === 'UDP') scene.udp(sip, from, to);
    else scene.tcp(sip, from, to);
    if (i % LOOKS === 0) looks.push(look(i, gaugesOf(scene)));
  }
  const lines = scene.wait(END_SECONDS).take();
  return [...lines.filter((line) => !UNTOLD.includes(line.split(' ')[0] ?? '')), ...looks];
}

function gaugesOf(scene: Scene): Record<string, number> {
  const { dialogsByRoleState, ...gauges } = scene.gauges();
  return {
    clientTransactions: gauges.clientTransactions,
    serverTransactions: gauges.serverTransactions,
    proxyCores: gauges.proxyCores,
    dialogs: gauges.dialogs,
    stableInbound: gauges.stableInbound,
    stableOutbound: gauges.stableOutbound,
    earlyProxied: dialogsByRoleState[4] ?? 0,
    confirmedProxied: dialogsByRoleState[5] ?? 0,
    registeredEndpoints: gauges.registeredEndpoints,
    registrationsOut: gauges.registrationsOut,
    attemptsOpen: scene.openAttempts(),
  };
}

function reference({ local, topologyHiding, messages }: Stories): string[] {
  const state = new ReferenceState({ local, peers: PEERS, topologyHiding });
  const looks: string[] = [];
  for (const [i, { time, from, to, transport, sip }] of messages.entries()) {
    const text = sipText(sip, from, to, transport === 'TCP' ? Transport.TCP : Transport.UDP);
    state.message(packetTime(time), from, to, transport, text);
    if (i % LOOKS === 0) looks.push(look(i, state.gauges()));
  }
  state.pass(packetTime(END_SECONDS));
  return [...state.lines, ...looks];
}

function packetTime(seconds: number): number {
  return BEGINNING * 1e6 + Math.round(seconds * 1e6);
}

function look(index: number, gauges: Record<string, number>): string {
  return `after ${index} ${JSON.stringify(gauges)}`;
}

function storyText({ local, messages }: Stories): string {
  const lines = messages.map(({ time, from, to, transport, sip }, i) => {
    const what = sip.status === undefined ? sip.method : `${sip.status} to ${sip.method}`;
    const ids = `${sip.callId} ${sip.cseq ?? 1} ${sip.branch} ${sip.fromTag}>${sip.toTag}`;
    const rest = [...(sip.vias ?? []), ...(sip.lines ?? [])].join(' | ');
    return `${i} ${time} ${from} > ${to} ${transport} ${what} ${ids} ${sip.via ?? ''} ${rest}`;
  });
  return [`local ${local.join(' ')}`, ...lines].join('\n');
}

test(`${RUNS} scenes, from seed ${FIRST_SEED} on: the same events and gauges`, () => {
  let events = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const stories = tellStories(new SeededRandom(seed));
    const expected = reference(stories).sort();
    assert.deepEqual(ours(stories).sort(), expected, `seed ${seed}\n${storyText(stories)}`);
    events += expected.length;
  }
  assert.ok(events > 20 * RUNS, 'the scenes are no trifles');
});
