/**
 * Deadlines of rows: a hierarchical wheel (Varghese and Lauck 1987, scheme 7) of four levels of 256 slots,
 * a millisecond each at the lowest. Exact: what is due comes in order of deadline, then row, however far the
 * clock was moved at once. Moving a deadline later only notes it; the slot it waits in looks again.
 */
import { float64At, int32At } from './columns.ts';

const LEVELS = 4;
const SLOTS = 256;
const SLOT_BITS = 8;
const TICK_US = 1000;
/** Ticks that one slot of each level spans. */
const SPANS: readonly number[] = [1, 2 ** 8, 2 ** 16, 2 ** 24];
/** Farther deadlines (49 days) wait in the last slot and are looked at again. */
const TICKS_MAX: number = 2 ** 32 - 2 ** 24;
/** `slotOf` of a row that waits nowhere, and of one that was collected and waits to be asked for. */
const NONE = -1;
const COLLECTED = -2;
const NEVER: number = Number.POSITIVE_INFINITY;

export class TimerWheel {
  private readonly deadlines: Float64Array;
  private readonly slotOf: Int32Array;
  /** The tick a row's slot stands for: at most its deadline's. */
  private readonly slotTick: Float64Array;
  private readonly following: Int32Array;
  private readonly preceding: Int32Array;
  private readonly heads: Int32Array;
  private readonly tails: Int32Array;
  private readonly levelRows: Int32Array;
  /** Rows of one tick that are due, in order. */
  private readonly due: Int32Array;
  private dueHead = 0;
  private dueTail = 0;
  private originUs = 0;
  private started = false;
  private nowUs = 0;
  private tick = 0;
  private targetTick = 0;
  /** Lower bound of the deadlines that wait in the current tick. */
  private earliestInTickUs: number = NEVER;
  /** Deadline of the row that `nextDue` gave last. */
  dueAtUs = 0;

  constructor(rowsMax: number) {
    this.deadlines = new Float64Array(rowsMax);
    this.slotOf = new Int32Array(rowsMax).fill(NONE);
    this.slotTick = new Float64Array(rowsMax);
    this.following = new Int32Array(rowsMax);
    this.preceding = new Int32Array(rowsMax);
    this.heads = new Int32Array(LEVELS * SLOTS).fill(NONE);
    this.tails = new Int32Array(LEVELS * SLOTS).fill(NONE);
    this.levelRows = new Int32Array(LEVELS);
    this.due = new Int32Array(rowsMax);
  }

  /** Sets or moves a row's deadline, Infinity = none. One that has passed is due at the next `nextDue`. */
  schedule(row: number, deadlineUs: number): void {
    if (deadlineUs === NEVER) {
      this.cancel(row);
      return;
    }
    const tick = this.tickOf(deadlineUs);
    this.deadlines[row] = deadlineUs;
    const slot = int32At(this.slotOf, row);
    if (slot >= 0) {
      if (tick >= float64At(this.slotTick, row)) {
        if (tick === this.tick) this.noteEarliest(deadlineUs);
        return;
      }
      this.unlink(row, slot);
    }
    this.link(row, tick);
  }

  cancel(row: number): void {
    const slot = int32At(this.slotOf, row);
    if (slot >= 0) this.unlink(row, slot);
    this.slotOf[row] = NONE;
    this.deadlines[row] = NEVER;
  }

  /** Infinity when the row is not scheduled. */
  deadlineUs(row: number): number {
    return int32At(this.slotOf, row) === NONE ? NEVER : float64At(this.deadlines, row);
  }

  /** Moves the clock; what became due is then asked for with `nextDue`. The first call sets the origin. */
  advance(nowUs: number): void {
    if (!this.started) this.start(nowUs);
    if (nowUs <= this.nowUs) return;
    this.nowUs = nowUs;
    this.targetTick = Math.floor((nowUs - this.originUs) / TICK_US);
  }

  /** The next row whose deadline has passed, unscheduled by this; -1 when there is none. */
  nextDue(): number {
    for (;;) {
      while (this.dueHead < this.dueTail) {
        const row = int32At(this.due, this.dueHead);
        this.dueHead++;
        // One that was cancelled or scheduled anew since it was collected is passed over.
        if (int32At(this.slotOf, row) !== COLLECTED) continue;
        this.slotOf[row] = NONE;
        this.dueAtUs = float64At(this.deadlines, row);
        return row;
      }
      if (this.earliestInTickUs > this.nowUs) {
        if (this.tick === this.targetTick) return -1;
        this.step();
      }
      this.collect();
    }
  }

  private start(nowUs: number): void {
    this.started = true;
    this.originUs = Math.floor(nowUs / TICK_US) * TICK_US;
  }

  private tickOf(deadlineUs: number): number {
    if (!this.started) this.start(deadlineUs);
    const tick = Math.floor((deadlineUs - this.originUs) / TICK_US);
    return tick > this.tick ? tick : this.tick;
  }

