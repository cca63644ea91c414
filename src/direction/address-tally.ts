/**
 * Counts in how many SIP messages each address takes part, to infer the local side of a file (METRICS.md
 * "Local side"): the one that takes part in most; of equals, the one that was first sent a request.
 */
import { float64At, int32At } from '../core/columns.ts';
import { Hasher } from '../core/hash.ts';
import { KeyTable } from '../core/key-table.ts';

/** Addresses counted; later ones are not, which only a scan of a whole network could reach. */
const ADDRESSES_MAX = 65_536;
const SLOTS_INITIAL = 64;

export class AddressTally {
  private readonly keys: KeyTable = new KeyTable(ADDRESSES_MAX, SLOTS_INITIAL);
  private readonly hasher: Hasher;
  private readonly words: Int32Array = new Int32Array(4 * ADDRESSES_MAX);
  private readonly counts: Float64Array = new Float64Array(ADDRESSES_MAX);
  private rows = 0;
  /** Place of the row among those that were sent a request, from 1; 0 = it never was. */
  private readonly askedAt: Int32Array = new Int32Array(ADDRESSES_MAX);
  private asked = 0;

  constructor(seed: number) {
    this.hasher = new Hasher(seed);
  }

  /** One message; `isRequest` when it was a readable one. */
  add(addresses: Int32Array, isRequest: boolean): void {
    const source = this.rowOf(addresses, 0);
    const destination = this.rowOf(addresses, 4);
    if (source >= 0) this.counts[source] = float64At(this.counts, source) + 1;
    if (destination >= 0 && destination !== source) {
      this.counts[destination] = float64At(this.counts, destination) + 1;
    }
    if (isRequest && destination >= 0 && this.askedAt[destination] === 0) {
      this.asked++;
      this.askedAt[destination] = this.asked;
    }
  }

  /** Writes the winner's words to `out`; false when no message was seen. */
  winner(out: Int32Array): boolean {
    if (this.rows === 0) return false;
    let best = 0;
    for (let row = 1; row < this.rows; row++) if (this.isBetter(row, best)) best = row;
    for (let i = 0; i < 4; i++) out[i] = int32At(this.words, 4 * best + i);
    return true;
  }

  private isBetter(row: number, best: number): boolean {
    const count = float64At(this.counts, row);
    const most = float64At(this.counts, best);
    if (count !== most) return count > most;
    const asked = int32At(this.askedAt, row);
    const bestAsked = int32At(this.askedAt, best);
    return asked !== 0 && (bestAsked === 0 || asked < bestAsked);
  }

  private rowOf(addresses: Int32Array, offset: number): number {
    const { hasher } = this;
    hasher.reset();
    for (let i = 0; i < 4; i++) hasher.word(int32At(addresses, offset + i));
    hasher.finish();
    const known = this.keys.find(hasher.lo, hasher.hi);
    if (known >= 0 || this.rows === ADDRESSES_MAX) return known;
    const row = this.rows;
    this.rows++;
    this.keys.insert(hasher.lo, hasher.hi, row);
    for (let i = 0; i < 4; i++) this.words[4 * row + i] = int32At(addresses, offset + i);
    return row;
  }
}
