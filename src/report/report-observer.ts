/**
 * An observer in front of the collectors: passes everything on, and notes calls and retransmissions by
 * time, and the slowest calls. Cold code: it is there only while a report is made.
 */
import type { Direction } from '../direction/direction.ts';
import { DIRECTION_NAMES } from '../direction/direction.ts';
import type { Observer } from '../state/observer.ts';
import type { SlowCall, SlowestCalls } from './slowest-calls.ts';
import type { TimeBins } from './time-bins.ts';

/** The message that an event is about. */
export interface Moment {
  timestampUs(): number;
  callIdBytes(): Uint8Array;
}

export interface Notes {
  readonly calls: TimeBins;
  readonly retransmissions: TimeBins;
  readonly slowest: SlowestCalls;
}

/** `moment` is asked while an event is being told, never before. */
export function noting(collectors: Observer, notes: Notes, moment: () => Moment): Observer {
  const retransmitted = (): void => notes.retransmissions.add(moment().timestampUs());
  const delayed = (direction: Direction, delay: SlowCall['delay'], durationUs: number): void => {
    notes.slowest.offer(durationUs, () => ({
      timestampUs: moment().timestampUs(),
      durationUs,
      direction: DIRECTION_NAMES[direction] === 'out' ? 'out' : 'in',
      delay,
      callId: Buffer.from(moment().callIdBytes()).toString('latin1'),
    }));
  };
  const own: Partial<Observer> = {
    attemptStarted(direction, peer): void {
      notes.calls.add(moment().timestampUs());
      collectors.attemptStarted(direction, peer);
    },
    requestRetransmission(direction, peer, method): void {
      retransmitted();
      collectors.requestRetransmission(direction, peer, method);
    },
    responseRetransmission(direction, peer, method): void {
      retransmitted();
      collectors.responseRetransmission(direction, peer, method);
    },
    callPdd(direction, durationUs): void {
      delayed(direction, 'PDD', durationUs);
      collectors.callPdd(direction, durationUs);
    },
    callAnswer(direction, durationUs): void {
      delayed(direction, 'answer', durationUs);
      collectors.callAnswer(direction, durationUs);
    },
  };
  // Thirty events go straight through; only those above are of interest.
  return new Proxy(collectors, {
    get(target, name): unknown {
      const noted: unknown = Reflect.get(own, name);
      if (noted !== undefined) return noted;
      const passed: unknown = Reflect.get(target, name);
      return typeof passed === 'function' ? passed.bind(target) : passed;
    },
  });
}