  private noteEarliest(deadlineUs: number): void {
    if (deadlineUs < this.earliestInTickUs) this.earliestInTickUs = deadlineUs;
  }

  private link(row: number, deadlineTick: number): void {
    const delta = deadlineTick - this.tick;
    const tick = delta < TICKS_MAX ? deadlineTick : this.tick + TICKS_MAX - 1;
    let level = 0;
    while (level < LEVELS - 1 && delta >= spanOf(level + 1)) level++;
    const slot = level * SLOTS + (Math.floor(tick / spanOf(level)) % SLOTS);
    const tail = int32At(this.tails, slot);
    this.preceding[row] = tail;
    this.following[row] = NONE;
    if (tail === NONE) this.heads[slot] = row;
    else this.following[tail] = row;
    this.tails[slot] = row;
    this.slotOf[row] = slot;
    this.slotTick[row] = tick;
    this.levelRows[level] = int32At(this.levelRows, level) + 1;
    if (delta === 0) this.noteEarliest(float64At(this.deadlines, row));
  }

  private unlink(row: number, slot: number): void {
    const before = int32At(this.preceding, row);
    const after = int32At(this.following, row);
    if (before === NONE) this.heads[slot] = after;
    else this.following[before] = after;
    if (after === NONE) this.tails[slot] = before;
    else this.preceding[after] = before;
    const level = slot >> SLOT_BITS;
    this.levelRows[level] = int32At(this.levelRows, level) - 1;
  }

  /** To the next tick that can matter: the lowest level with rows says how far ahead that may be. */
  private step(): void {
    let level = 0;
    while (level < LEVELS && int32At(this.levelRows, level) === 0) level++;
    let next = this.targetTick;
    if (level < LEVELS) {
      const span = spanOf(level);
      next = Math.min(next, (Math.floor(this.tick / span) + 1) * span);
    }
    this.tick = next;
    for (let i = LEVELS - 1; i > 0; i--) {
      if (next % spanOf(i) === 0) this.cascade(i * SLOTS + (Math.floor(next / spanOf(i)) % SLOTS));
    }
  }

  /** The rows of a slot, put where they belong now. */
  private cascade(slot: number): void {
    let row = int32At(this.heads, slot);
    this.detach(slot);
    while (row !== NONE) {
      const after = int32At(this.following, row);
      this.levelRows[slot >> SLOT_BITS] = int32At(this.levelRows, slot >> SLOT_BITS) - 1;
      this.link(row, this.tickOf(float64At(this.deadlines, row)));
      row = after;
    }
  }

  /** Takes what is due out of the current tick's slot; what was moved later goes where it belongs. */
  private collect(): void {
    const slot = this.tick % SLOTS;
    this.dueHead = 0;
    this.dueTail = 0;
    this.earliestInTickUs = NEVER;
    let row = int32At(this.heads, slot);
    this.detach(slot);
    while (row !== NONE) {
      const after = int32At(this.following, row);
      this.levelRows[0] = int32At(this.levelRows, 0) - 1;
      const deadline = float64At(this.deadlines, row);
      if (deadline <= this.nowUs && this.tickOf(deadline) === this.tick) {
        this.slotOf[row] = COLLECTED;
        this.due[this.dueTail] = row;
        this.dueTail++;
      } else {
        this.link(row, this.tickOf(deadline));
      }
      row = after;
    }
    if (this.dueTail > 1) sortDue(this.due, this.dueTail, this.deadlines);
  }

  private detach(slot: number): void {
    this.heads[slot] = NONE;
    this.tails[slot] = NONE;
  }
}

function spanOf(level: number): number {
  return SPANS[level] ?? 1;
}

/** By deadline, then row. Rows mostly come in order; if not, a heap sort in place keeps it n log n. */
function sortDue(due: Int32Array, count: number, deadlines: Float64Array): void {
  let sorted = true;
  for (let i = 1; i < count && sorted; i++) {
    sorted = !isBefore(int32At(due, i), int32At(due, i - 1), deadlines);
  }
  if (sorted) return;
  for (let i = (count >> 1) - 1; i >= 0; i--) siftDown(due, i, count, deadlines);
  for (let end = count - 1; end > 0; end--) {
    const top = int32At(due, 0);
    due[0] = int32At(due, end);
    due[end] = top;
    siftDown(due, 0, end, deadlines);
  }
}

function siftDown(due: Int32Array, from: number, count: number, deadlines: Float64Array): void {
  let i = from;
  while (2 * i + 1 < count) {
    let child = 2 * i + 1;
    const right = child + 1;
    if (right < count && isBefore(int32At(due, child), int32At(due, right), deadlines)) child = right;
    if (!isBefore(int32At(due, i), int32At(due, child), deadlines)) return;
    const row = int32At(due, i);
    due[i] = int32At(due, child);
    due[child] = row;
    i = child;
  }
}

function isBefore(a: number, b: number, deadlines: Float64Array): boolean {
  const difference = float64At(deadlines, a) - float64At(deadlines, b);
  return difference < 0 || (difference === 0 && a < b);
}
