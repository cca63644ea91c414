/**
 * The table of one role's transactions (client or server): columns, the key that finds a row, the chain of
 * rows that share a key but came from other addresses, and what is evicted when the table is full.
 */
import {
  float64At,
  float64Column,
  int32At,
  int32Column,
  uint8At,
  uint8Column,
  uint16Column,
} from '../core/columns.ts';
import { EvictionLists } from '../core/eviction-lists.ts';
import { KeyTable } from '../core/key-table.ts';
import { Slab } from '../core/slab.ts';
import type { Role } from './observer.ts';
import { ResponseMemory } from './response-memory.ts';
import { State } from './transaction-machines.ts';

/** Rows that share a transaction key but not their addresses (RFC 3261 18.1.1 would have another branch). */
const CHAIN_MAX = 16;
const SLOTS_INITIAL = 64;

/** Least valuable first: strays, unanswered, completed, early. */
export const TransactionClass = { STRAY: 0, UNANSWERED: 1, COMPLETED: 2, PROCEEDING: 3 } as const;
const CLASSES = 4;
/** The unanswered are spared while they hold less of the table than this part of it: 1 / 2^n. */
const SPARED_SHIFT = 2;

export const TransactionFlag = {
  /** The request has a To tag. */
  IN_DIALOG: 1,
  /** Server: a copy of this request went out. */
  FORWARDED: 2,
  /** Client: this request is a copy of a received one. */
  FORWARDED_COPY: 4,
  PDD_DONE: 8,
  ANSWER_DONE: 16,
  /** The originator sent CANCEL. */
  CANCELLED: 32,
  FINAL_SEEN: 64,
  RELIABLE: 128,
} as const;

export class Transactions {
  readonly role: Role;
  /** Number of this table's first row in the shared timer wheel. */
  readonly timerBase: number;
  readonly slab: Slab;
  readonly keys: KeyTable;
  readonly responses: ResponseMemory;
  private readonly lists: EvictionLists;
  evictions = 0;

  readonly keyLo: Int32Array;
  readonly keyHi: Int32Array;
  /** Hash of both addresses and ports, as the request went. */
  readonly flow: Int32Array;
  readonly signature: Int32Array;
  private readonly nextInChain: Int32Array;
  /** Counts the lives of a row, so that a reference kept elsewhere can tell a new tenant. */
  readonly serial: Int32Array;
  readonly method: Uint8Array;
  readonly state: Uint8Array;
  readonly flags: Uint8Array;
  readonly peer: Uint16Array;
  readonly era: Int32Array;
  /** Packet time of the first transmission. */
  readonly startUs: Float64Array;
  /** Timer time at which the RFC's machine is over: until then the transaction counts as alive. */
  readonly aliveUntilUs: Float64Array;
  /** Timer time until which a retransmission would still be recognised. */
  readonly lingerUntilUs: Float64Array;
  /** Timer time of the pending time-out, and which; Infinity when none. */
  readonly timeoutAtUs: Float64Array;
  readonly timeout: Uint8Array;
  /** References into other tables: a row, and that row's serial; -1 = none. */
  readonly attempt: Int32Array;
  readonly attemptSerial: Int32Array;
  /** INVITE: the newest of its dialogs. BYE: the dialog it ends. */
  readonly dialog: Int32Array;
  readonly dialogSerial: Int32Array;
  /** Client: the server transaction whose request this one is a copy of. */
  readonly upstream: Int32Array;
  readonly upstreamSerial: Int32Array;
  /** The request's Expires header in seconds, -1 = none. */
  readonly expires: Float64Array;

  constructor(role: Role, rowsMax: number, timerBase: number) {
    this.role = role;
    this.timerBase = timerBase;
    this.slab = new Slab(rowsMax);
    this.keys = new KeyTable(rowsMax, SLOTS_INITIAL);
    this.responses = new ResponseMemory(rowsMax, Math.max(1024, rowsMax >> 2));
    this.lists = new EvictionLists(rowsMax, CLASSES);
    this.keyLo = int32Column(rowsMax);
    this.keyHi = int32Column(rowsMax);
    this.flow = int32Column(rowsMax);
    this.signature = int32Column(rowsMax);
    this.nextInChain = int32Column(rowsMax);
    this.serial = int32Column(rowsMax);
    this.method = uint8Column(rowsMax);
    this.state = uint8Column(rowsMax);
    this.flags = uint8Column(rowsMax);
    this.peer = uint16Column(rowsMax);
    this.era = int32Column(rowsMax);
    this.startUs = float64Column(rowsMax);
    this.aliveUntilUs = float64Column(rowsMax);
    this.lingerUntilUs = float64Column(rowsMax);
    this.timeoutAtUs = float64Column(rowsMax);
    this.timeout = uint8Column(rowsMax);
    this.attempt = int32Column(rowsMax);
    this.attemptSerial = int32Column(rowsMax);
    this.dialog = int32Column(rowsMax);
    this.dialogSerial = int32Column(rowsMax);
    this.upstream = int32Column(rowsMax);
    this.upstreamSerial = int32Column(rowsMax);
    this.expires = float64Column(rowsMax);
  }

