/**
 * Which slots of a timer wheel hold rows: a bit a slot, so that empty spans, however long, are crossed
 * by looking at a few words.
 */
import { int32At } from './columns.ts';

/** Slots of one level; a power of two, since slot numbers wrap. */
export const SLOTS = 256;
const WORD_BITS = 32;
const WORDS = SLOTS / WORD_BITS;

export class WheelOccupancy {
  private readonly bits: Int32Array;
  /** Occupied slots of each level. */
  private readonly occupied: Int32Array;

  constructor(levels: number) {
    this.bits = new Int32Array(levels * WORDS);
    this.occupied = new Int32Array(levels);
  }

  /** Marks a slot that is not marked. Slots are numbered through the levels: level * SLOTS + slot. */
  set(slot: number): void {
    const word = slot >> 5;
    this.bits[word] = int32At(this.bits, word) | (1 << (slot & 31));
    this.occupied[slot >> 8] = int32At(this.occupied, slot >> 8) + 1;
  }

  /** Unmarks a slot that is marked. */
  clear(slot: number): void {
    const word = slot >> 5;
    this.bits[word] = int32At(this.bits, word) & ~(1 << (slot & 31));
    this.occupied[slot >> 8] = int32At(this.occupied, slot >> 8) - 1;
  }

  /** How many slots after `slot` (0–255) of a level the next occupied one comes, 1–256; 0 when none does. */
  distance(level: number, slot: number): number {
    if (this.occupied[level] === 0) return 0;
    const first = (slot + 1) & (SLOTS - 1);
    let word = first >> 5;
    let bits = int32At(this.bits, level * WORDS + word) & (-1 << (first & 31));
    for (let i = 0; bits === 0 && i < WORDS; i++) {
      word = (word + 1) & (WORDS - 1);
      bits = int32At(this.bits, level * WORDS + word);
    }
    const found = word * WORD_BITS + (31 - Math.clz32(bits & -bits));
    return ((found - first) & (SLOTS - 1)) + 1;
  }
}
