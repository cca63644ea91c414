/**
 * Touches what the next messages will ask the tables for, all at once: the processor then fetches from memory for many
 * of them at the same time, where it would wait for each. Nothing is changed.
 */
import { int32At } from '../core/columns.ts';
import type { StateTables } from './state-tables.ts';

/** Messages at once: what they need stays in the processor's caches until it is their turn. */
export const LOOKAHEAD_MAX = 32;

export class Lookahead {
  private readonly tables: StateTables;
  /** What was read, so that it has to be. */
  private seen = 0;

  constructor(tables: StateTables) {
    this.tables = tables;
  }

  /** `count` transaction keys, two words each, the first at word `at` and the others `stride` words apart. */
  transactions(words: Int32Array, at: number, stride: number, count: number): void {
    const { client, server } = this.tables;
    const end = at + count * stride;
    let seen = 0;
    for (let i = at; i < end; i += stride) {
      const lo = int32At(words, i);
      seen ^= client.keys.touch(lo) ^ server.keys.touch(lo);
    }
    for (let i = at; i < end; i += stride) {
      const lo = int32At(words, i);
      const hi = int32At(words, i + 1);
      let row = client.find(lo, hi);
      if (row >= 0) seen ^= client.touch(row);
      row = server.find(lo, hi);
      if (row >= 0) seen ^= server.touch(row);
    }
    this.seen ^= seen;
  }
}
