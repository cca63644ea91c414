/**
 * Builds the stages of one run from its configuration and wires them up: the data plane with its metrics,
 * and what a scrape reads of it. It opens nothing and reads no clock.
 */
import type { CaptureStats } from './capture/packet-source.ts';
import type { Config } from './config/config.ts';
import { portCells } from './config/port-cells.ts';
import { type Endpoint, parseEndpoint } from './core/address-set.ts';
import { assert } from './core/assert.ts';
import type { PacketBatch } from './core/packet-batch.ts';
import { PipelineCounters } from './core/pipeline-counters.ts';
import { Table, type TableUse } from './core/table.ts';
import { tunnelKindsOf } from './decode/tunnel-kinds.ts';
import { Delivery } from './delivery.ts';
import { AddressTally } from './direction/address-tally.ts';
import { LocalSide } from './direction/local-side.ts';
import { type PeerRange, Peers } from './direction/peers.ts';
import { Explain } from './explain.ts';
import { MetricsRegistry } from './metrics/metrics-registry.ts';
import type { ProbeReadings } from './metrics/probe-readings.ts';
import { Pipeline } from './pipeline.ts';
import { Duplicates } from './reassembly/duplicates.ts';
import { IpFragments } from './reassembly/ip-fragments.ts';
import type { Observer } from './state/observer.ts';
import type { StateGauges } from './state/state-gauges.ts';
import { Tracker } from './state/tracker.ts';
import { Streams } from './streams.ts';
import { UsualPackets } from './usual-packets.ts';
import { usualPorts } from './usual-ports.ts';

/** A hole in a stream that no retransmission filled for so long is given up. */
const GAP_WAIT_US = 2_000_000;
/** A silent connection is forgotten: longer than the keep-alives of RFC 5626 and of most trunks. */
const STREAM_IDLE_US = 7_200_000_000;

export interface DataPlaneOptions {
  readonly config: Config;
  /** What is measured; may be empty while it is being inferred. */
  readonly local: readonly Endpoint[];
  /** Fixed in a replay, random per process when live. */
  readonly seed: number;
  /** Counts addresses to infer, or to check, the local side. */
  readonly tallying: boolean;
  readonly dedupWindowUs: number;
  readonly version: string;
  readonly nodeVersion: string;
  readonly libpcapVersion: string;
  /** Puts another observer in front of the collectors, which it has to pass everything on to. */
  readonly wrapObserver?: (collectors: Observer) => Observer;
}

export class DataPlane implements ProbeReadings {
  readonly counters: PipelineCounters = new PipelineCounters();
  readonly pipeline: Pipeline;
  readonly tracker: Tracker;
  readonly registry: MetricsRegistry;
  readonly tally: AddressTally | undefined;
  readonly packetExplain: Explain | undefined;
  readonly messageExplain: Explain | undefined;
  private readonly local: LocalSide;
  private readonly fragments: IpFragments;
  private readonly streams: Streams;
  private readonly duplicates: Duplicates | undefined;
  private readonly delivery: Delivery;
  private peers: Peers;
  /** Set by whoever runs the plane. */
  source: { stats(): readonly CaptureStats[] } | undefined = undefined;
  startedUs = 0;
  lagSeconds: (() => number | undefined) | undefined = undefined;

  constructor(options: DataPlaneOptions) {
    const { config, seed } = options;
    const { counters } = this;
    const { limits } = config;
    this.peers = peersOf(config);
    this.registry = new MetricsRegistry({
      version: options.version,
      nodeVersion: options.nodeVersion,
      libpcapVersion: options.libpcapVersion,
      drachtioNames: config.drachtioNames,
      peerNames: this.peers.names,
      peersMax: limits.peers,
      seriesMax: limits.series,
    });
    const collectors = this.registry.observer;
    const observer = options.wrapObserver?.(collectors) ?? collectors;
    this.tracker = new Tracker(trackerOptions(config, seed), observer);
    this.tracker.setPeers(identityMap(this.peers.names.length), this.peers.names.length);
    this.local = new LocalSide(options.local, limits.flows, seed);
    this.tally = options.tallying ? new AddressTally(seed) : undefined;
    this.fragments = new IpFragments({ rowsMax: limits.fragments, seed, counters });
    const sipPorts = portCells(config.ports.sip);
    this.streams = new Streams({
      rowsMax: limits.tcpStreams,
      associationsMax: limits.sctpAssociations,
      webSocketPorts: portCells(config.ports.webSocket),
      bytesMax: limits.streamBytes,
      messageMax: limits.streamMessageBytes,
      gapWaitUs: GAP_WAIT_US,
      idleUs: STREAM_IDLE_US,
      sipPorts,
      tlsPorts: portCells(config.ports.tls),
      seed,
      counters,
      local: this.local,
    });
    const windowUs = options.dedupWindowUs;
    this.duplicates = windowUs > 0 ? new Duplicates({ windowUs, seed }) : undefined;
    const { local, tally, tracker, fragments, streams, duplicates } = this;
    this.delivery = new Delivery({ local, peers: this.peers, tracker, observer, counters, tally });
    this.packetExplain = config.replay.explain ? new Explain() : undefined;
    this.messageExplain = config.replay.explain ? new Explain() : undefined;
    this.pipeline = new Pipeline({
      counters,
      delivery: this.delivery,
      tracker,
      local,
      fragments,
      streams,
      duplicates,
      sipPorts,
      hepPorts: portCells(config.hep.ports),
      usualPackets: this.usualPacketsOf(config),
      hepKey: new TextEncoder().encode(config.hep.authKey ?? ''),
      tunnelKinds: tunnelKindsOf(config.tunnels),
      appPort: config.ports.app,
      packetExplain: this.packetExplain,
      messageExplain: this.messageExplain,
    });
    if (config.exemplars) this.registry.enableExemplars(this.tracker);
  }

