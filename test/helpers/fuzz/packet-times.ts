/** Times of packets: mostly milliseconds apart, now and then a step either way, rarely what no clock says. */
import type { SeededRandom } from '../seeded-random.ts';

const START_US = 1.7e15;
const DAY_US = 86_400e6;
/** The last of a pcap file, of integers, and of pcapng files that count microseconds and seconds. */
const EXTREMES = [0, 1, 4_294_967_295e6 + 999_999, 2 ** 53, 2 ** 64, 2 ** 84];
const JUMPS = [-DAY_US, -40e6, -1.5e6, -0.5e6, 5e6, 33e6, 200e6, 3601e6, DAY_US, 40 * DAY_US];

export class PacketTimes {
  private readonly random: SeededRandom;
  private nowUs = START_US;

  constructor(random: SeededRandom) {
    this.random = random;
  }

  next(): number {
    const { random } = this;
    const odd = random.fraction();
    if (odd < 0.000_02) return random.pick(EXTREMES);
    if (odd < 0.000_05) this.nowUs = random.between(0, 4.2e15);
    else if (odd < 0.001) this.nowUs = Math.max(0, this.nowUs + random.pick(JUMPS));
    else this.nowUs += random.integer(0, random.chance(0.3) ? 0 : 20_000);
    return this.nowUs;
  }
}
