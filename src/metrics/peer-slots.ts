/**
 * From the index of a configured peer, which a reload may change, to the slot its cells are in, which stays. A
 * peer that is taken out of the configuration goes on being exposed with what was counted for it.
 */
import { NameSlots } from './name-slots.ts';

export class PeerSlots {
  readonly slots: NameSlots;
  private slotByPeer: Int32Array = new Int32Array(1);

  /** `peersMax`: peers with label values of their own, over all reloads; the rest are `other`. */
  constructor(peersMax: number) {
    this.slots = new NameSlots(peersMax);
  }

  /** Configured peers, `other` included. */
  get count(): number {
    return this.slotByPeer.length;
  }

  slotOf(peer: number): number {
    return this.slotByPeer[peer] ?? 0;
  }

  /** `names[peer]` is the name of `peer`; `mayAdd` is asked before a name gets a slot of its own. */
  assign(names: readonly string[], mayAdd: (name: string) => boolean): void {
    const slots = new Int32Array(Math.max(1, names.length));
    for (let peer = 0; peer < names.length; peer++) {
      const name = names[peer] ?? '';
      slots[peer] = this.slots.has(name) || mayAdd(name) ? this.slots.slotOf(name) : 0;
    }
    this.slotByPeer = slots;
  }
}
