/**
 * The time of a message that came in HEP. Timers go by the clock that stamped the packet, ours or that of a capture, so
 * that senders whose clocks differ do each other no harm; delays go by the clock of the sender, which saw the message.
 * The difference of the two is the least by which a sender's messages were late in the last while: what is more is
 * lateness.
 */
import { float64At, float64Column } from './core/columns.ts';
import type { Flow } from './core/flow.ts';
import type { HepRecord } from './decode/hep.ts';

/** Of HEP sent to us: a sender's time this far from ours is taken for no time at all. */
export const HEP_DIFFERENCE_US_MAX = 86_400e6;
/** A sender's clock that is further off is another clock: no interval is from one to the other. */
const SAME_CLOCK_US = 1e6;
const WHILE_US = 30e6;
/** Eras of a sender's clock follow behind so many of the packet clock. */
const SENDER_ERAS = 1 << 14;
const AGENT_MASK = 0xffff;
/** Senders told apart; of more, some share what is known of their clocks. */
const SLOTS = 256;

export class SenderClocks {
  /** Least lateness, microseconds, in the present while and in the one before; when the present one began. */
  private readonly least: Float64Array = float64Column(SLOTS).fill(Infinity);
  private readonly leastBefore: Float64Array = float64Column(SLOTS).fill(Infinity);
  private readonly beganUs: Float64Array = float64Column(SLOTS);

  /**
   * Gives `flow` the sender's time, unless that is missing or further from the packet's than `differenceUsMax`. Returns
   * what to add to the packet clock's era: 0, or what stands for the clock of this sender.
   */
  take(hep: HepRecord, flow: Flow, differenceUsMax: number): number {
    const lateUs = flow.timestampUs - hep.timestampUs;
    if (hep.timestampUs === 0 || Math.abs(lateUs) > differenceUsMax) return 0;
    const differenceUs = this.leastLate(hep.agent & (SLOTS - 1), lateUs, flow.timestampUs);
    flow.timestampUs = hep.timestampUs;
    const isSame = Math.abs(differenceUs) <= SAME_CLOCK_US;
    return isSame ? 0 : SENDER_ERAS * (1 + (hep.agent & AGENT_MASK));
  }

  private leastLate(slot: number, lateUs: number, nowUs: number): number {
    if (Math.abs(nowUs - float64At(this.beganUs, slot)) > WHILE_US) {
      this.leastBefore[slot] = float64At(this.least, slot);
      this.least[slot] = lateUs;
      this.beganUs[slot] = nowUs;
    } else if (lateUs < float64At(this.least, slot)) {
      this.least[slot] = lateUs;
    }
    return Math.min(float64At(this.least, slot), float64At(this.leastBefore, slot));
  }
}
