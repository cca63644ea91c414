/**
 * Bindings of addresses of record to contacts (RFC 3261 10, METRICS.md "Registrations"): a 2xx to REGISTER
 * replaces the AOR's set by what it lists. Held by the local registrar (REGISTER received) or by others for
 * the local side (REGISTER sent). Two contacts are one binding when their URIs are equal as far as
 * RFC 3261 19.1.4 matters (sip-parser/aor.ts and parameter-conflict.ts), or if both name an instance and a
 * reg-id, when these are.
 */
import { float64At, float64Column, int32At, uint8At, uint8Column } from '../core/columns.ts';
import { EvictionLists } from '../core/eviction-lists.ts';
import { Hasher } from '../core/hash.ts';
import { KeyTable } from '../core/key-table.ts';
import { Rows } from '../core/rows.ts';
import { Slab } from '../core/slab.ts';
import type { TimerWheel } from '../core/timer-wheel.ts';
import { type Direction, Direction as Directions } from '../direction/direction.ts';
import { hashAor, hashContactUri } from '../sip-parser/aor.ts';
import { type SipMessage, Span } from '../sip-parser/message.ts';
import type { Observer } from './observer.ts';
import type { TrackerOptions } from './tracker-options.ts';

/** Bindings walked of one AOR; a registrar allows far fewer (RFC 3261 10.3 leaves the number open). */
const BINDINGS_PER_AOR_MAX = 256;
const SLOTS_INITIAL = 64;
const US = 1_000_000;

/** A row of 16 words, of which 10 are in use. */
const WORD_SHIFT = 4;
// Words.
const LINK = 0;
const AOR_LO = 2;
const AOR_HI = 3;
const CONTACT_LO = 4;
const CONTACT_HI = 5;
/** The bindings before and behind it in its AOR's chain; -1 = none. */
const PREVIOUS = 6;
const FOLLOWING = 7;
const ROUND = 8;
// Of word 9.
const CLASS_BYTE = 36;

export class Registrations {
  readonly timerBase: number;
  readonly slab: Slab;
  /** AOR and direction → its first binding. */
  private readonly keys: KeyTable;
  private readonly wheel: TimerWheel;
  private readonly lists: EvictionLists;
  private readonly hasher: Hasher;
  private readonly observer: Observer;
  evictions = 0;

  private readonly words: Int32Array;
  /** What a scrape counts, packed densely. */
  private readonly directions: Uint8Array;
  private readonly expiresAtUs: Float64Array;
  private currentRound = 0;

  /** Results of `loadAor` and `loadContact`. */
  lo = 0;
  hi = 0;

  constructor(options: TrackerOptions, observer: Observer, wheel: TimerWheel, timerBase: number) {
    const rowsMax = options.registrationsMax;
    this.observer = observer;
    this.wheel = wheel;
    this.timerBase = timerBase;
    this.hasher = new Hasher(options.seed);
    this.slab = new Slab(rowsMax);
    this.keys = new KeyTable(rowsMax, SLOTS_INITIAL);
    const rows = new Rows(rowsMax, WORD_SHIFT, 1);
    this.lists = new EvictionLists(rows, LINK, CLASS_BYTE, 1);
    this.words = rows.words;
    this.directions = uint8Column(rowsMax);
    this.expiresAtUs = float64Column(rowsMax);
  }

  /** Hashes the To URI as an AOR into `lo`, `hi`. */
  loadAor(buf: Uint8Array, message: SipMessage): void {
    const { hasher } = this;
    const start = int32At(message.spans, 2 * Span.TO_URI);
    const length = Math.max(0, int32At(message.spans, 2 * Span.TO_URI + 1));
    hasher.reset();
    hashAor(buf, start, start + length, hasher);
    hasher.finish();
    this.lo = hasher.lo;
    this.hi = hasher.hi;
  }

  /** Hashes the identity of contact `index` into `lo`, `hi`. */
  loadContact(buf: Uint8Array, message: SipMessage, index: number): void {
    const { hasher } = this;
    const { contacts } = message;
    hasher.reset();
    if (isOutbound(message, index)) {
      const start = int32At(contacts, 4 * index + 2);
      hasher.bytesLower(buf, start, start + int32At(contacts, 4 * index + 3));
      hasher.word(int32At(message.contactRegId, index));
    } else {
      const start = int32At(contacts, 4 * index);
      hashContactUri(buf, start, start + int32At(contacts, 4 * index + 1), hasher);
    }
    hasher.finish();
    this.lo = hasher.lo;
    this.hi = hasher.hi;
  }

  /** Begins to replace the set of an AOR: what is not set again before `endReplace` is gone after it. */
  beginReplace(): void {
    this.currentRound = (this.currentRound + 1) | 0;
  }

  /** Does the new set hold a contact of this identity already? */
  isSet(aorLo: number, aorHi: number, direction: Direction): boolean {
    const { words } = this;
    let row = this.keys.find(aorLo, aorHi ^ direction);
    for (let i = 0; row >= 0 && i < BINDINGS_PER_AOR_MAX; i++) {
      const at = row << WORD_SHIFT;
      const taken = words[at | ROUND] === this.currentRound;
      if (taken && this.isContact(at, this.lo, this.hi)) return true;
      row = int32At(words, at | FOLLOWING);
    }
    return false;
  }

