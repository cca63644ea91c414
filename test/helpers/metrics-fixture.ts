/** A registry over readings that a test can change, and events of every kind to fill it with. */
import type { CaptureStats } from '../../src/capture/packet-source.ts';
import { PipelineCounters } from '../../src/core/pipeline-counters.ts';
import type { TableUse } from '../../src/core/table.ts';
import { Table } from '../../src/core/table.ts';
import { Transport } from '../../src/core/transport.ts';
import { Direction } from '../../src/direction/direction.ts';
import type { MetricsOptions } from '../../src/metrics/metrics-registry.ts';
import { MetricsRegistry } from '../../src/metrics/metrics-registry.ts';
import type { ProbeReadings } from '../../src/metrics/probe-readings.ts';
import { Method } from '../../src/sip-parser/method.ts';
import type { Observer } from '../../src/state/observer.ts';
import { EndedBy, Interval, Outcome, Result, Role, Timeout } from '../../src/state/observer.ts';
import type { StateGauges } from '../../src/state/state-gauges.ts';

export interface FixtureReadings extends ProbeReadings {
  readonly state: StateGauges;
  capture: readonly CaptureStats[];
  tableUses: readonly TableUse[];
  clockUs: number;
  lagSeconds: number | undefined;
}

export function fixtureReadings(peers: number): FixtureReadings {
  const state: StateGauges = {
    clientTransactions: 0,
    serverTransactions: 0,
    dialogs: 0,
    stableInbound: 0,
    stableOutbound: 0,
    proxyCores: 0,
    registeredEndpoints: 0,
    registrationsOut: 0,
    appConnections: 0,
    clientTransactionSlots: 0,
    serverTransactionSlots: 0,
    dialogSlots: 0,
    dialogsByRoleState: new Float64Array(6),
    attemptsOpen: new Float64Array(2 * peers),
  };
  return {
    state,
    counters: new PipelineCounters(),
    capture: [],
    tableUses: [],
    clockUs: 0,
    lagSeconds: undefined,
    gauges: () => state,
    tables() {
      return this.tableUses;
    },
    captureStats() {
      return this.capture;
    },
    packetClockUs() {
      return this.clockUs;
    },
    captureLagSeconds() {
      return this.lagSeconds;
    },
    tcpStreams: () => 0,
    tlsFlows: () => 0,
    startedSeconds: () => 1_700_000_000.75,
  };
}

export function fixtureRegistry(options: Partial<MetricsOptions> = {}): MetricsRegistry {
  return new MetricsRegistry({
    version: '1.2.3',
    nodeVersion: '20.0.0',
    libpcapVersion: '1.10.3',
    drachtioNames: 'docs',
    peerNames: ['other'],
    peersMax: 32,
    seriesMax: 10_000,
    ...options,
  });
}

/** At least one event of every kind, in both directions, for `peers` peers. */
export function observeEverything(observer: Observer, peers: number): void {
  for (const direction of [Direction.IN, Direction.OUT]) {
    for (let peer = 0; peer < peers; peer++) observeDirection(observer, direction, peer);
  }
  for (const role of [Role.CLIENT, Role.SERVER]) {
    observer.transactionCompleted(role, Method.OPTIONS, 250_000);
    observer.transactionCompleted(role, Method.MESSAGE, 40_000_000);
  }
  observer.transactionTimeout(Role.CLIENT, 0, Timeout.B);
  observer.transactionTimeout(Role.SERVER, 0, Timeout.NO_ACK);
  observer.peerResponse(0, 1_700_000_001_500_000);
  observer.peerTimeout(0);
  observer.proxyForwarded(Method.INVITE, 1_500);
  observer.proxyForwarded(Method.BYE, 1_000);
  observer.intervalDiscarded(Interval.PDD);
}

function observeDirection(observer: Observer, direction: Direction, peer: number): void {
  observer.message(direction, peer, Transport.UDP);
  observer.message(direction, peer, Transport.WSS);
  observer.requestLine(direction);
  observer.badMessage(direction, 1, true);
  observer.badMessage(direction, 2, false);
  observer.oddity(direction, 1);
  observer.request(direction, peer, Method.INVITE);
  observer.request(direction, peer, Method.PUBLISH);
  observer.response(direction, peer, Method.INVITE, 200);
  observer.response(direction, peer, Method.INVITE, 999);
  observer.requestRetransmission(direction, peer, Method.INVITE);
  observer.responseRetransmission(direction, peer, Method.NOTIFY);
  observer.strayResponse(direction);
  observer.callPdd(direction, 1_000_000);
  observer.callPdd(direction, 1_000_001);
  observer.callAnswer(direction, 70_000_000);
  observer.attemptStarted(direction, peer);
  observer.attemptEnded(direction, peer, 200);
  observer.attemptEnded(direction, peer, 404);
  observer.attemptEnded(direction, peer, Result.LOST);
  observer.lateAnswer(direction);
  observer.sessionRequestDelay(direction, peer, Outcome.SUCCESS, 125_000);
  observer.sessionAnswerDelay(direction, peer, 5_250_000);
  observer.sessionDisconnectDelay(direction, Outcome.FAILURE, 32_000_000);
  observer.dialogEarly(direction, peer);
  observer.dialogConfirmed(direction, peer);
  observer.sessionEnded(direction, peer, EndedBy.REMOTE);
  observer.sessionDuration(direction, peer, 7_200_000_000);
  observer.unknownDialogRequest(direction);
  observer.registrationStarted(direction, peer);
  observer.registrationEnded(direction, peer, 200);
  observer.registrationDelay(direction, peer, 80_000);
  observer.bindingAdded(direction);
  observer.bindingRemoved(direction);
}

/** Numbers in every reading. */
export function readEverything(readings: FixtureReadings): void {
  const { state, counters } = readings;
  state.stableInbound = 2;
  state.proxyCores = 1;
  state.dialogsByRoleState.set([1, 2, 3, 4, 5, 6]);
  state.attemptsOpen.fill(1);
  counters.packets = 12;
  counters.bytes = 3456;
  counters.packetFates.set([9, 1, 2]);
  counters.messages = 9;
  counters.messageFates.set([4, 5]);
  counters.keepalives.fill(1);
  counters.tlsAlerts.set([1, 2, 3, 4, 5, 6]);
  counters.internalErrors.fill(1);
  readings.clockUs = 1_700_000_000_123_456;
  readings.tableUses = [{ table: Table.DIALOGS, rows: 3, capacity: 1024, evictions: 1 }];
  readings.capture = [
    {
      interface: 'eth0',
      up: true,
      packets: 12,
      droppedByKernel: 1,
      droppedByInterface: 2,
      droppedByRing: 3,
    },
  ];
}

/** The samples of an exposition by series, as written. */
export function samplesOf(text: string): Map<string, string> {
  const samples = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const end = line.lastIndexOf('} ') + 1 || line.indexOf(' ');
    samples.set(line.slice(0, end), line.slice(end + 1));
  }
  return samples;
}
