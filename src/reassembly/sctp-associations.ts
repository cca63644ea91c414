/**
 * One row per sending side of an SCTP association, and which TSNs were seen from it, so that a chunk sent
 * twice counts once (RFC 9260 6.2). The verification tag is part of the key: a new association on the same
 * ports is another row. Several paths of one association (multi-homing) are not joined.
 */
import { readInt32 } from '../core/bytes.ts';
import { float64At, float64Column, int32At, int32Column, uint8Column } from '../core/columns.ts';
import { EvictionLists } from '../core/eviction-lists.ts';
import { Hasher } from '../core/hash.ts';
import { KeyTable } from '../core/key-table.ts';
import { Slab } from '../core/slab.ts';
import type { DecodedPacket } from '../decode/decoded-packet.ts';

/** TSNs remembered behind the highest; an older one counts as seen. */
export const TSN_WINDOW = 1024;
const WINDOW_WORDS: number = TSN_WINDOW / 32;
const SLOTS_INITIAL = 64;
const ADDRESS_WORDS = 8;
const TAG_OFFSET = 4;

export class SctpAssociations {
  evictions = 0;
  private readonly hasher: Hasher;
  private readonly keys: KeyTable;
  private readonly slab: Slab;
  /** Longest silent first. */
  private readonly ages: EvictionLists;
  private readonly keyLo: Int32Array;
  private readonly keyHi: Int32Array;
  private readonly seenUs: Float64Array;
  private readonly started: Uint8Array;
  private readonly highest: Int32Array;
  /** A bit per TSN, by its low digits. */
  private readonly seen: Int32Array;

  constructor(rowsMax: number, seed: number) {
    this.hasher = new Hasher(seed);
    this.keys = new KeyTable(rowsMax, SLOTS_INITIAL);
    this.slab = new Slab(rowsMax);
    this.ages = EvictionLists.apart(rowsMax, 1);
    this.keyLo = int32Column(rowsMax);
    this.keyHi = int32Column(rowsMax);
    this.seenUs = float64Column(rowsMax);
    this.started = uint8Column(rowsMax);
    this.highest = int32Column(rowsMax);
    this.seen = int32Column(rowsMax * WINDOW_WORDS);
  }

  get rows(): number {
    return this.slab.size;
  }

  /** Rows there is room for. */
  get capacity(): number {
    return this.slab.rowsMax;
  }

  /** The row of the packet's sender, -1 without. */
  find(buf: Uint8Array, packet: DecodedPacket): number {
    const { hasher } = this;
    hasher.reset();
    for (let i = 0; i < ADDRESS_WORDS; i++) hasher.word(int32At(packet.addresses, i));
    hasher.word((packet.sourcePort << 16) | packet.destinationPort);
    hasher.word(readInt32(buf, packet.transportOffset + TAG_OFFSET));
    hasher.finish();
    return this.keys.find(hasher.lo, hasher.hi);
  }

  /** The row to give up before `add`; -1 when there is room. */
  excess(): number {
    return this.slab.size === this.slab.rowsMax ? this.ages.oldest() : -1;
  }

  /** Adds the sender that `find` has just not found; there is room. */
  add(nowUs: number): number {
    const row = this.slab.allocate();
    this.keyLo[row] = this.hasher.lo;
    this.keyHi[row] = this.hasher.hi;
    this.keys.insert(this.hasher.lo, this.hasher.hi, row);
    this.ages.add(row, 0);
    this.seenUs[row] = nowUs;
    this.started[row] = 0;
    return row;
  }

  remove(row: number): void {
    this.keys.remove(int32At(this.keyLo, row), int32At(this.keyHi, row));
    this.ages.remove(row);
    this.slab.free(row);
  }

  touch(row: number, nowUs: number): void {
    this.seenUs[row] = nowUs;
    this.ages.remove(row);
    this.ages.add(row, 0);
  }

  /** A row that was silent since `beforeUs`; -1 without. */
  silentSince(beforeUs: number): number {
    const row = this.ages.oldest();
    return row >= 0 && float64At(this.seenUs, row) <= beforeUs ? row : -1;
  }

  /** Notes a TSN; false when it was seen before, or lies too far back to tell. */
  note(row: number, tsn: number): boolean {
    const base = row * WINDOW_WORDS;
    if (this.started[row] === 0) {
      this.started[row] = 1;
      this.highest[row] = tsn;
      this.seen.fill(0, base, base + WINDOW_WORDS);
    }
    const ahead = (tsn - int32At(this.highest, row)) | 0;
    if (ahead > 0) this.advance(row, tsn, ahead);
    else if (ahead <= -TSN_WINDOW) return false;
    const word = base + ((tsn >>> 5) & (WINDOW_WORDS - 1));
    const bit = 1 << (tsn & 31);
    const bits = int32At(this.seen, word);
    if ((bits & bit) !== 0) return false;
    this.seen[word] = bits | bit;
    return true;
  }

  /** Forgets the TSNs that leave the window. */
  private advance(row: number, tsn: number, ahead: number): void {
    const base = row * WINDOW_WORDS;
    const highest = int32At(this.highest, row);
    this.highest[row] = tsn;
    if (ahead >= TSN_WINDOW) {
      this.seen.fill(0, base, base + WINDOW_WORDS);
      return;
    }
    for (let i = 1; i <= ahead; i++) {
      const forgotten = (highest + i) | 0;
      const word = base + ((forgotten >>> 5) & (WINDOW_WORDS - 1));
      this.seen[word] = int32At(this.seen, word) & ~(1 << (forgotten & 31));
    }
  }
}
