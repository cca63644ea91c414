/**
 * The connections now followed, by both endpoints, whoever sends: rows,
 * addresses, age and worth. What a packet does to a connection is decided elsewhere. A full table gives up
 * the connection of least worth that was silent longest.
 */
import {
  float64At,
  float64Column,
  int32At,
  int32Column,
  uint8At,
  uint8Column,
  uint16At,
  uint16Column,
} from '../core/columns.ts';
import { EvictionLists } from '../core/eviction-lists.ts';
import type { Flow } from '../core/flow.ts';
import { Hasher } from '../core/hash.ts';
import { KeyTable } from '../core/key-table.ts';
import { Slab } from '../core/slab.ts';
import type { DecodedPacket } from '../decode/decoded-packet.ts';

/** Worth of a connection, least first: the order in which a full table gives them up. */
export const Worth = { CLOSED: 0, NOT_SIP: 1, UNDECIDED: 2, TLS: 3, SIP: 4 } as const;
export type Worth = (typeof Worth)[keyof typeof Worth];
const WORTHS = 5;

/** Age is kept to this precision, so that a busy connection is moved in its list once a second. */
const AGE_STEP_US = 1_000_000;
const SLOTS_INITIAL = 1024;
const ADDRESS_WORDS = 4;
const ENDPOINT_WORDS = 2 * ADDRESS_WORDS;
const MAPPED_IPV4 = 0xffff;

export class ConnectionTable {
  readonly rowsMax: number;
  evictions = 0;
  /** Which end of the row found last has sent the packet: 0 or 1. */
  side = 0;

  private readonly hasher: Hasher;
  private readonly keys: KeyTable;
  private readonly slab: Slab;
  private readonly ages: EvictionLists;
  private readonly idle: EvictionLists;
  private readonly keyLo: Int32Array;
  private readonly keyHi: Int32Array;
  /** Per row: the addresses of end 0, then of end 1. */
  readonly addresses: Int32Array;
  private readonly ports: Uint16Array;
  private readonly worths: Uint8Array;
  private readonly seenUs: Float64Array;

  constructor(rowsMax: number, seed: number) {
    this.rowsMax = rowsMax;
    this.hasher = new Hasher(seed);
    this.keys = new KeyTable(rowsMax, SLOTS_INITIAL);
    this.slab = new Slab(rowsMax);
    this.ages = EvictionLists.apart(rowsMax, WORTHS);
    this.idle = EvictionLists.apart(rowsMax, 1);
    this.keyLo = int32Column(rowsMax);
    this.keyHi = int32Column(rowsMax);
    this.addresses = int32Column(rowsMax * ENDPOINT_WORDS);
    this.ports = uint16Column(rowsMax * 2);
    this.worths = uint8Column(rowsMax);
    this.seenUs = float64Column(rowsMax);
  }

  get rows(): number {
    return this.slab.size;
  }

  /** Rows there is room for. */
  get capacity(): number {
    return this.rowsMax;
  }

  /** The row of the packet's connection, -1 without; `side` is set either way. */
  find(packet: DecodedPacket): number {
    this.side = sideOfSource(packet);
    this.hash(packet);
    return this.keys.find(this.hasher.lo, this.hasher.hi);
  }

  /** True when `add` needs a row to be given up first. */
  isFull(): boolean {
    return this.slab.size === this.rowsMax;
  }

  /** The row to give up first. */
  leastWorthy(): number {
    return this.ages.oldest();
  }

