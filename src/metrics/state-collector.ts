/** Reads the gauges of the state tables just before a scrape: nothing here is kept by adding and subtracting. */
import { Direction } from '../direction/direction.ts';
import type { StateGauges } from '../state/state-gauges.ts';
import * as drachtio from './catalogue-drachtio.ts';
import * as sip from './catalogue-sip.ts';
import type { FamilySet } from './family-set.ts';
import type { GaugeFamily } from './gauge-family.ts';
import type { PeerSlots } from './peer-slots.ts';

const INBOUND = 0;
const OUTBOUND = 1;

export class StateCollector {
  readonly attemptsOpen: GaugeFamily;
  private readonly stableDialogs: GaugeFamily;
  private readonly proxyCores: GaugeFamily;
  private readonly registeredEndpoints: GaugeFamily;
  private readonly appConnections: GaugeFamily;
  private readonly clientTxnSlots: GaugeFamily;
  private readonly serverTxnSlots: GaugeFamily;
  private readonly dialogSlots: GaugeFamily;
  private readonly serverTxns: GaugeFamily;
  private readonly clientTxns: GaugeFamily;
  private readonly sofiaDialogs: GaugeFamily;
  private readonly registrations: GaugeFamily;
  private readonly dialogs: GaugeFamily;
  private readonly peers: PeerSlots;

  constructor(families: FamilySet) {
    this.peers = families.peers;
    this.stableDialogs = families.gauge(drachtio.stableDialogs);
    this.proxyCores = families.gauge(drachtio.proxyCores);
    this.registeredEndpoints = families.gauge(drachtio.registeredEndpoints);
    this.appConnections = families.gauge(drachtio.appConnections);
    this.clientTxnSlots = families.gauge(drachtio.clientTxnHashSize);
    this.serverTxnSlots = families.gauge(drachtio.serverTxnHashSize);
    this.dialogSlots = families.gauge(drachtio.dialogHashSize);
    this.serverTxns = families.gauge(drachtio.serverTxns);
    this.clientTxns = families.gauge(drachtio.clientTxns);
    this.sofiaDialogs = families.gauge(drachtio.sofiaDialogs);
    this.attemptsOpen = families.gauge(sip.sessionAttemptsOpen);
    this.registrations = families.gauge(sip.registrations);
    this.dialogs = families.gauge(sip.dialogs);
  }

  /** `used`: a message of the local side was seen, so that labelled gauges are in use even at 0. */
  refresh(gauges: StateGauges, used: boolean): void {
    if (used) {
      this.stableDialogs.set(INBOUND, gauges.stableInbound);
      this.stableDialogs.set(OUTBOUND, gauges.stableOutbound);
    }
    this.proxyCores.set(0, gauges.proxyCores);
    this.registeredEndpoints.set(0, gauges.registeredEndpoints);
    this.appConnections.set(0, gauges.appConnections);
    this.clientTxnSlots.set(0, gauges.clientTransactionSlots);
    this.serverTxnSlots.set(0, gauges.serverTransactionSlots);
    this.dialogSlots.set(0, gauges.dialogSlots);
    this.serverTxns.set(0, gauges.serverTransactions);
    this.clientTxns.set(0, gauges.clientTransactions);
    this.sofiaDialogs.set(0, gauges.dialogs);
    this.registrations.set(Direction.IN, gauges.registeredEndpoints);
    this.registrations.set(Direction.OUT, gauges.registrationsOut);
    this.dialogs.setAll(gauges.dialogsByRoleState);
    this.refreshAttemptsOpen(gauges.attemptsOpen);
  }

  /** Several configured peers may share a slot (`other`), and a slot may have no peer any more. */
  private refreshAttemptsOpen(open: Float64Array): void {
    const family = this.attemptsOpen;
    const peers = this.peers.count;
    for (let direction = 0; direction < 2; direction++) {
      for (let slot = 0; slot < this.peers.slots.names.length; slot++) {
        family.set2(direction, slot, 0);
      }
      for (let peer = 0; peer < peers; peer++) {
        const index = family.space.at2(direction, this.peers.slotOf(peer));
        family.set(index, family.value(index) + (open[direction * peers + peer] ?? 0));
      }
    }
  }
}
