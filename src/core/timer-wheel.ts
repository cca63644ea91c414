/**
 * Deadlines of rows: a hierarchical timer wheel on typed arrays. Exact: rows come due in order of
 * deadline, then row, whatever the number of `advance` calls; the wheel only sorts coarsely what the
 * heap of the present tick then sorts finely.
 *
 * A tick is a millisecond. Level n has 256 slots of 4^n ticks, and a row goes to the lowest level that
 * reaches it, so that a slot never spans more than a 1/63 of the time a row had left. When a slot's
 * time comes its rows go down to lower levels. Levels overlap (a step of 4 where 256 would do), because
 * with one step of 256 a third of a million transactions, all 32 s old, would move in one call.
 */
import { float64At, int32At } from './columns.ts';
import { DueHeap } from './due-heap.ts';
import { Rows } from './rows.ts';
import { SLOTS, WheelOccupancy } from './wheel-occupancy.ts';

const TICK_US = 1000;
const LEVELS = 12;
/** What the highest level reaches, in ticks (12 days). Rows beyond wait there and are placed again. */
const AHEAD_MAX = 2 ** 30 - 1;

/** A row's eight words: its deadline, a double, and then these. */
const WORD_SHIFT = 3;
const DOUBLE_SHIFT = 2;
/** The rows before and behind it in its slot, + 1; 0 = none. */
const PREVIOUS = 2;
const FOLLOWING = 3;
/** Where it is: UNSCHEDULED, DUE, or its slot's number + 1. */
const LIST = 4;
/** Its place in the heap. */
const PLACE = 5;

const UNSCHEDULED = 0;
/** In the heap. */
const DUE = -1;

export class TimerWheel {
  /** Deadline of the row that `nextDue` gave last, microseconds. */
  dueAtUs = 0;
  /** Ticks are milliseconds since the epoch; every slot that began at `tick` or before is empty. */
  private tick = 0;
  private nowUs = 0;
  /** No slot begins before it; Infinity when all are empty. */
  private nextTick: number = Infinity;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly due: DueHeap;
  private readonly occupancy: WheelOccupancy = new WheelOccupancy(LEVELS);
  /** First row of each slot's list, + 1. */
  private readonly first: Int32Array = new Int32Array(LEVELS * SLOTS);

  constructor(rowsMax: number) {
    const rows = new Rows(rowsMax, WORD_SHIFT, 0);
    this.words = rows.words;
    this.doubles = rows.doubles;
    this.due = new DueHeap(rows, PLACE);
  }

  /**
   * A row has a new tenant, and no deadline. Changes nothing: it writes where `schedule` would read first, because
   * memory that is read before it was ever written costs the system two page faults instead of one.
   */
  begin(row: number): void {
    this.words[(row << WORD_SHIFT) | LIST] = UNSCHEDULED;
  }

  /** Sets or moves a deadline, microseconds; one in the past is due at once, Infinity cancels. */
  schedule(row: number, deadlineUs: number): void {
    const list = int32At(this.words, (row << WORD_SHIFT) | LIST);
    const deadline = row << DOUBLE_SHIFT;
    // Later than it was: the row is found in its old slot and placed again when that one's time comes.
    if (list > 0 && deadlineUs >= float64At(this.doubles, deadline) && deadlineUs < Infinity) {
      this.doubles[deadline] = deadlineUs;
      return;
    }
    if (list !== UNSCHEDULED) this.cancel(row);
    if (!(deadlineUs < Infinity)) return;
    this.doubles[deadline] = deadlineUs;
    this.place(row);
  }

  cancel(row: number): void {
    const list = int32At(this.words, (row << WORD_SHIFT) | LIST);
    if (list === UNSCHEDULED) return;
    if (list === DUE) this.due.remove(row);
    else this.unlink(row, list - 1);
    this.words[(row << WORD_SHIFT) | LIST] = UNSCHEDULED;
  }

  /** Microseconds; Infinity when the row has none. */
  deadlineUs(row: number): number {
    const unscheduled = this.words[(row << WORD_SHIFT) | LIST] === UNSCHEDULED;
    return unscheduled ? Infinity : float64At(this.doubles, row << DOUBLE_SHIFT);
  }

