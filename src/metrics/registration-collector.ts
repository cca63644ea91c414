/** Counts registrations by attempt. Bindings are read off the table, see `state-collector`. */
import type { Direction } from '../direction/direction.ts';
import type { Result } from '../state/observer.ts';
import { resultIndex } from './catalogue-labels.ts';
import * as sip from './catalogue-sip.ts';
import type { CounterFamily } from './counter-family.ts';
import type { FamilySet } from './family-set.ts';
import type { HistogramFamily } from './histogram-family.ts';
import type { PeerSlots } from './peer-slots.ts';

export class RegistrationCollector {
  private readonly attempts: CounterFamily;
  private readonly results: CounterFamily;
  private readonly requestDelay: HistogramFamily;
  private readonly peers: PeerSlots;

  constructor(families: FamilySet) {
    this.peers = families.peers;
    this.attempts = families.counter(sip.registrationAttempts);
    this.results = families.counter(sip.registrationResults);
    this.requestDelay = families.histogram(sip.registrationRequestDelay);
  }

  registrationStarted(direction: Direction, peer: number): void {
    this.attempts.add2(direction, this.peers.slotOf(peer));
  }

  registrationEnded(direction: Direction, peer: number, result: Result): void {
    this.results.add3(direction, this.peers.slotOf(peer), resultIndex(result));
  }

  registrationDelay(direction: Direction, peer: number, durationUs: number): void {
    this.requestDelay.observe2(direction, this.peers.slotOf(peer), durationUs);
  }
}
