import { float64At, float64Column, int32At, int32Column } from '../core/columns.ts';
import { Slab } from '../core/slab.ts';
import { CONTACTS_MAX, type SipMessage } from '../sip-parser/message.ts';
import type { Registrations } from './registrations.ts';
import { EXPIRES_DEFAULT_SECONDS } from './tracker-options.ts';

/**
 * What REGISTER requests asked for, until their 2xx comes: one cell per contact, chained per transaction.
 * A request whose contacts found no cell counts as one that named none.
 */
export class AskedBindings {
  readonly cells: Slab;
  /** + 1, so that 0 is none and a new column is not touched. */
  private readonly first: Int32Array;
  private readonly next: Int32Array;
  readonly contactLo: Int32Array;
  readonly contactHi: Int32Array;
  readonly seconds: Float64Array;
  readonly aorLo: Int32Array;
  readonly aorHi: Int32Array;
  /** Expires header of the request, or the default. */
  readonly headerSeconds: Float64Array;

  constructor(transactionsMax: number, cellsMax: number) {
    this.cells = new Slab(cellsMax);
    this.first = int32Column(transactionsMax);
    this.next = int32Column(cellsMax);
    this.contactLo = int32Column(cellsMax);
    this.contactHi = int32Column(cellsMax);
    this.seconds = float64Column(cellsMax);
    this.aorLo = int32Column(transactionsMax);
    this.aorHi = int32Column(transactionsMax);
    this.headerSeconds = float64Column(transactionsMax);
  }

  firstCell(transaction: number): number {
    return int32At(this.first, transaction) - 1;
  }

  nextCell(cell: number): number {
    return int32At(this.next, cell);
  }

  note(
    transaction: number,
    registrations: Registrations,
    buf: Uint8Array,
    message: SipMessage,
  ): void {
    this.clear(transaction);
    registrations.loadAor(buf, message);
    this.aorLo[transaction] = registrations.lo;
    this.aorHi[transaction] = registrations.hi;
    const header = message.expires < 0 ? EXPIRES_DEFAULT_SECONDS : message.expires;
    this.headerSeconds[transaction] = header;
    for (let i = 0; i < message.contactCount; i++) {
      const cell = this.cells.allocate();
      if (cell < 0) return;
      registrations.loadContact(buf, message, i);
      this.contactLo[cell] = registrations.lo;
      this.contactHi[cell] = registrations.hi;
      const own = float64At(message.contactExpires, i);
      this.seconds[cell] = own < 0 ? header : own;
      this.next[cell] = int32At(this.first, transaction) - 1;
      this.first[transaction] = cell + 1;
    }
  }

  /** Seconds asked for this contact; the request's header when the contact was not named. */
  askedFor(transaction: number, contactLo: number, contactHi: number): number {
    let cell = int32At(this.first, transaction) - 1;
    for (let i = 0; cell >= 0 && i < CONTACTS_MAX; i++) {
      if (this.contactLo[cell] === contactLo && this.contactHi[cell] === contactHi) {
        return float64At(this.seconds, cell);
      }
      cell = int32At(this.next, cell);
    }
    return float64At(this.headerSeconds, transaction);
  }

  clear(transaction: number): void {
    let cell = int32At(this.first, transaction) - 1;
    for (let i = 0; cell >= 0 && i < CONTACTS_MAX; i++) {
      const next = int32At(this.next, cell);
      this.cells.free(cell);
      cell = next;
    }
    this.first[transaction] = 0;
  }
}
