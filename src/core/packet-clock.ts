/**
 * The clock that drives timers, made of packet timestamps (METRICS.md "Time"). It never goes back: a
 * timestamp more than a second before the previous packet's is a step, at which the clock is set anew
 * so that it stands still and every timer keeps its remaining life. When packets return to the time before
 * the step (a clock put wrong and right again, a packet that was written without its time, two recorders whose packets
 * alternate), so does the clock, and no timer fires for it. It reads no clock of the host; who does (idle-clock.ts) may
 * say how late it can be.
 */
const STEP_US = 1_000_000;
/** From here on a leap ahead is looked at. */
const LEAP_US = 10_000_000;
/**
 * A leap ahead by more than this may be the return from a step: it is where it leads to within this of the time that the
 * clock would have without the step. After a real silence it leads there by chance only.
 */
const RETURN_US = 60_000_000;
/** No recording that begins at time zero is silent for a year. */
const YEAR_US = 365 * 86_400 * 1_000_000;
/** In the year 2112, behind all that pcap can write. Damaged pcapng files hold times so late that no second counts. */
const TIME_END_US = 2 ** 52;

export class PacketClock {
  /** Timer time, microseconds: what deadlines are set against. Never decreases. */
  nowUs = 0;
  /** Of the packet before, as captured, if that was a time. */
  lastTimestampUs = 0;
  /** Number of steps and returns so far: intervals between moments of different eras mean nothing. */
  era = 0;
  /** Steps since the start. */
  steps = 0;
  /** As late as it can be, in timer time. A packet that says it is later is a step ahead. */
  nowMaxUs: number = Number.POSITIVE_INFINITY;
  /** Timer time minus packet time. */
  private offsetUs = 0;
  /** The same before the last step or return; no number before the first. */
  private formerOffsetUs: number = Number.NaN;
  private started = false;

  /** The clock in the packets' own time, microseconds since the epoch, idle ticks included; 0 before the first. */
  get packetUs(): number {
    return this.nowUs - this.offsetUs;
  }

  /**
   * Takes a packet's timestamp and gives timer time. What is no time (negative, not finite, beyond TIME_END_US)
   * is taken for that of the packet before: any other would move every timer twice, there and back.
   */
  advance(timestampUs: number): number {
    const isTime = timestampUs >= 0 && timestampUs < TIME_END_US;
    const packetUs = isTime ? timestampUs : this.lastTimestampUs;
    if (packetUs < this.lastTimestampUs - STEP_US) {
      this.steps++;
      this.rebase(this.nowUs - packetUs);
    } else if (packetUs + this.offsetUs > this.nowUs + LEAP_US && this.started) {
      this.leap(packetUs);
    }
    this.lastTimestampUs = packetUs;
    this.started = true;
    const timerUs = packetUs + this.offsetUs;
    if (timerUs > this.nowUs) this.nowUs = timerUs;
    return this.nowUs;
  }

  /**
   * Time has come to `timestampUs` on the packets' clock without a packet: timers run, the previous
   * packet's timestamp stays. Never back, never a step; nothing before the first packet.
   */
  idle(timestampUs: number): number {
    if (!this.started || !(timestampUs < TIME_END_US)) return this.nowUs;
    const timerUs = timestampUs + this.offsetUs;
    if (timerUs > this.nowUs) this.nowUs = timerUs;
    return this.nowUs;
  }

  /** A silence, unless it returns from a step, comes from time zero, which is written for want of a time, or is one. */
  private leap(packetUs: number): void {
    const ahead = packetUs + this.formerOffsetUs - this.nowUs;
    const isLong = packetUs + this.offsetUs > this.nowUs + RETURN_US;
    const isStep = packetUs + this.offsetUs > this.nowMaxUs;
    if (isStep) this.steps++;
    const aheadMax = Math.min(RETURN_US, this.nowMaxUs - this.nowUs);
    if ((isLong || isStep) && ahead >= -STEP_US && ahead <= aheadMax) {
      this.rebase(this.formerOffsetUs);
    } else if (isStep || (this.lastTimestampUs === 0 && packetUs > YEAR_US)) {
      this.rebase(this.nowUs - packetUs);
    }
  }

  private rebase(offsetUs: number): void {
    this.era++;
    this.formerOffsetUs = this.offsetUs;
    this.offsetUs = offsetUs;
  }
}
