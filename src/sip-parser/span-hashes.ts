/**
 * Hashes of one message's Call-ID, tags and top Via, as core/span-hash.ts makes them: the scanner, which has
 * just looked at these bytes, has them nearly for nothing. Where it did not read all headers there are none.
 */
export const HASH_CELLS = 10;

export class SpanHashes {
  /** What a hash begins with; set once, by who wants them. */
  seedLo = 0;
  seedHi = 0;
  /** `cells` are of this message. */
  known = false;
  /** The last two cells are the transaction's key. */
  keyed = false;
  /**
   * Two lanes each of Call-ID, From tag and To tag (not fed where absent), of host, port and branch; and the key of
   * the message's own transaction, for CSeq's method and a branch with the cookie.
   */
  readonly cells: Int32Array = new Int32Array(HASH_CELLS);
}
