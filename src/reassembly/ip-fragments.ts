/**
 * Puts fragmented datagrams together (RFC 791 3.2, RFC 815; RFC 8200 4.5): pieces in any order, repeated and
 * overlapping, where the bytes that came first win. Datagrams are told apart by source, destination, protocol,
 * identification and path. Nothing is verified about what is inside; a completed one is forgotten, so that its
 * pieces seen again begin anew.
 */
import {
  float64At,
  float64Column,
  int32At,
  int32Column,
  uint8At,
  uint8Column,
} from '../core/columns.ts';
import { EvictionLists } from '../core/eviction-lists.ts';
import { Hasher } from '../core/hash.ts';
import { KeyTable } from '../core/key-table.ts';
import { FragmentResult, type PipelineCounters } from '../core/pipeline-counters.ts';
import { Slab } from '../core/slab.ts';
import { Table, type TableUse } from '../core/table.ts';
import type { DecodedPacket } from '../decode/decoded-packet.ts';
import { PacketFate } from '../decode/packet-fate.ts';
import { DATAGRAM_BYTES_MAX, FragmentStore } from './fragment-store.ts';

/** From the first piece seen, on the packet clock: as Linux waits, within RFC 791's 15 s to RFC 8200's 60 s. */
export const FRAGMENT_LIFE_US = 30_000_000;
/** Of all pieces held. */
export const FRAGMENT_BYTES_MAX: number = 16 * 1024 * 1024;

const SLOTS_INITIAL = 64;
const UNIT_BYTES = 8;
const UNKNOWN = -1;
/** In place of the protocol, which RFC 8200 does not count among what identifies a datagram. */
const ANY_PROTOCOL = 256;

/** What already happened to a datagram and is counted once. */
const OVERLAPPED = 1;
const TRUNCATED = 2;

export interface IpFragmentsOptions {
  /** Datagrams being put together at once; the oldest is given up for one more. */
  readonly rowsMax: number;
  readonly seed: number;
  readonly counters: PipelineCounters;
}

export class IpFragments {
  /** After DELIVERED and until the next `push`: the datagram's payload is `buf[start, end)`. */
  readonly buf: Uint8Array;
  readonly start: number = 0;
  end = 0;
  evictions = 0;

  private readonly results: Float64Array;
  private readonly hasher: Hasher;
  private readonly keys: KeyTable;
  private readonly slab: Slab;
  private readonly store: FragmentStore;
  private readonly ages: EvictionLists;
  private readonly keyLo: Int32Array;
  private readonly keyHi: Int32Array;
  private readonly openedUs: Float64Array;
  /** Length of the datagram, UNKNOWN before its last piece came. */
  private readonly lengths: Int32Array;
  /** Where the farthest piece so far ends. */
  private readonly reached: Int32Array;
  private readonly unitsFilled: Int32Array;
  /** The first piece's. */
  private readonly protocols: Uint8Array;
  private readonly flags: Uint8Array;

  constructor(options: IpFragmentsOptions) {
    const { rowsMax, seed, counters } = options;
    this.results = counters.fragmentResults;
    this.hasher = new Hasher(seed);
    this.keys = new KeyTable(rowsMax, SLOTS_INITIAL);
    this.slab = new Slab(rowsMax);
    this.store = new FragmentStore(rowsMax, FRAGMENT_BYTES_MAX);
    this.ages = EvictionLists.apart(rowsMax, 1);
    this.keyLo = int32Column(rowsMax);
    this.keyHi = int32Column(rowsMax);
    this.openedUs = float64Column(rowsMax);
    this.lengths = int32Column(rowsMax);
    this.reached = int32Column(rowsMax);
    this.unitsFilled = int32Column(rowsMax);
    this.protocols = uint8Column(rowsMax);
    this.flags = uint8Column(rowsMax);
    this.buf = this.store.memory;
  }

  /**
   * Takes the piece that `packet` describes, in `buf`. DELIVERED when it completed its datagram: `packet.protocol`
   * is then that of the first piece, and decodeTransport goes on from here. `buf` may be this object's own.
   */
  push(buf: Uint8Array, packet: DecodedPacket, nowUs: number): PacketFate {
    const from = packet.fragmentOffset;
    const length = packet.networkWireEnd - packet.transportOffset;
    const to = from + length;
    if (length <= 0 || to > DATAGRAM_BYTES_MAX) return PacketFate.FRAGMENT_BAD;
    if (packet.moreFragments && length % UNIT_BYTES !== 0) return PacketFate.FRAGMENT_BAD;

    while (!this.store.hasRoom(from, to)) this.evictOldest();
    const row = this.rowOf(packet, nowUs);
    if (this.contradicts(row, to, packet.moreFragments)) {
      this.giveUp(row, FragmentResult.INVALID);
      return PacketFate.FRAGMENT_BAD;
    }
    if (to > int32At(this.reached, row)) this.reached[row] = to;
    if (!packet.moreFragments) this.lengths[row] = to;
    if (from === 0) this.protocols[row] = packet.protocol;

    const added = this.store.put(row, buf, packet);
    this.unitsFilled[row] = int32At(this.unitsFilled, row) + added;
    const isCut = packet.truncated && added > 0;
    if (this.store.overlapped) this.countOnce(row, OVERLAPPED, FragmentResult.OVERLAP);
    if (isCut) this.countOnce(row, TRUNCATED, FragmentResult.TRUNCATED);
    if (this.isComplete(row)) return this.finish(row, packet);
    return isCut ? PacketFate.FRAGMENT_TRUNCATED : PacketFate.FRAGMENT_HELD;
  }

