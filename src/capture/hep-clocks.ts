/**
 * When messages that senders mirrored in HEP were seen, on our clock. The clocks of senders differ from ours and from
 * each other's, and what they send may be late: by a little always, by much when we or the network stood still. The
 * least lateness of a sender is taken for the difference of the clocks, and what comes later than that for late.
 */

/** A sender that would be so much later than ever has put its clock back. */
const LATE_US_MAX = 120_000_000;
/** How fast the difference may grow, as that of two clocks does that run apart: 1 ms a second. */
const APART = 0.001;
/** Senders remembered; the one known longest makes room. */
export const HEP_CLOCKS_MAX = 256;

interface SenderClock {
  /** Ours minus the sender's, microseconds. */
  differenceUs: number;
  /** Of the last message, by our clock. */
  arrivalUs: number;
}

export class HepClocks {
  readonly #senders: Map<number, SenderClock> = new Map();
  #lastUs = 0;

  /**
   * The time, microseconds, of a message that `agent` stamped with `sentUs` (0 = not at all) and that arrived at
   * `arrivalUs`. Never after its arrival; never before that of the message in front of it, unless our clock was put back.
   */
  timeOf(agent: number, sentUs: number, arrivalUs: number): number {
    const seenUs = sentUs > 0 ? sentUs + this.#difference(agent, sentUs, arrivalUs) : arrivalUs;
    this.#lastUs = Math.min(arrivalUs, Math.max(this.#lastUs, seenUs));
    return this.#lastUs;
  }

  #difference(agent: number, sentUs: number, arrivalUs: number): number {
    const nowUs = arrivalUs - sentUs;
    const sender = this.#senders.get(agent);
    if (sender === undefined) {
      this.#remember(agent, { differenceUs: nowUs, arrivalUs });
      return nowUs;
    }
    const apartUs = Math.max(0, arrivalUs - sender.arrivalUs) * APART;
    const isStep = nowUs - sender.differenceUs > LATE_US_MAX;
    sender.differenceUs = isStep ? nowUs : Math.min(nowUs, sender.differenceUs + apartUs);
    sender.arrivalUs = arrivalUs;
    return sender.differenceUs;
  }

  #remember(agent: number, clock: SenderClock): void {
    if (this.#senders.size >= HEP_CLOCKS_MAX) {
      for (const oldest of this.#senders.keys()) {
        this.#senders.delete(oldest);
        break;
      }
    }
    this.#senders.set(agent, clock);
  }
}
