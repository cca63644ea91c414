/** Some tales at once, between a local side of a kind and its surroundings. */
import type { SeededRandom } from '../seeded-random.ts';
import { tellAlone, tellBridged, tellCall, tellMerged } from './calls.ts';
import { type Route, tellProxied } from './proxies.ts';
import { tellRegistration } from './registrations.ts';
import { tellSubscription } from './subscriptions.ts';
import { Tale, type Told } from './tale.ts';
import { arrivals } from './weather.ts';

const HOME = '10.0.0.1:5060';
/** Another local address; where a port is given, another local port. */
const ANNEX = '10.0.0.2:5060';
/** Not local where a port is given. */
const NEIGHBOUR = '10.0.0.1:5080';
const EPHEMERAL = '10.0.0.1:40001';
const ABROAD: readonly string[] = [
  '192.0.2.1:5060',
  '192.0.2.2:5060',
  '192.0.2.17:5060',
  '198.51.100.5:5060',
  '203.0.113.9:5062',
];

export const PEERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['alpha', ['192.0.2.1', '192.0.2.2']],
  ['beta', ['192.0.2.17']],
  ['callers', ['198.51.100.5']],
  ['annex', ['10.0.0.2']],
]);

export interface Stories {
  readonly local: readonly string[];
  readonly topologyHiding: boolean;
  readonly messages: readonly Told[];
}

export function tellStories(random: SeededRandom): Stories {
  const byPort = random.chance(0.3);
  const local = byPort ? [HOME, ANNEX] : ['10.0.0.1', '10.0.0.2'];
  const topologyHiding = random.chance(0.2);
  const told: Told[] = [];
  for (let i = random.integer(1, 5); i > 0; i--) {
    const transport = random.chance(0.25) ? 'TCP' : 'UDP';
    const tale = new Tale(random, `tale${i}`, 100 + random.between(0, 20), transport);
    tellOne(tale, topologyHiding && random.chance(0.5));
    told.push(...tale.told);
  }
  return { local, topologyHiding, messages: arrivals(random, told) };
}

function tellOne(tale: Tale, hiding: boolean): void {
  const { random } = tale;
  const home = random.pick([HOME, HOME, ANNEX]);
  const other = random.chance(0.2) ? random.pick([ANNEX, NEIGHBOUR]) : random.pick(ABROAD);
  const targets = [...ABROAD, ANNEX];
  const route: Route = { proxy: HOME, targets, abroad: random.pick(ABROAD), hiding };
  const [from, to] = random.chance(0.5) ? [home, other] : [other, home];
  const roll = random.fraction();
  if (roll < 0.04) {
    tellMerged(tale, [random.pick(ABROAD), random.pick(ABROAD)], home);
  } else if (roll < 0.08) {
    tellBridged(tale, random.pick(ABROAD), home, random.pick(targets));
  } else if (roll < 0.38) {
    const ephemeral = from === HOME && random.chance(0.3);
    if (ephemeral) tellCall(tale, EPHEMERAL, to, { sentBy: random.pick([HOME, EPHEMERAL]) });
    else tellCall(tale, from, to);
  } else if (roll < 0.6) tellProxied(tale, random.pick([...ABROAD, ANNEX]), route);
  else if (roll < 0.8) tellRegistration(tale, from, to, route);
  else if (roll < 0.92) tellSubscription(tale, from, to, route);
  else tellAlone(tale, from, to);
}
