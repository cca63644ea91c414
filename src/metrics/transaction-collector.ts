/** Counts transactions: how long they took, which timer ended them, how their peers are doing, proxied copies. */
import { float64At } from '../core/columns.ts';
import { Method } from '../sip-parser/method.ts';
import type { Role, Timeout } from '../state/observer.ts';
import * as sip from './catalogue-sip.ts';
import type { CounterFamily } from './counter-family.ts';
import type { FamilySet } from './family-set.ts';
import type { GaugeFamily } from './gauge-family.ts';
import type { HistogramFamily } from './histogram-family.ts';
import type { PeerSlots } from './peer-slots.ts';

const PROXY_INVITE = 0;
const PROXY_REGISTER = 1;
const PROXY_OTHER = 2;

export class TransactionCollector {
  private readonly durations: HistogramFamily;
  private readonly timeouts: CounterFamily;
  private readonly forwards: HistogramFamily;
  private readonly lastResponse: GaugeFamily;
  private readonly consecutiveTimeouts: GaugeFamily;
  private readonly lastResponseUs: Float64Array;
  private readonly timeoutsInARow: Float64Array;
  private readonly peers: PeerSlots;

  constructor(families: FamilySet) {
    this.peers = families.peers;
    this.durations = families.histogram(sip.transactionSeconds);
    this.timeouts = families.counter(sip.transactionTimeouts);
    this.forwards = families.histogram(sip.proxyForward);
    this.lastResponse = families.gauge(sip.peerLastResponse);
    this.consecutiveTimeouts = families.gauge(sip.peerConsecutiveTimeouts);
    this.lastResponseUs = new Float64Array(families.peers.slots.capacity);
    this.timeoutsInARow = new Float64Array(families.peers.slots.capacity);
  }

  transactionCompleted(role: Role, method: Method, durationUs: number): void {
    this.durations.observe2(role, method, durationUs);
  }

  transactionTimeout(role: Role, peer: number, timer: Timeout): void {
    this.timeouts.add3(role, this.peers.slotOf(peer), timer);
  }

  peerResponse(peer: number, timestampUs: number): void {
    const slot = this.peers.slotOf(peer);
    this.lastResponseUs[slot] = timestampUs;
    this.timeoutsInARow[slot] = 0;
  }

  peerTimeout(peer: number): void {
    const slot = this.peers.slotOf(peer);
    this.timeoutsInARow[slot] = float64At(this.timeoutsInARow, slot) + 1;
  }

  proxyForwarded(method: Method, durationUs: number): void {
    this.forwards.observe(proxyMethodIndex(method), durationUs);
  }

  /** Writes the gauges; called before a scrape. */
  refresh(): void {
    for (let slot = 0; slot < this.peers.slots.names.length; slot++) {
      this.lastResponse.set(slot, float64At(this.lastResponseUs, slot) / 1e6);
      this.consecutiveTimeouts.set(slot, float64At(this.timeoutsInARow, slot));
    }
  }
}

/** Index into PROXY_METHOD_NAMES. */
function proxyMethodIndex(method: Method): number {
  if (method === Method.INVITE) return PROXY_INVITE;
  return method === Method.REGISTER ? PROXY_REGISTER : PROXY_OTHER;
}
