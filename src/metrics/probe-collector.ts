/** Reads what the other stages counted and measured just before a scrape: section 3 of docs/METRICS.md. */
import type { CaptureStats } from '../capture/packet-source.ts';
import type { PipelineCounters } from '../core/pipeline-counters.ts';
import type { TableUse } from '../core/table.ts';
import * as drachtio from './catalogue-drachtio.ts';
import * as probe from './catalogue-probe.ts';
import type { FamilySet } from './family-set.ts';
import type { GaugeFamily } from './gauge-family.ts';
import type { NameSlots } from './name-slots.ts';
import type { ProbeReadings } from './probe-readings.ts';

const STAGE_KERNEL = 0;
const STAGE_INTERFACE = 1;
const STAGE_RING = 2;

export class ProbeCollector {
  private readonly interfaces: NameSlots;
  private readonly timeStarted: GaugeFamily;
  private readonly captureUp: GaugeFamily;
  private readonly capturePackets: GaugeFamily;
  private readonly captureDropped: GaugeFamily;
  private readonly packets: GaugeFamily;
  private readonly packetFate: GaugeFamily;
  private readonly messages: GaugeFamily;
  private readonly messageFate: GaugeFamily;
  private readonly bytes: GaugeFamily;
  private readonly fragments: GaugeFamily;
  private readonly tcpStreams: GaugeFamily;
  private readonly tcpGaps: GaugeFamily;
  private readonly tcpLostBytes: GaugeFamily;
  private readonly tlsFlows: GaugeFamily;
  private readonly tlsHandshakes: GaugeFamily;
  private readonly tlsAlerts: GaugeFamily;
  private readonly tlsResets: GaugeFamily;
  private readonly keepalives: GaugeFamily;
  private readonly tableRows: GaugeFamily;
  private readonly tableCapacity: GaugeFamily;
  private readonly tableEvictions: GaugeFamily;
  private readonly internalErrors: GaugeFamily;
  private readonly packetClock: GaugeFamily;
  private readonly captureLag: GaugeFamily;
  private readonly clockSteps: GaugeFamily;

  constructor(families: FamilySet) {
    this.interfaces = families.runtime.interfaces;
    families.gauge(drachtio.drachtioBuildInfo).set(0, 1);
    families.gauge(probe.buildInfo).set(0, 1);
    this.timeStarted = families.gauge(drachtio.timeStarted);
    this.captureUp = families.gauge(probe.captureUp);
    this.capturePackets = families.gauge(probe.capturePackets);
    this.captureDropped = families.gauge(probe.captureDropped);
    this.packets = families.gauge(probe.packets);
    this.packetFate = families.gauge(probe.packetFate);
    this.messages = families.gauge(probe.deliveredMessages);
    this.messageFate = families.gauge(probe.messageFate);
    this.bytes = families.gauge(probe.bytes);
    this.fragments = families.gauge(probe.fragmentReassembly);
    this.tcpStreams = families.gauge(probe.tcpStreams);
    this.tcpGaps = families.gauge(probe.tcpGaps);
    this.tcpLostBytes = families.gauge(probe.tcpLostBytes);
    this.tlsFlows = families.gauge(probe.tlsFlows);
    this.tlsHandshakes = families.gauge(probe.tlsHandshakes);
    this.tlsAlerts = families.gauge(probe.tlsAlerts);
    this.tlsResets = families.gauge(probe.tlsResets);
    this.keepalives = families.gauge(probe.keepalives);
    this.tableRows = families.gauge(probe.tableRows);
    this.tableCapacity = families.gauge(probe.tableCapacity);
    this.tableEvictions = families.gauge(probe.tableEvictions);
    this.internalErrors = families.gauge(probe.internalErrors);
    this.packetClock = families.gauge(probe.packetClock);
    this.captureLag = families.gauge(probe.captureLag);
    this.clockSteps = families.gauge(probe.clockSteps);
    this.captureLag.hide(0);
  }

  refresh(readings: ProbeReadings): void {
    // Whole seconds, as drachtio's own.
    this.timeStarted.set(0, Math.floor(readings.startedSeconds()));
    this.refreshPipeline(readings.counters);
    this.refreshCapture(readings.captureStats());
    this.refreshTables(readings.tables());
    this.tcpStreams.set(0, readings.tcpStreams());
    this.tlsFlows.set(0, readings.tlsFlows());
    this.packetClock.set(0, readings.packetClockUs() / 1e6);
    const lagSeconds = readings.captureLagSeconds();
    if (lagSeconds === undefined) this.captureLag.hide(0);
    else this.captureLag.set(0, lagSeconds);
  }

  private refreshPipeline(counters: PipelineCounters): void {
    this.packets.set(0, counters.packets);
    this.bytes.set(0, counters.bytes);
    this.packetFate.setAll(counters.packetFates);
    this.messages.set(0, counters.messages);
    this.messageFate.setAll(counters.messageFates);
    this.keepalives.setAll(counters.keepalives);
    this.fragments.setAll(counters.fragmentResults);
    this.tcpGaps.set(0, counters.tcpGaps);
    this.tcpLostBytes.set(0, counters.tcpLostBytes);
    this.tlsHandshakes.setAll(counters.tlsHandshakes);
    this.tlsAlerts.setAll(counters.tlsAlerts);
    this.tlsResets.set(0, counters.tlsResets);
    this.clockSteps.set(0, counters.clockSteps);
    this.internalErrors.setAll(counters.internalErrors);
  }

  /** Interfaces beyond the limit share `other`: their packets add up, and it is up while all of them are. */
  private refreshCapture(stats: readonly CaptureStats[]): void {
    this.capturePackets.clear();
    this.captureDropped.clear();
    for (const capture of stats) {
      const slot = this.interfaces.slotOf(capture.interface);
      this.captureUp.set(slot, 1);
      this.capturePackets.set(slot, this.capturePackets.value(slot) + capture.packets);
      this.addDropped(slot, STAGE_KERNEL, capture.droppedByKernel);
      this.addDropped(slot, STAGE_INTERFACE, capture.droppedByInterface);
      this.addDropped(slot, STAGE_RING, capture.droppedByRing);
    }
    for (const capture of stats) {
      if (!capture.up) this.captureUp.set(this.interfaces.slotOf(capture.interface), 0);
    }
  }

  private addDropped(slot: number, stage: number, packets: number): void {
    const index = this.captureDropped.space.at2(slot, stage);
    this.captureDropped.set(index, this.captureDropped.value(index) + packets);
  }

  private refreshTables(tables: readonly TableUse[]): void {
    for (const use of tables) {
      this.tableRows.set(use.table, use.rows);
      this.tableCapacity.set(use.table, use.capacity);
      this.tableEvictions.set(use.table, use.evictions);
    }
  }
}
