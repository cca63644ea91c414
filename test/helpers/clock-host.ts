/** A host that captures: what its clocks show, and what its probe hears of packets and of silence. */
import { BatchBuilder } from '../../src/capture/batch-builder.ts';
import { PacketClock } from '../../src/core/packet-clock.ts';
import { type Clocked, IdleClock } from '../../src/idle-clock.ts';

const START_S = 1_700_000_000;
/** So often a source says that it is empty. */
export const TICK_S = 0.25;
/** What was stamped so long ago has been shown. */
const DELAY_S = 0.1;

const columns = new BatchBuilder();

class Clocks implements Clocked {
  readonly clock: PacketClock = new PacketClock();

  idle(timestampUs: number): void {
    this.clock.idle(timestampUs);
  }

  settle(timestampUs: number): void {
    this.clock.advance(timestampUs);
  }
}

export class ClockHost {
  /** Time that has really passed, seconds. */
  realS = 0;
  /** What the clock shows that stamps packets, seconds. */
  private wallS: number = START_S;
  private readonly clocks: Clocks = new Clocks();
  private readonly idle: IdleClock = new IdleClock(this.clocks, true, () => this.realS * 1000);

  constructor() {
    this.packets([0]);
  }

  /** Timer time, seconds since the first packet. */
  get timerS(): number {
    return this.clocks.clock.nowUs / 1e6 - START_S;
  }

  get steps(): number {
    return this.clocks.clock.steps;
  }

  /** The clock that stamps packets is put. */
  step(seconds: number): void {
    this.wallS += seconds;
  }

  /** The program does nothing for a while. */
  sleep(seconds: number): void {
    this.realS += seconds;
    this.wallS += seconds;
  }

  /** Nothing arrives for a while, and the source says so. */
  silence(seconds: number): void {
    for (let passed = 0; passed < seconds; passed += TICK_S) {
      this.sleep(TICK_S);
      this.packets([]);
    }
  }

  /** A batch of packets stamped so many seconds ago. */
  packets(agoS: readonly number[], drained = true): void {
    const { block, offset, caplen, len, linktype, interfaceIndex, timestampUs } = columns;
    for (const [row, ago] of agoS.entries()) timestampUs[row] = (this.wallS - ago) * 1e6;
    const settled = drained ? { settledUs: (this.wallS - DELAY_S) * 1e6 } : {};
    const rest = { block, offset, caplen, len, linktype, interfaceIndex, timestampUs, drained };
    const batch = { ...rest, ...settled, count: agoS.length, firstFrame: 1 };
    this.idle.before();
    for (let row = 0; row < batch.count; row++) this.clocks.clock.advance(timestampUs[row] ?? 0);
    this.idle.after(batch);
  }
}
