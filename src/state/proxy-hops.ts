/**
 * Which received request a sent one is a copy of (RFC 3261 16.6): same Call-ID, CSeq and method, the top Via
 * of the received one below ours. With `--topology-hiding`, where a proxy keeps the Vias to itself, Call-ID,
 * CSeq number, method and From tag have to do.
 */
import { float64At, int32At } from '../core/columns.ts';
import { KeyTable } from '../core/key-table.ts';
import { VIAS_MAX } from '../sip-parser/message.ts';
import type { Arrival } from './arrival.ts';
import { SIXTY_FOUR_T1_US } from './tracker-options.ts';
import { State } from './transaction-machines.ts';
import type { Transactions } from './transactions.ts';

const SLOTS_INITIAL = 64;

export class ProxyHops {
  private readonly server: Transactions;
  /** Only with topology hiding: request identity → server transaction. */
  private readonly received: KeyTable | undefined;
  private readonly keyLo: Int32Array;
  private readonly keyHi: Int32Array;

  constructor(server: Transactions, topologyHiding: boolean) {
    this.server = server;
    const rows = topologyHiding ? server.slab.rowsMax : 0;
    this.received = topologyHiding ? new KeyTable(rows, SLOTS_INITIAL) : undefined;
    this.keyLo = new Int32Array(rows);
    this.keyHi = new Int32Array(rows);
  }

  /** Requests remembered by identity; none without topology hiding, when the Vias themselves tell. */
  get rows(): number {
    return this.received?.size ?? 0;
  }

  get capacity(): number {
    return this.keyLo.length;
  }

  /** The server transaction that a sent request was copied from; -1 when it is no copy. */
  upstreamOf(arrival: Arrival): number {
    const { message, keys } = arrival;
    const vias = Math.min(message.viaCount, VIAS_MAX);
    for (let i = 1; i < vias; i++) {
      keys.transaction(message, i, message.method);
      const row = this.server.find(keys.lo, keys.hi);
      if (row >= 0 && this.isFresh(row, arrival)) return row;
    }
    if (this.received === undefined) return -1;
    keys.hop(message);
    const row = this.received.find(keys.lo, keys.hi);
    return row >= 0 && this.isFresh(row, arrival) ? row : -1;
  }

  /** A received request, first transmission. */
  note(arrival: Arrival, row: number): void {
    const { received } = this;
    if (received === undefined) return;
    const { keys } = arrival;
    keys.hop(arrival.message);
    received.remove(keys.lo, keys.hi);
    received.insert(keys.lo, keys.hi, row);
    this.keyLo[row] = keys.lo;
    this.keyHi[row] = keys.hi;
  }

  /** The server transaction is being removed. */
  forget(row: number): void {
    const { received } = this;
    if (received === undefined) return;
    const lo = int32At(this.keyLo, row);
    const hi = int32At(this.keyHi, row);
    if (received.find(lo, hi) === row) received.remove(lo, hi);
  }

  private isFresh(row: number, arrival: Arrival): boolean {
    const { server } = this;
    if (server.state(row) === State.STRAY) return false;
    // Across a step of the clock only the row's own timer tells how old it is.
    if (server.era(row) !== arrival.era) return float64At(server.aliveUntilUs, row) > arrival.nowUs;
    return arrival.timestampUs - server.startUs(row) <= SIXTY_FOUR_T1_US;
  }
}
