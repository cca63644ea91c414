/** A quarter of an hour of made-up traffic behind the real dashboard. */
import { Direction } from '../../src/direction/direction.ts';
import { dashboardPages } from '../../src/http/dashboard-pages.ts';
import {
  HISTORY_INTERVAL_SECONDS,
  HISTORY_SAMPLES_MAX,
  History,
} from '../../src/metrics/history.ts';
import type { MetricsRegistry } from '../../src/metrics/metrics-registry.ts';
import { Method } from '../../src/sip-parser/method.ts';
import { Outcome, Result } from '../../src/state/observer.ts';
import { type CleanUps, startServer } from './http-fixture.ts';
import type { FixtureReadings } from './metrics-fixture.ts';
import { fixtureReadings, fixtureRegistry } from './metrics-fixture.ts';

const PEERS = ['other', 'carrier-a', 'pbx <script>', 'sbc-2'];
const FAILURES = [486, 404, 503, 487, 480, 603, 500, Result.TIMEOUT, Result.CANCELLED];
/** Minimal standard generator of Park and Miller: the same traffic in every run. */
const MULTIPLIER = 16_807;
const MODULUS = 2_147_483_647;

export interface DashboardFixture {
  readonly port: number;
  /** Five seconds more. */
  readonly advance: () => void;
  /** From the next sample on, this many packets are lost in each. */
  losePackets: (packets: number) => void;
}

export async function startDashboard(
  after: CleanUps | { readonly after: CleanUps },
): Promise<DashboardFixture> {
  const registry = fixtureRegistry({ peerNames: PEERS });
  const readings = fixtureReadings(PEERS.length);
  const history = new History(registry);
  let seed = 1;
  const random = () => {
    seed = (seed * MULTIPLIER) % MODULUS;
    return seed / MODULUS;
  };
  let time = 1_700_000_000;
  let lost = 0;
  const advance = () => {
    time += HISTORY_INTERVAL_SECONDS;
    carryTraffic(registry, readings, random, time);
    readings.capture = [
      interfaceStats(readings, lost + (readings.capture[0]?.droppedByKernel ?? 0)),
    ];
    registry.refresh(readings);
    history.sample(time);
  };
  for (let n = 0; n < HISTORY_SAMPLES_MAX; n++) advance();

  const pages = dashboardPages({
    version: '1.2.3',
    telemetryPath: '/metrics',
    history: (since) => history.since(since),
    about: () => ({
      version: '1.2.3',
      local: '192.0.2.10, 2001:db8::/64',
      source: 'live',
      startedSeconds: 1_699_990_000,
      interfaces: [{ name: 'eth0', up: true, packets: readings.counters.packets, dropped: lost }],
    }),
  });
  const { port } = await startServer(after, { pages });
  return {
    port,
    advance,
    losePackets: (packets) => {
      lost = packets;
    },
  };
}

function interfaceStats(readings: FixtureReadings, dropped: number): FixtureReadings['capture'][0] {
  return {
    interface: 'eth0',
    up: true,
    packets: readings.counters.packets,
    droppedByKernel: dropped,
    droppedByInterface: 0,
    droppedByRing: 0,
  };
}

function carryTraffic(
  registry: MetricsRegistry,
  readings: FixtureReadings,
  random: () => number,
  time: number,
): void {
  const wave = Math.sin(time / 100);
  const calls = Math.round(40 + 20 * wave);
  for (let call = 0; call < calls; call++) carryCall(registry, random, time);
  const { counters, state } = readings;
  counters.packets += calls * 9;
  counters.packetFates[0] = (counters.packetFates[0] ?? 0) + calls * 8;
  counters.packetFates[6] = (counters.packetFates[6] ?? 0) + calls;
  state.dialogsByRoleState.set([4, Math.round(200 + 60 * wave), 2, 120, 0, 14]);
  state.registeredEndpoints = 400 + (calls % 7);
  state.registrationsOut = 12;
  state.attemptsOpen.set([0, 2, 3, 1, 0, 1, 1, 0]);
  readings.lagSeconds = 0.004 + random() / 100;
}

function carryCall({ observer }: MetricsRegistry, random: () => number, time: number): void {
  const direction = random() < 0.7 ? Direction.IN : Direction.OUT;
  const peer = Math.floor(random() * PEERS.length);
  observer.attemptStarted(direction, peer);
  const back = direction === Direction.IN ? Direction.OUT : Direction.IN;
  for (const method of [Method.INVITE, Method.ACK, Method.BYE]) {
    observer.request(direction, peer, method);
    observer.message(direction, peer, 0);
    observer.message(back, peer, 0);
  }
  const failure = FAILURES[Math.floor(random() * FAILURES.length)] ?? 500;
  const result = random() < 0.7 ? 200 : failure;
  observer.attemptEnded(direction, peer, result);
  for (const status of [100, 180, result, 200]) {
    if (status < 700) observer.response(back, peer, Method.INVITE, status);
  }
  observer.sessionRequestDelay(direction, peer, Outcome.SUCCESS, 50_000 + random() * 1_500_000);
  observer.sessionAnswerDelay(direction, peer, 1_000_000 + random() * 12_000_000);
  if (random() < 0.05) observer.requestRetransmission(direction, peer, Method.INVITE);
  observer.peerResponse(peer, time * 1e6);
}
