/** Builds the families and keeps them by definition, so that collectors own cells and the registry owns the order. */
import { assert } from '../core/assert.ts';
import { CounterFamily } from './counter-family.ts';
import type { AnyFamily } from './exposition.ts';
import type { FamilyDefinition } from './family-definition.ts';
import { GaugeFamily } from './gauge-family.ts';
import { HistogramFamily } from './histogram-family.ts';
import type { RuntimeLabels } from './label-space.ts';
import type { PeerSlots } from './peer-slots.ts';
import { SeriesBudget } from './series-budget.ts';

export class FamilySet {
  readonly peers: PeerSlots;
  readonly runtime: RuntimeLabels;
  readonly budget: SeriesBudget;
  private readonly families: Map<FamilyDefinition, AnyFamily> = new Map();

  constructor(peers: PeerSlots, runtime: RuntimeLabels, seriesMax: number) {
    this.peers = peers;
    this.runtime = runtime;
    this.budget = new SeriesBudget(seriesMax);
  }

  /** Counted by a collector. */
  counter(definition: FamilyDefinition): CounterFamily {
    return this.keep(definition, new CounterFamily(definition, this.runtime, this.budget));
  }

  /** Written before a scrape; also for counters that other stages keep. */
  gauge(definition: FamilyDefinition): GaugeFamily {
    return this.keep(definition, new GaugeFamily(definition, this.runtime, this.budget));
  }

  histogram(definition: FamilyDefinition): HistogramFamily {
    return this.keep(definition, new HistogramFamily(definition, this.runtime, this.budget));
  }

  get(definition: FamilyDefinition): AnyFamily {
    const family = this.families.get(definition);
    assert(family !== undefined, `a collector fills ${definition.name}`);
    return family;
  }

  all(): Iterable<AnyFamily> {
    return this.families.values();
  }

  private keep<T extends AnyFamily>(definition: FamilyDefinition, family: T): T {
    assert(!this.families.has(definition), `one collector fills ${definition.name}`);
    this.families.set(definition, family);
    return family;
  }
}
