/**
 * All families and their exposition: the one object of this folder that the probe holds. Counting goes through
 * `observer`; at a scrape the gauges are read, and the families are rendered in the catalogue's order.
 */
import { CATALOGUE } from './catalogue.ts';
import * as probe from './catalogue-probe.ts';
import { Collectors } from './collectors.ts';
import { ExpositionFormat, FamilyText, OPENMETRICS_END, renderFamilies } from './exposition.ts';
import type { FamilyDefinition } from './family-definition.ts';
import { FamilySet } from './family-set.ts';
import type { GaugeFamily } from './gauge-family.ts';
import type { ExemplarSource } from './histogram-family.ts';
import { HistogramFamily } from './histogram-family.ts';
import { NameSlots } from './name-slots.ts';
import { PeerSlots } from './peer-slots.ts';
import { ProbeCollector } from './probe-collector.ts';
import type { ProbeReadings } from './probe-readings.ts';
import { StateCollector } from './state-collector.ts';

/** Interfaces with label values of their own; a capture file may claim any number. */
export const INTERFACES_MAX = 64;

/** Which of the two sets of names drachtio's families are exposed under: METRICS.md section 1. */
export type DrachtioNames = 'docs' | 'server' | 'both';

export interface MetricsOptions {
  readonly version: string;
  /** `process.version`, without the `v`. */
  readonly nodeVersion: string;
  /** Empty where no libpcap is in use. */
  readonly libpcapVersion: string;
  readonly drachtioNames: DrachtioNames;
  /** `peerNames[peer]` is the name of the Observer's `peer`; index 0 is `other`. */
  readonly peerNames: readonly string[];
  /** Peers with label values of their own. */
  readonly peersMax: number;
  /** Exposed series of sections 1 to 3. */
  readonly seriesMax: number;
}

export class MetricsRegistry {
  /** What state tells its events to. */
  readonly observer: Collectors;
  readonly state: StateCollector;
  private readonly families: FamilySet;
  private readonly probe: ProbeCollector;
  private readonly seriesOverflow: GaugeFamily;
  private readonly texts: readonly FamilyText[];

  constructor(options: MetricsOptions) {
    const peers = new PeerSlots(options.peersMax);
    this.families = new FamilySet(
      peers,
      {
        peers: peers.slots,
        interfaces: new NameSlots(INTERFACES_MAX),
        sipgaugeVersion: `sipgauge-${options.version}`,
        version: options.version,
        node: options.nodeVersion,
        libpcap: options.libpcapVersion,
      },
      options.seriesMax,
    );
    this.observer = new Collectors(this.families);
    this.state = new StateCollector(this.families);
    this.probe = new ProbeCollector(this.families);
    this.seriesOverflow = this.families.gauge(probe.seriesOverflow);
    this.texts = CATALOGUE.flatMap((definition) => this.textsOf(definition, options.drachtioNames));
    this.setPeers(options.peerNames);
  }

  /**
   * Another list of peers, as after a reload. A name that was there before keeps its numbers; one that is gone
   * goes on being exposed; one for which there is no room is `other`.
   */
  setPeers(names: readonly string[]): void {
    this.families.peers.assign(names, (name) => this.addPeer(name));
  }

  /** Attach hashed Call-IDs to slow observations; they show in OpenMetrics only. */
  enableExemplars(source: ExemplarSource): void {
    for (const family of this.families.all()) {
      if (family instanceof HistogramFamily) family.enableExemplars(source);
    }
  }

  /** Brings the gauges up to date. `render` does not, so that one refresh may serve several readers. */
  refresh(readings: ProbeReadings): void {
    const { msgsRecv, msgsSent } = this.observer.messages;
    this.state.refresh(readings.gauges(), msgsRecv.value(0) + msgsSent.value(0) > 0);
    this.observer.transactions.refresh();
    this.probe.refresh(readings);
    for (const [index, definition] of probe.FOLDING_FAMILIES.entries()) {
      this.seriesOverflow.set(index, this.families.get(definition).overflow);
    }
  }

  /** The whole exposition, of the last refresh. */
  render(format: ExpositionFormat): string {
    const end = format === ExpositionFormat.OPENMETRICS ? OPENMETRICS_END : '';
    return this.renderOpen(format) + end;
  }

  /** Without the end mark, for a caller that appends families of its own. */
  renderOpen(format: ExpositionFormat): string {
    return renderFamilies(this.texts, format);
  }

  /** Series exposed now, histograms by bucket. */
  get series(): number {
    return this.families.budget.used;
  }

  /** One sample of a counter or gauge, as of the last refresh. */
  value(definition: FamilyDefinition, index: number): number {
    const family = this.families.get(definition);
    return family instanceof HistogramFamily ? 0 : family.value(index);
  }

  /** The sum of a counter's or gauge's samples that have these value indices; `undefined` stands for any. */
  total(definition: FamilyDefinition, wanted: readonly (number | undefined)[]): number {
    const family = this.families.get(definition);
    if (family instanceof HistogramFamily) return 0;
    let sum = 0;
    for (const set of family.sets) {
      if (family.space.matches(set, wanted)) sum += family.value(set);
    }
    return sum;
  }

  /** The same of one bucket of a histogram, on its own. */
  bucketTotal(
    definition: FamilyDefinition,
    wanted: readonly (number | undefined)[],
    bucket: number,
  ): number {
    const family = this.families.get(definition);
    if (!(family instanceof HistogramFamily)) return 0;
    let sum = 0;
    for (const set of family.sets) {
      if (family.space.matches(set, wanted)) sum += family.bucketCount(set, bucket);
    }
    return sum;
  }

  /** Names of peers by slot, which is the value index of their label; `other` first. */
  get peerNames(): readonly string[] {
    return this.families.peers.slots.names;
  }

  /** Slots there can be. */
  get peerCapacity(): number {
    return this.families.peers.slots.capacity;
  }

  private textsOf(definition: FamilyDefinition, names: DrachtioNames): FamilyText[] {
    const family = this.families.get(definition);
    const serverName = definition.serverName;
    const texts: FamilyText[] = [];
    if (serverName === undefined || names !== 'server') {
      texts.push(new FamilyText(family, definition.name));
    }
    if (serverName !== undefined && names !== 'docs') {
      texts.push(new FamilyText(family, serverName));
    }
    return texts;
  }

  /** Gives a new peer its label sets, unless they would exceed a limit: then it is `other`, and counted. */
  private addPeer(name: string): boolean {
    const { budget, peers } = this.families;
    const families = [...this.families.all()].filter((family) =>
      family.space.hasRuntimeLabel('peer'),
    );
    const slot = peers.slots.names.length;
    let series = 0;
    for (const family of families) series += family.initialSeries(slot);
    if (peers.slots.full || !budget.hasRoomFor(series)) {
      for (const family of families) family.overflow++;
      return false;
    }
    peers.slots.slotOf(name);
    for (const family of families) family.showInitial(slot);
    return true;
  }
}
