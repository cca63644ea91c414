/**
 * Time as the packets tell it (METRICS.md "Time"). Timer time never goes back: at a step, a timestamp more
 * than a second before the previous packet's, it is re-based, so that every deadline keeps its distance.
 */
const STEP_US = 1_000_000;

export class PacketClock {
  private offsetUs = 0;
  private started = false;
  /** Timer time: what deadlines are compared with. */
  nowUs = 0;
  /** Of the last packet, as captured. */
  lastTimestampUs = 0;
  /** Steps so far: times of different eras have no interval between them. */
  era = 0;

  get steps(): number {
    return this.era;
  }

  /** A packet's timestamp; returns timer time. What is no time counts as 0. */
  advance(timestampUs: number): number {
    const time = timestampUs >= 0 && timestampUs < Number.POSITIVE_INFINITY ? timestampUs : 0;
    if (!this.started) {
      this.started = true;
      this.nowUs = time;
    } else if (time < this.lastTimestampUs - STEP_US) {
      this.era++;
      this.offsetUs = this.nowUs - time;
    } else if (time + this.offsetUs > this.nowUs) {
      this.nowUs = time + this.offsetUs;
    }
    this.lastTimestampUs = time;
    return this.nowUs;
  }

  /** Time passes without a packet, up to a packet time; never back, never a step. */
  idle(timestampUs: number): number {
    if (!this.started) return this.advance(timestampUs);
    const time = timestampUs + this.offsetUs;
    if (time > this.nowUs) this.nowUs = time;
    return this.nowUs;
  }
}
