/**
 * Slots on their way from the thread that reads to the one that counts, and back. They go round in their order, so it
 * is enough to count them: in shared memory, since a message costs as much as twenty packets, once on either side.
 */
import { SLOTS } from './read-ahead-slots.ts';

const HANDED = 0;
const RETURNED = 1;
/** 1: the counting thread waits for a message, and has to be told of a slot. */
const WAITING = 2;
/** Of each slot: 1 when there is a message to be read before it. */
const NEWS = 3;
const CELLS = NEWS + SLOTS;
/** The reader looks up by itself now and then, in case nobody is left to wake it. */
const LOOK_MS = 1000;

export class SlotCounts {
  readonly buffer: SharedArrayBuffer;
  private readonly cells: Int32Array;
  /** Slots handed over, on the reader's side; taken, on the other one. */
  private passed = 0;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(4 * CELLS)) {
    this.buffer = buffer;
    this.cells = new Int32Array(buffer);
  }

  /** The reader's: the number of the next slot to fill. The thread stands still until it is back. */
  take(): number {
    for (;;) {
      const returned = Atomics.load(this.cells, RETURNED);
      if (((this.passed - returned) | 0) < SLOTS) return this.passed % SLOTS;
      Atomics.wait(this.cells, RETURNED, returned, LOOK_MS);
    }
  }

  /** The reader's: the slot that `take` gave goes. True when the other thread waits, and has to be told. */
  hand(hasNews: boolean): boolean {
    Atomics.store(this.cells, NEWS + (this.passed % SLOTS), hasNews ? 1 : 0);
    this.passed++;
    Atomics.add(this.cells, HANDED, 1);
    return Atomics.exchange(this.cells, WAITING, 0) === 1;
  }

  /** The counter's: the number of the next slot that was handed over, -1 when there is none. It is to be given back. */
  receive(): number {
    if (this.isEmpty()) return -1;
    return this.passed++ % SLOTS;
  }

  /** The counter's: there is a message to be read before this slot. */
  hasNews(slot: number): boolean {
    return Atomics.load(this.cells, NEWS + slot) === 1;
  }

  /** The counter's: a slot comes back. The reader is woken when half of them have: each time costs the waker. */
  give(): void {
    const returned = Atomics.add(this.cells, RETURNED, 1) + 1;
    if (returned % (SLOTS / 2) === 0) Atomics.notify(this.cells, RETURNED);
  }

  /** The counter's: true when nothing was handed over. A message will then say when something is. */
  awaits(): boolean {
    Atomics.store(this.cells, WAITING, 1);
    Atomics.notify(this.cells, RETURNED);
    return this.isEmpty();
  }

  private isEmpty(): boolean {
    return Atomics.load(this.cells, HANDED) === this.passed;
  }
}
