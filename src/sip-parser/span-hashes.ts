/**
 * Hashes of one message's Call-ID, tags and top Via, as core/span-hash.ts makes them: the scanner, which has
 * just looked at these bytes, has them nearly for nothing. Where it did not read all headers there are none.
 */
import { int32At } from '../core/columns.ts';

/** Two lanes for each. */
export const HashedSpan = {
  CALL_ID: 0,
  /** Tags that are absent are the seeds alone. */
  FROM_TAG: 2,
  TO_TAG: 4,
  /** Host, port and branch. */
  TOP_VIA: 6,
  /** The key of the message's own transaction, for CSeq's method and a branch with the cookie. */
  TRANSACTION: 8,
  /** The keys of its dialog with either tag as the local one; only of a message with a To tag. */
  DIALOG_FROM_LOCAL: 10,
  DIALOG_TO_LOCAL: 12,
  /** What tells it from others of its transaction, where the branch has the cookie: one lane. */
  SIGNATURE: 14,
} as const;
export type HashedSpan = (typeof HashedSpan)[keyof typeof HashedSpan];
/** They begin at a multiple of this, wherever they lie. */
export const HASH_CELLS = 16;

export class SpanHashes {
  /** What a hash begins with; set once, by who wants them. */
  seedLo = 0;
  seedHi = 0;
  /** They are of this message. */
  known = false;
  /** The branch has the cookie: the transaction's key and the signature are right. */
  keyed = false;
  /** Where they lie, until the scanner reads something else. */
  private cells: Int32Array = new Int32Array(HASH_CELLS);
  private first = 0;

  /** They are the cells from `first` on, a multiple of HASH_CELLS. */
  point(cells: Int32Array, first: number): void {
    // To keep a reference costs more than to see that it is kept already.
    if (this.cells !== cells) this.cells = cells;
    this.first = first;
  }

  lo(span: HashedSpan): number {
    return int32At(this.cells, this.first | span);
  }

  hi(span: HashedSpan): number {
    return int32At(this.cells, this.first | span | 1);
  }
}
