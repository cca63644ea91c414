/**
 * Names that become label values while the probe runs (peers, interfaces): each gets a slot and keeps it for
 * good, so that its cells stay where they are when the configuration changes. Slot 0 is `other`, which takes
 * every name that no longer fits.
 */
import { OTHER } from './family-definition.ts';

export class NameSlots {
  /** Slots there can be, `other` included: the size of the label in every family. */
  readonly capacity: number;
  /** Grows, never shrinks. */
  readonly names: string[] = [OTHER];
  private readonly slots: Map<string, number> = new Map([[OTHER, 0]]);

  /** `namesMax`: names beside `other`. */
  constructor(namesMax: number) {
    this.capacity = namesMax + 1;
  }

  has(name: string): boolean {
    return this.slots.has(name);
  }

  get full(): boolean {
    return this.names.length === this.capacity;
  }

  /** The name's slot, a new one if need be; 0 when there is no room. */
  slotOf(name: string): number {
    const known = this.slots.get(name);
    if (known !== undefined) return known;
    if (this.full) return 0;
    const slot = this.names.length;
    this.names.push(name);
    this.slots.set(name, slot);
    return slot;
  }
}
