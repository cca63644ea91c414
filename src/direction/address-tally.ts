/**
 * Counts in how many SIP messages each address takes part, to infer the local side of a file (METRICS.md
 * "Local side"): the one that takes part in most; ties go to the destination of the first request.
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
  private firstDestination = -1;

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
    if (isRequest && this.firstDestination < 0) this.firstDestination = destination;
  }

  /** Writes the winner's words to `out`; false when no message was seen. */
  winner(out: Int32Array): boolean {
    if (this.rows === 0) return false;
    let best = Math.max(0, this.firstDestination);
    for (let row = 0; row < this.rows; row++) {
      if (float64At(this.counts, row) > float64At(this.counts, best)) best = row;
    }
    for (let i = 0; i < 4; i++) out[i] = int32At(this.words, 4 * best + i);
    return true;
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