  /** None where more is asked of a packet than a record says of it. */
  private usualPacketsOf(config: Config): UsualPackets | undefined {
    if (this.duplicates !== undefined || this.local.byPort) return undefined;
    const usual = new UsualPackets(usualPorts(config), this.tracker.lookahead());
    this.tracker.arrival.keys.prepare(usual.message);
    return usual;
  }

  /** Packets of a batch, up to one stamped after `untilUs`; false when there was one. */
  consume(batch: PacketBatch, untilUs: number): boolean {
    if (this.startedUs === 0 && batch.count > 0) this.startedUs = batch.timestampUs[0] ?? 0;
    return this.pipeline.consume(batch, 0, untilUs) === batch.count;
  }

  /** Addresses without a port that are local from now on. */
  addLocal(endpoints: readonly Endpoint[]): void {
    for (const endpoint of endpoints) this.local.add(endpoint);
  }

  /** Other peers, as after a reload: what was counted stays with its name. */
  setPeers(config: Config): void {
    const old = this.peers.names;
    const peers = peersOf(config);
    const map = Uint16Array.from(old, (name) => Math.max(0, peers.names.indexOf(name)));
    this.peers = peers;
    this.delivery.peers = peers;
    this.tracker.setPeers(map, peers.names.length);
    this.registry.setPeers(peers.names);
  }

  gauges(): StateGauges {
    return this.tracker.gauges(this.pipeline.clock.nowUs);
  }

  tables(): readonly TableUse[] {
    const { slab, evictions } = this.local.flows;
    const flows = { table: Table.FLOWS, rows: slab.size, capacity: slab.rowsMax, evictions };
    const { fragments, streams, duplicates } = this;
    const uses = [...this.tracker.uses(), flows, fragments.use(), ...streams.uses()];
    if (duplicates !== undefined) uses.push(duplicates.use());
    return uses;
  }

  captureStats(): readonly CaptureStats[] {
    return this.source?.stats() ?? [];
  }

  packetClockUs(): number {
    return this.pipeline.clock.packetUs;
  }

  captureLagSeconds(): number | undefined {
    return this.lagSeconds?.();
  }

  tcpStreams(): number {
    return this.streams.tcpStreams;
  }

  tlsFlows(): number {
    return this.streams.tlsFlows;
  }

  startedSeconds(): number {
    return this.startedUs / 1e6;
  }
}

/** Endpoints that the configuration has checked. */
export function endpointsOf(texts: readonly string[]): Endpoint[] {
  return texts.map((text) => {
    const endpoint = parseEndpoint(text);
    assert(endpoint !== undefined, 'configured endpoints were validated');
    return endpoint;
  });
}

function peersOf(config: Config): Peers {
  const ranges: PeerRange[] = config.peers.flatMap(({ name, networks }) =>
    endpointsOf(networks).map((endpoint) => ({ name, endpoint })),
  );
  return new Peers(ranges);
}

function trackerOptions(config: Config, seed: number): ConstructorParameters<typeof Tracker>[0] {
  const { times, limits } = config;
  return {
    seed,
    matchLingerUs: times.matchLingerUs,
    retryWaitUs: times.retryWaitUs,
    inviteMaxAgeUs: times.inviteMaxAgeUs,
    dialogMaxAgeUs: times.dialogMaxAgeUs,
    appIdleUs: times.appIdleUs,
    topologyHiding: config.topologyHiding,
    transactionsMax: limits.transactions,
    dialogsMax: limits.dialogs,
    attemptsMax: limits.attempts,
    registrationsMax: limits.registrations,
    registrationAttemptsMax: limits.attempts,
    appConnectionsMax: limits.appConnections,
  };
}

function identityMap(length: number): Uint16Array {
  return Uint16Array.from({ length }, (_, i) => i);
}
