/**
 * The clock that drives timers, made of packet timestamps (METRICS.md "Time"). It never goes back: a
 * timestamp more than a second before the previous packet's is a step, at which the clock is set anew
 * so that it stands still and every timer keeps its remaining life. It reads no clock of the host.
 */
const STEP_US = 1_000_000;
/** In the year 2112, behind all that pcap can write. Damaged pcapng files hold times so late that no second counts. */
const TIME_END_US = 2 ** 52;

export class PacketClock {
  /** Timer time, microseconds: what deadlines are set against. Never decreases. */
  nowUs = 0;
  /** Of the packet before, as captured, if that was a time. */
  lastTimestampUs = 0;
  /** Number of steps so far: intervals between moments of different eras mean nothing. */
  era = 0;
  /** Timer time minus packet time. */
  private offsetUs = 0;
  private started = false;

  /** Steps since the start. */
  get steps(): number {
    return this.era;
  }

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
      this.era++;
      this.offsetUs = this.nowUs - packetUs;
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
}