  /** It is `nowUs`; a time before the last one changes nothing. */
  advance(nowUs: number): void {
    if (nowUs > this.nowUs) this.nowUs = nowUs;
  }

  /** The next row whose deadline has come, unscheduled by this; -1 when there is none. */
  nextDue(): number {
    // Each turn passes an occupied slot, of which there are no more than rows times LEVELS.
    while (this.due.size === 0) {
      const nowTick = Math.floor(this.nowUs / TICK_US);
      if (this.nextTick > nowTick) {
        if (nowTick > this.tick) this.tick = nowTick;
        return -1;
      }
      this.tick = this.nextTick;
      this.openSlots();
      this.findNextTick();
    }
    const row = this.due.top();
    const deadline = float64At(this.doubles, row << DOUBLE_SHIFT);
    if (deadline > this.nowUs) return -1;
    this.dueAtUs = deadline;
    this.due.remove(row);
    this.words[(row << WORD_SHIFT) | LIST] = UNSCHEDULED;
    return row;
  }

  private place(row: number): void {
    const tick = Math.floor(float64At(this.doubles, row << DOUBLE_SHIFT) / TICK_US);
    const ahead = Math.min(tick - this.tick, AHEAD_MAX);
    if (ahead <= 0) {
      this.words[(row << WORD_SHIFT) | LIST] = DUE;
      this.due.add(row);
      return;
    }
    // Slot numbers are digits of the tick, so its low 32 bits are enough. The slot is 1 to 256 after
    // the present one of its level; at 256 it is the present one's next turn, as that one is empty.
    const low = this.tick | 0;
    const bits = 32 - Math.clz32(ahead);
    const level = bits <= 8 ? 0 : (bits - 7) >> 1;
    const target = (low + ahead) | 0;
    this.link(row, level * SLOTS + ((target >>> (2 * level)) & (SLOTS - 1)));
    const begins = this.tick + ahead - (target & ((1 << (2 * level)) - 1));
    if (begins < this.nextTick) this.nextTick = begins;
  }

  private link(row: number, slot: number): void {
    const { words } = this;
    const next = int32At(this.first, slot);
    if (next === 0) this.occupancy.set(slot);
    else words[((next - 1) << WORD_SHIFT) | PREVIOUS] = row + 1;
    const at = row << WORD_SHIFT;
    words[at | PREVIOUS] = 0;
    words[at | FOLLOWING] = next;
    words[at | LIST] = slot + 1;
    this.first[slot] = row + 1;
  }

  private unlink(row: number, slot: number): void {
    const { words } = this;
    const before = int32At(words, (row << WORD_SHIFT) | PREVIOUS);
    const after = int32At(words, (row << WORD_SHIFT) | FOLLOWING);
    if (after !== 0) words[((after - 1) << WORD_SHIFT) | PREVIOUS] = before;
    if (before !== 0) words[((before - 1) << WORD_SHIFT) | FOLLOWING] = after;
    else {
      this.first[slot] = after;
      if (after === 0) this.occupancy.clear(slot);
    }
  }

  /** Empties the slots that begin at `tick`: one a level, where `tick` is a multiple of its span. */
  private openSlots(): void {
    const low = this.tick | 0;
    for (let level = 0; level < LEVELS; level++) {
      if ((low & ((1 << (2 * level)) - 1)) !== 0) return;
      const slot = level * SLOTS + ((low >>> (2 * level)) & (SLOTS - 1));
      let row = int32At(this.first, slot) - 1;
      if (row < 0) continue;
      this.first[slot] = 0;
      this.occupancy.clear(slot);
      // A row whose deadline was moved may return to this very slot, for its next turn.
      while (row >= 0) {
        const after = int32At(this.words, (row << WORD_SHIFT) | FOLLOWING) - 1;
        this.place(row);
        row = after;
      }
    }
  }

  private findNextTick(): void {
    const low = this.tick | 0;
    let nearest = Infinity;
    for (let level = 0; level < LEVELS; level++) {
      const shift = 2 * level;
      const distance = this.occupancy.distance(level, (low >>> shift) & (SLOTS - 1));
      if (distance === 0) continue;
      const ahead = distance * 2 ** shift - (low & ((1 << shift) - 1));
      if (ahead < nearest) nearest = ahead;
    }
    this.nextTick = this.tick + nearest;
  }
}