  /** First row of the chain under a key, -1 when there is none. */
  find(lo: number, hi: number): number {
    return this.keys.find(lo, hi);
  }

  /** The row of the chain from `first` on that has this flow and signature; -1 when none has. */
  findExact(first: number, flow: number, signature: number): number {
    let row = first;
    for (let i = 0; row >= 0 && i < CHAIN_MAX; i++) {
      if (this.flow[row] === flow && this.signature[row] === signature) return row;
      row = int32At(this.nextInChain, row);
    }
    return -1;
  }

  /** The stray row of the chain from `first` on that has this flow; -1 when there is none. */
  findStray(first: number, flow: number): number {
    let row = first;
    for (let i = 0; row >= 0 && i < CHAIN_MAX; i++) {
      if (this.flow[row] === flow && this.state[row] === State.STRAY) return row;
      row = int32At(this.nextInChain, row);
    }
    return -1;
  }

  /** The row of the chain from `first` on that has this flow, else the first. */
  findByFlow(first: number, flow: number): number {
    let row = first;
    for (let i = 0; row >= 0 && i < CHAIN_MAX; i++) {
      if (this.flow[row] === flow) return row;
      row = int32At(this.nextInChain, row);
    }
    return first;
  }

  /** True when more than one row answers to the key. */
  hasChain(row: number): boolean {
    return int32At(this.nextInChain, row) >= 0;
  }

  /** The row to give up before `add` when the table is full, else -1. The caller removes it. */
  rowToEvict(): number {
    const { slab, lists } = this;
    if (slab.size < slab.rowsMax) return -1;
    const stray = lists.oldestIn(TransactionClass.STRAY);
    if (stray >= 0) return stray;
    // Only a flood fills a quarter with requests that nobody answers. Else the table is full of what is over and
    // kept to tell retransmissions: that must not cost the requests whose answers are on their way.
    if (lists.count(TransactionClass.UNANSWERED) <= slab.rowsMax >> SPARED_SHIFT) {
      const over = lists.oldestIn(TransactionClass.COMPLETED);
      if (over >= 0) return over;
    }
    return lists.oldest();
  }

  /** A new row before `first`, the head of its key's chain or -1. The table must have room. */
  add(lo: number, hi: number, first: number, valueClass: number): number {
    const row = this.slab.allocate();
    if (first >= 0) this.keys.remove(lo, hi);
    this.keys.insert(lo, hi, row);
    this.nextInChain[row] = first;
    this.keyLo[row] = lo;
    this.keyHi[row] = hi;
    this.serial[row] = (int32At(this.serial, row) + 1) | 0;
    this.state[row] = State.TERMINATED;
    this.flags[row] = 0;
    this.timeoutAtUs[row] = Number.POSITIVE_INFINITY;
    this.aliveUntilUs[row] = 0;
    this.attempt[row] = -1;
    this.dialog[row] = -1;
    this.upstream[row] = -1;
    this.lists.add(row, valueClass);
    return row;
  }

  /** The last row of an over-long chain, to be removed by the caller; -1 while the chain is short. */
  chainOverflow(row: number): number {
    let last = row;
    for (let i = 0; i < CHAIN_MAX; i++) {
      const next = int32At(this.nextInChain, last);
      if (next < 0) return -1;
      last = next;
    }
    return last;
  }

  remove(row: number): void {
    this.unchain(row);
    this.responses.clear(row);
    this.lists.remove(row);
    // So that a row that lives not at all is not alive either, for who counts them.
    this.aliveUntilUs[row] = 0;
    this.slab.free(row);
  }

  classify(row: number, valueClass: number): void {
    this.lists.move(row, valueClass);
  }

  has(row: number, serial: number): boolean {
    return row >= 0 && this.slab.isLive(row) && this.serial[row] === serial;
  }

  hasFlag(row: number, flag: number): boolean {
    return (uint8At(this.flags, row) & flag) !== 0;
  }

  setFlag(row: number, flag: number): void {
    this.flags[row] = uint8At(this.flags, row) | flag;
  }

  /** When the wheel should look at the row again. */
  deadlineUs(row: number): number {
    const end = Math.max(float64At(this.aliveUntilUs, row), float64At(this.lingerUntilUs, row));
    return Math.min(end, float64At(this.timeoutAtUs, row));
  }

  private unchain(row: number): void {
    const lo = int32At(this.keyLo, row);
    const hi = int32At(this.keyHi, row);
    const next = int32At(this.nextInChain, row);
    const first = this.keys.remove(lo, hi);
    if (first === row) {
      if (next >= 0) this.keys.insert(lo, hi, next);
      return;
    }
    this.keys.insert(lo, hi, first);
    let before = first;
    for (let i = 0; before >= 0 && i <= CHAIN_MAX + 1; i++) {
      const after = int32At(this.nextInChain, before);
      if (after === row) {
        this.nextInChain[before] = next;
        return;
      }
      before = after;
    }
  }
}
