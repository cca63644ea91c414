/** Counts what the state machines could not place: section 3's events. */
import type { Interval } from '../state/observer.ts';
import * as probe from './catalogue-probe.ts';
import type { CounterFamily } from './counter-family.ts';
import type { FamilySet } from './family-set.ts';

export class DoubtCollector {
  private readonly unknownDialogRequests: CounterFamily;
  private readonly intervalsDiscarded: CounterFamily;

  constructor(families: FamilySet) {
    this.unknownDialogRequests = families.counter(probe.unknownDialogRequests);
    this.intervalsDiscarded = families.counter(probe.intervalsDiscarded);
  }

  unknownDialogRequest(): void {
    this.unknownDialogRequests.add(0);
  }

  intervalDiscarded(interval: Interval): void {
    this.intervalsDiscarded.add(interval);
  }
}
