/**
 * Slots on their way back from the thread that counts to the one that reads. They come back in the order in which they
 * went, so it is enough to count them: in shared memory, since a message costs the sender as much as twenty packets.
 */
import { SLOTS } from './read-ahead-slots.ts';

const RETURNED = 0;
/** The reader looks up by itself now and then, in case nobody is left to wake it. */
const LOOK_MS = 1000;

export class Credit {
  readonly buffer: SharedArrayBuffer;
  private readonly cells: Int32Array;
  /** Slots handed over, on the reader's side. */
  private handed = 0;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.buffer = buffer;
    this.cells = new Int32Array(buffer);
  }

  /** A slot comes back. The reader is woken when half of them have: each time costs the waker. */
  give(): void {
    const returned = Atomics.add(this.cells, RETURNED, 1) + 1;
    if (returned % (SLOTS / 2) === 0) this.wake();
  }

  /** To be called before waiting for the reader. */
  wake(): void {
    Atomics.notify(this.cells, RETURNED);
  }

  /** The number of the next slot; the thread stands still until it is back. */
  take(): number {
    for (;;) {
      const returned = Atomics.load(this.cells, RETURNED);
      if (((this.handed - returned) | 0) < SLOTS) break;
      Atomics.wait(this.cells, RETURNED, returned, LOOK_MS);
    }
    const slot = this.handed % SLOTS;
    this.handed++;
    return slot;
  }
}