  /** Adds the connection that `find` has just not found. The table is not full. */
  add(packet: DecodedPacket, nowUs: number): number {
    const row = this.slab.allocate();
    const base = row * ENDPOINT_WORDS;
    const first = this.side * ADDRESS_WORDS;
    for (let i = 0; i < ADDRESS_WORDS; i++) {
      this.addresses[base + first + i] = int32At(packet.addresses, i);
      this.addresses[base + ADDRESS_WORDS - first + i] = int32At(
        packet.addresses,
        ADDRESS_WORDS + i,
      );
    }
    this.ports[2 * row + this.side] = packet.sourcePort;
    this.ports[2 * row + 1 - this.side] = packet.destinationPort;
    this.keyLo[row] = this.hasher.lo;
    this.keyHi[row] = this.hasher.hi;
    this.keys.insert(this.hasher.lo, this.hasher.hi, row);
    this.worths[row] = Worth.UNDECIDED;
    this.seenUs[row] = nowUs;
    this.ages.add(row, Worth.UNDECIDED);
    this.idle.add(row, 0);
    return row;
  }

  remove(row: number): void {
    this.keys.remove(int32At(this.keyLo, row), int32At(this.keyHi, row));
    this.ages.remove(row);
    this.idle.remove(row);
    this.slab.free(row);
  }

  /** The connection is alive. */
  touch(row: number, nowUs: number): void {
    if (nowUs - float64At(this.seenUs, row) < AGE_STEP_US) return;
    this.seenUs[row] = nowUs;
    this.ages.remove(row);
    this.ages.add(row, uint8At(this.worths, row));
    this.idle.remove(row);
    this.idle.add(row, 0);
  }

  worth(row: number): number {
    return uint8At(this.worths, row);
  }

  setWorth(row: number, worth: Worth): void {
    this.worths[row] = worth;
    this.ages.move(row, worth);
  }

  /** A row that was silent since `beforeUs`, the longest silent first; -1 without. */
  silentSince(beforeUs: number): number {
    const row = this.idle.oldest();
    return row >= 0 && float64At(this.seenUs, row) <= beforeUs ? row : -1;
  }

  port(row: number, side: number): number {
    return uint16At(this.ports, 2 * row + side);
  }

  /** Where the address of one end begins in `addresses`. */
  addressOffset(row: number, side: number): number {
    return row * ENDPOINT_WORDS + side * ADDRESS_WORDS;
  }

  /** Writes both ends into a flow, `side` as the sender. */
  describe(row: number, side: number, flow: Flow): void {
    const source = this.addressOffset(row, side);
    const destination = this.addressOffset(row, 1 - side);
    for (let i = 0; i < ADDRESS_WORDS; i++) {
      flow.addresses[i] = int32At(this.addresses, source + i);
      flow.addresses[ADDRESS_WORDS + i] = int32At(this.addresses, destination + i);
    }
    flow.sourcePort = this.port(row, side);
    flow.destinationPort = this.port(row, 1 - side);
  }

  /** The key is the same in both directions: the lower end goes first. */
  private hash(packet: DecodedPacket): void {
    const { hasher, side } = this;
    const { addresses } = packet;
    const first = side * ADDRESS_WORDS;
    const second = ADDRESS_WORDS - first;
    hasher.reset();
    hasher.word(
      side === 0
        ? (packet.sourcePort << 16) | packet.destinationPort
        : (packet.destinationPort << 16) | packet.sourcePort,
    );
    hasher.word(int32At(addresses, first + 3));
    hasher.word(int32At(addresses, second + 3));
    if (int32At(addresses, 2) !== MAPPED_IPV4 || int32At(addresses, 6) !== MAPPED_IPV4) {
      for (let i = 0; i < ADDRESS_WORDS - 1; i++) {
        hasher.word(int32At(addresses, first + i));
        hasher.word(int32At(addresses, second + i));
      }
    }
    hasher.finish();
  }
}

/** 0 when the source is the lower end (or both are the same), 1 when it is the higher. */
function sideOfSource(packet: DecodedPacket): number {
  for (let i = ADDRESS_WORDS - 1; i >= 0; i--) {
    const difference = int32At(packet.addresses, i) - int32At(packet.addresses, ADDRESS_WORDS + i);
    if (difference !== 0) return difference < 0 ? 0 : 1;
  }
  return packet.sourcePort <= packet.destinationPort ? 0 : 1;
}
