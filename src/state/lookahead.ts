/**
 * Touches what the next messages will ask the tables for, all at once: the processor then fetches from memory for many
 * of them at the same time, where it would wait for each. Nothing is changed.
 */
import { int32At } from '../core/columns.ts';
import type { Transactions } from './transactions.ts';

/** Messages at once: what they need stays in the processor's caches until it is their turn. */
export const LOOKAHEAD_MAX = 32;

export class Lookahead {
  private readonly client: Transactions;
  private readonly server: Transactions;
  private readonly rows: Int32Array = new Int32Array(2 * LOOKAHEAD_MAX);
  /** What was read, so that it has to be. */
  private seen = 0;

  constructor(client: Transactions, server: Transactions) {
    this.client = client;
    this.server = server;
  }

  /** At most LOOKAHEAD_MAX transaction keys, two words each, the first at word `at`, the others `stride` words apart. */
  transactions(words: Int32Array, at: number, stride: number, count: number): void {
    const { client, server, rows } = this;
    for (let i = 0; i < count; i++) {
      const key = at + i * stride;
      const lo = int32At(words, key);
      const hi = int32At(words, key + 1);
      rows[2 * i] = client.keys.touch(lo, hi);
      rows[2 * i + 1] = server.keys.touch(lo, hi);
    }
    let seen = 0;
    for (let i = 0; i < count; i++) {
      const sent = int32At(rows, 2 * i);
      const received = int32At(rows, 2 * i + 1);
      if (sent >= 0) seen ^= client.touch(sent);
      if (received >= 0) seen ^= server.touch(received);
    }
    this.seen ^= seen;
  }
}
