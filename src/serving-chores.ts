/**
 * What a serving probe does between batches, now and then: it lets the event loop answer scrapes, takes up addresses
 * that the interfaces got, and says when most traffic is foreign.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Config } from './config/config.ts';
import type { Log } from './core/log.ts';
import { type DataPlane, endpointsOf } from './data-plane.ts';
import { LateAddresses } from './late-addresses.ts';
import { foreignWarning } from './replay-summary.ts';

/** The event loop is given to scrapes at least this often while packets are waiting. */
const TURN_MS = 10;
const FOREIGN_LOOK_MS = 60_000;
const ADDRESS_LOOK_MS = 5000;

/** A stretch of monotonic time that begins anew when it was found to be over. */
class Interval {
  private readonly lengthMs: number;
  private endMs = 0;

  constructor(lengthMs: number) {
    this.lengthMs = lengthMs;
    this.begin();
  }

  begin(): void {
    this.endMs = performance.now() + this.lengthMs;
  }

  isOver(): boolean {
    if (performance.now() < this.endMs) return false;
    this.begin();
    return true;
  }
}

export class ServingChores {
  /** The local side as a person reads it; grows with addresses that come later. */
  localText: string;
  private readonly plane: DataPlane;
  private readonly log: Log;
  private readonly addresses: LateAddresses;
  private readonly turn: Interval = new Interval(TURN_MS);
  private readonly foreignLook: Interval = new Interval(FOREIGN_LOOK_MS);
  private readonly addressLook: Interval = new Interval(ADDRESS_LOOK_MS);

  constructor(config: Config, plane: DataPlane, localText: string, log: Log) {
    this.plane = plane;
    this.localText = localText;
    this.log = log;
    this.addresses = new LateAddresses(config);
  }

  /** To be called after every batch; resolves when the next one may be read. */
  async afterBatch(): Promise<void> {
    if (this.addressLook.isOver()) this.takeUpAddresses();
    if (this.foreignLook.isOver()) this.warnOfForeign();
    if (!this.turn.isOver()) return;
    await nextTurn();
    this.turn.begin();
  }

  private takeUpAddresses(): void {
    const added = this.addresses.look();
    if (added.length === 0) return;
    this.plane.addLocal(endpointsOf(added));
    const text = added.join(' ');
    this.localText = this.localText === '' ? text : `${this.localText} ${text}`;
    this.log.info('the interfaces have more addresses, local from now on', { added: text });
  }

  private warnOfForeign(): void {
    const foreign = foreignWarning(this.plane);
    if (foreign !== undefined) this.log.warn(foreign);
  }
}