  /** Gives up what has waited too long. `nowUs`: the packet clock, which never goes back. */
  expire(nowUs: number): void {
    while (this.slab.size > 0) {
      const row = this.ages.oldest();
      if (nowUs - float64At(this.openedUs, row) < FRAGMENT_LIFE_US) return;
      this.giveUp(row, FragmentResult.EXPIRED);
    }
  }

  use(): TableUse {
    return {
      table: Table.FRAGMENTS,
      rows: this.slab.size,
      capacity: this.slab.rowsMax,
      evictions: this.evictions,
    };
  }

  private rowOf(packet: DecodedPacket, nowUs: number): number {
    const { hasher } = this;
    const { addresses } = packet;
    hasher.reset();
    for (let word = 0; word < addresses.length; word++) hasher.word(int32At(addresses, word));
    hasher.word(packet.fragmentId);
    hasher.word(packet.path);
    hasher.word(packet.ipVersion === 4 ? packet.protocol : ANY_PROTOCOL);
    hasher.finish();
    const { lo, hi } = hasher;
    const found = this.keys.find(lo, hi);
    return found >= 0 ? found : this.open(lo, hi, nowUs);
  }

  private open(lo: number, hi: number, nowUs: number): number {
    if (this.slab.size === this.slab.rowsMax) this.evictOldest();
    const row = this.slab.allocate();
    this.keys.insert(lo, hi, row);
    this.ages.add(row, 0);
    this.keyLo[row] = lo;
    this.keyHi[row] = hi;
    this.openedUs[row] = nowUs;
    this.lengths[row] = UNKNOWN;
    this.reached[row] = 0;
    this.unitsFilled[row] = 0;
    this.protocols[row] = 0;
    this.flags[row] = 0;
    return row;
  }

  /** A piece past the known end, or a last piece that ends elsewhere or before another. */
  private contradicts(row: number, to: number, moreFragments: boolean): boolean {
    const length = int32At(this.lengths, row);
    if (length !== UNKNOWN && to > length) return true;
    return (
      !moreFragments && (to < int32At(this.reached, row) || (length !== UNKNOWN && to < length))
    );
  }

  private isComplete(row: number): boolean {
    const length = int32At(this.lengths, row);
    return length !== UNKNOWN && int32At(this.unitsFilled, row) * UNIT_BYTES >= length;
  }

  /** A datagram with a cut piece is complete too, but for the bytes: its row was kept for its other pieces. */
  private finish(row: number, packet: DecodedPacket): PacketFate {
    if ((uint8At(this.flags, row) & TRUNCATED) !== 0) {
      this.remove(row);
      return PacketFate.FRAGMENT_TRUNCATED;
    }
    const length = int32At(this.lengths, row);
    packet.protocol = uint8At(this.protocols, row);
    this.store.gather(row, length);
    this.end = length;
    this.count(FragmentResult.COMPLETED);
    this.remove(row);
    return PacketFate.DELIVERED;
  }

  private evictOldest(): void {
    this.evictions++;
    this.giveUp(this.ages.oldest(), FragmentResult.EVICTED);
  }

  /** A datagram that was cut has been counted as that. */
  private giveUp(row: number, result: FragmentResult): void {
    if ((uint8At(this.flags, row) & TRUNCATED) === 0) this.count(result);
    this.remove(row);
  }

  private remove(row: number): void {
    this.keys.remove(int32At(this.keyLo, row), int32At(this.keyHi, row));
    this.ages.remove(row);
    this.store.release(row);
    this.slab.free(row);
  }

  private countOnce(row: number, flag: number, result: FragmentResult): void {
    const flags = uint8At(this.flags, row);
    if ((flags & flag) !== 0) return;
    this.flags[row] = flags | flag;
    this.count(result);
  }

  private count(result: FragmentResult): void {
    this.results[result] = float64At(this.results, result) + 1;
  }
}
