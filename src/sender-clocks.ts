/**
 * The time of a message that came in HEP. Timers go by the clock that stamped the packet, ours or that of a capture, so
 * that senders whose clocks differ do each other no harm; delays go by the clock of the sender, which saw the message.
 * The difference of the two is the least by which a sender's messages were late in the last while: what is more is
 * lateness, or another sender that goes by the same number.
 */
import type { Flow } from './core/flow.ts';
import type { HepRecord } from './decode/hep.ts';

/** Of HEP sent to us: a sender's time this far from ours is taken for no time at all. */
export const HEP_DIFFERENCE_US_MAX = 86_400e6;
/** Senders whose clocks are known; the one silent longest, to 30 s, makes room. */
export const HEP_CLOCKS_MAX = 256;
/** A sender's clock that is further off is another clock: no interval is from one to the other. */
const SAME_CLOCK_US = 1e6;
const WHILE_US = 30e6;
/** Eras of a sender's clock follow behind so many of the packet clock; from half of them on, of its late messages. */
const SENDER_ERAS = 1 << 14;
const LATE_ERAS = SENDER_ERAS >> 1;
const AGENT_MASK = 0xffff;

interface SenderClock {
  /** Least lateness, microseconds, in the present while and in the one before. */
  least: number;
  leastBefore: number;
  /** When the present while began. */
  beganUs: number;
}

export class SenderClocks {
  private readonly senders: Map<number, SenderClock> = new Map();

  /**
   * Gives `flow` the sender's time, unless that is missing or further from the packet's than `differenceUsMax`. Returns
   * what to add to the packet clock's era: 0, or what stands for the clock of this sender.
   */
  take(hep: HepRecord, flow: Flow, differenceUsMax: number): number {
    const lateUs = flow.timestampUs - hep.timestampUs;
    if (hep.timestampUs === 0 || Math.abs(lateUs) > differenceUsMax) return 0;
    const differenceUs = this.leastLate(hep.agent, lateUs, flow.timestampUs);
    flow.timestampUs = hep.timestampUs;
    const isLate = lateUs - differenceUs > SAME_CLOCK_US;
    if (!isLate && Math.abs(differenceUs) <= SAME_CLOCK_US) return 0;
    return SENDER_ERAS * (1 + (hep.agent & AGENT_MASK)) + (isLate ? LATE_ERAS : 0);
  }

  private leastLate(agent: number, lateUs: number, nowUs: number): number {
    const clock = this.senders.get(agent);
    if (clock === undefined) {
      if (this.senders.size >= HEP_CLOCKS_MAX) this.forgetOldest();
      this.senders.set(agent, { least: lateUs, leastBefore: lateUs, beganUs: nowUs });
      return lateUs;
    }
    const passedUs = Math.abs(nowUs - clock.beganUs);
    if (passedUs > WHILE_US) {
      clock.leastBefore = passedUs > 2 * WHILE_US ? lateUs : clock.least;
      clock.least = lateUs;
      clock.beganUs = nowUs;
      // A map is in the order of insertion: behind those that were silent meanwhile.
      this.senders.delete(agent);
      this.senders.set(agent, clock);
    }
    clock.least = Math.min(clock.least, lateUs);
    return Math.min(clock.least, clock.leastBefore);
  }

  private forgetOldest(): void {
    for (const agent of this.senders.keys()) {
      this.senders.delete(agent);
      return;
    }
  }
}
