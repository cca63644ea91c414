/**
 * The table of one role's transactions (client or server): the key that finds a row, the chain of rows that
 * share a key but came from other addresses, and what is evicted when the table is full.
 */
import { EvictionLists } from '../core/eviction-lists.ts';
import { KeyTable } from '../core/key-table.ts';
import { Slab } from '../core/slab.ts';
import { Method } from '../sip-parser/method.ts';
import { Role } from './observer.ts';
import { ResponseMemory } from './response-memory.ts';
import { isOpen, State } from './transaction-machines.ts';
import {
  CLASS_BYTE,
  LINK,
  RESPONSES,
  TransactionFlag,
  TransactionRows,
} from './transaction-rows.ts';

/** Rows that share a transaction key but not their addresses (RFC 3261 18.1.1 would have another branch). */
const CHAIN_MAX = 16;
const SLOTS_INITIAL = 64;

/** Least valuable first: strays, unanswered, completed, early. */
export const TransactionClass = { STRAY: 0, UNANSWERED: 1, COMPLETED: 2, PROCEEDING: 3 } as const;
const CLASSES = 4;
/** The unanswered are spared while they hold less of the table than this part of it: 1 / 2^n. */
const SPARED_SHIFT = 2;

export class Transactions extends TransactionRows {
  readonly role: Role;
  /** Number of this table's first row in the shared timer wheel. */
  readonly timerBase: number;
  readonly slab: Slab;
  readonly keys: KeyTable;
  readonly responses: ResponseMemory;
  private readonly lists: EvictionLists;
  evictions = 0;

  constructor(role: Role, rowsMax: number, timerBase: number) {
    super(rowsMax, CLASSES);
    this.role = role;
    this.timerBase = timerBase;
    this.slab = new Slab(rowsMax);
    this.keys = new KeyTable(rowsMax, SLOTS_INITIAL);
    this.responses = new ResponseMemory(this.rows, RESPONSES, Math.max(1024, rowsMax >> 2));
    this.lists = new EvictionLists(this.rows, LINK, CLASS_BYTE, CLASSES);
  }

  /** First row of the chain under a key, -1 when there is none. */
  find(lo: number, hi: number): number {
    return this.keys.find(lo, hi);
  }

  /** The row of the chain from `first` on that has this flow and signature; -1 when none has. */
  findExact(first: number, flow: number, signature: number): number {
    let row = first;
    for (let i = 0; row >= 0 && i < CHAIN_MAX; i++) {
      if (this.flow(row) === flow && this.signature(row) === signature) return row;
      row = this.nextInChain(row);
    }
    return -1;
  }

  /** The stray row of the chain from `first` on that has this flow; -1 when there is none. */
  findStray(first: number, flow: number): number {
    let row = first;
    for (let i = 0; row >= 0 && i < CHAIN_MAX; i++) {
      if (this.flow(row) === flow && this.state(row) === State.STRAY) return row;
      row = this.nextInChain(row);
    }
    return -1;
  }

  /** The row of the chain from `first` on that has this flow, else the first. */
  findByFlow(first: number, flow: number): number {
    let row = first;
    for (let i = 0; row >= 0 && i < CHAIN_MAX; i++) {
      if (this.flow(row) === flow) return row;
      row = this.nextInChain(row);
    }
    return first;
  }

  /** True when more than one row answers to the key. */
  hasChain(row: number): boolean {
    return this.nextInChain(row) >= 0;
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
    this.begin(row, lo, hi, first);
    this.lists.add(row, valueClass);
    return row;
  }

  /** The last row of an over-long chain, to be removed by the caller; -1 while the chain is short. */
  chainOverflow(row: number): number {
    let last = row;
    for (let i = 0; i < CHAIN_MAX; i++) {
      const next = this.nextInChain(last);
      if (next < 0) return -1;
      last = next;
    }
    return last;
  }

  remove(row: number): void {
    this.unchain(row);
    this.responses.clear(row);
    this.lists.remove(row);
    this.end(row);
    this.slab.free(row);
  }

  classify(row: number, valueClass: number): void {
    this.lists.move(row, valueClass);
  }

  /** The machine's next state, which may be the present one. */
  moveTo(row: number, state: number): void {
    this.setState(row, state);
    if (this.role === Role.SERVER && !isOpen(state)) this.proxyCores[row] = 0;
  }

  /** A copy of a received request went out. */
  setForwarded(row: number): void {
    this.setFlag(row, TransactionFlag.FORWARDED);
    const initialInvite =
      this.method(row) === Method.INVITE && !this.hasFlag(row, TransactionFlag.IN_DIALOG);
    if (initialInvite && isOpen(this.state(row))) this.proxyCores[row] = 1;
  }

  private unchain(row: number): void {
    const lo = this.keyLo(row);
    const hi = this.keyHi(row);
    const next = this.nextInChain(row);
    const first = this.keys.remove(lo, hi);
    if (first === row) {
      if (next >= 0) this.keys.insert(lo, hi, next);
      return;
    }
    this.keys.insert(lo, hi, first);
    let before = first;
    for (let i = 0; before >= 0 && i <= CHAIN_MAX + 1; i++) {
      const after = this.nextInChain(before);
      if (after === row) {
        this.setNextInChain(before, next);
        return;
      }
      before = after;
    }
  }
}