  /** One binding more of the new set. `seconds` is above 0. */
  set(aorLo: number, aorHi: number, direction: Direction, nowUs: number, seconds: number): void {
    const contactLo = this.lo;
    const contactHi = this.hi;
    // The two directions are two registrars: one bit of the key tells them apart.
    const keyHi = aorHi ^ direction;
    let row = this.findBinding(aorLo, keyHi, contactLo, contactHi);
    if (row < 0) {
      this.makeRoom();
      row = this.slab.allocate();
      const at = row << WORD_SHIFT;
      this.words[at | AOR_LO] = aorLo;
      this.words[at | AOR_HI] = keyHi;
      this.words[at | CONTACT_LO] = contactLo;
      this.words[at | CONTACT_HI] = contactHi;
      this.directions[row] = direction;
      this.chain(row);
      this.lists.add(row, 0);
      this.observer.bindingAdded(direction);
    } else {
      // Refreshed: young again for eviction.
      this.lists.remove(row);
      this.lists.add(row, 0);
    }
    this.words[(row << WORD_SHIFT) | ROUND] = this.currentRound;
    this.expiresAtUs[row] = nowUs + seconds * US;
    this.wheel.schedule(this.timerBase + row, nowUs + seconds * US);
  }

  endReplace(aorLo: number, aorHi: number, direction: Direction): void {
    let row = this.keys.find(aorLo, aorHi ^ direction);
    for (let i = 0; row >= 0 && i < BINDINGS_PER_AOR_MAX; i++) {
      const next = int32At(this.words, (row << WORD_SHIFT) | FOLLOWING);
      if (this.words[(row << WORD_SHIFT) | ROUND] !== this.currentRound) this.remove(row);
      row = next;
    }
  }

  /** The row's timer: the binding expired (RFC 3261 10.3). */
  due(row: number): void {
    this.remove(row);
  }

  count(direction: Direction, nowUs: number): number {
    const { expiresAtUs, directions } = this;
    const rows = this.slab.highWater;
    let live = 0;
    for (let row = 0; row < rows; row++) {
      if (float64At(expiresAtUs, row) > nowUs && directions[row] === direction) live++;
    }
    return live;
  }

  /** The binding that the new set goes on with; -1 when there is none that it has not taken yet. */
  private findBinding(lo: number, hi: number, contactLo: number, contactHi: number): number {
    const { words } = this;
    let row = this.keys.find(lo, hi);
    for (let i = 0; row >= 0 && i < BINDINGS_PER_AOR_MAX; i++) {
      const at = row << WORD_SHIFT;
      const taken = words[at | ROUND] === this.currentRound;
      if (!taken && this.isContact(at, contactLo, contactHi)) return row;
      row = int32At(words, at | FOLLOWING);
    }
    return -1;
  }

  /** Whether the row that begins at word `at` has this contact. */
  private isContact(at: number, lo: number, hi: number): boolean {
    return this.words[at | CONTACT_LO] === lo && this.words[at | CONTACT_HI] === hi;
  }

  private chain(row: number): void {
    const { words } = this;
    const at = row << WORD_SHIFT;
    const lo = int32At(words, at | AOR_LO);
    const hi = int32At(words, at | AOR_HI);
    const first = this.keys.remove(lo, hi);
    this.keys.insert(lo, hi, row);
    words[at | PREVIOUS] = -1;
    words[at | FOLLOWING] = first;
    if (first >= 0) words[(first << WORD_SHIFT) | PREVIOUS] = row;
  }

  private remove(row: number): void {
    const { words } = this;
    const at = row << WORD_SHIFT;
    const before = int32At(words, at | PREVIOUS);
    const after = int32At(words, at | FOLLOWING);
    if (after >= 0) words[(after << WORD_SHIFT) | PREVIOUS] = before;
    if (before >= 0) {
      words[(before << WORD_SHIFT) | FOLLOWING] = after;
    } else {
      const lo = int32At(words, at | AOR_LO);
      const hi = int32At(words, at | AOR_HI);
      this.keys.remove(lo, hi);
      if (after >= 0) this.keys.insert(lo, hi, after);
    }
    this.wheel.cancel(this.timerBase + row);
    this.lists.remove(row);
    // For `count`, which asks nothing else.
    this.expiresAtUs[row] = 0;
    this.slab.free(row);
    const received = uint8At(this.directions, row) === Directions.IN;
    this.observer.bindingRemoved(received ? Directions.IN : Directions.OUT);
  }

  private makeRoom(): void {
    if (this.slab.size < this.slab.rowsMax) return;
    const row = this.lists.oldest();
    if (row < 0) return;
    this.remove(row);
    this.evictions++;
  }
}

/** A flow of RFC 5626: without a reg-id the contact is compared by its URI, whatever its instance (6). */
export function isOutbound(message: SipMessage, index: number): boolean {
  return int32At(message.contacts, 4 * index + 3) > 0 && int32At(message.contactRegId, index) >= 0;
}
