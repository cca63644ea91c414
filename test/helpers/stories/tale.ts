/** A tale: messages between places with the times at which they pass the probe, told from a seed. */
import type { SeededRandom } from '../seeded-random.ts';
import type { Sip } from '../sip-scene.ts';

export interface Told {
  /** Seconds. */
  readonly time: number;
  readonly from: string;
  readonly to: string;
  readonly transport: 'UDP' | 'TCP';
  readonly sip: Sip;
}

/** A request on its way between two places. */
export interface Asked {
  readonly from: string;
  readonly to: string;
  readonly sip: Sip;
}

const SHORT: readonly number[] = [0.001, 0.02, 0.1, 0.5, 3];
const LONG: readonly number[] = [4, 31.9, 33, 70, 200, 3700];

export class Tale {
  readonly random: SeededRandom;
  readonly told: Told[];
  readonly name: string;
  readonly transport: 'UDP' | 'TCP';
  now: number;
  private readonly count: { branches: number };

  constructor(random: SeededRandom, name: string, now: number, transport: 'UDP' | 'TCP') {
    this.random = random;
    this.name = name;
    this.now = now;
    this.transport = transport;
    this.told = [];
    this.count = { branches: 0 };
  }

  /** The same tale with a clock of its own, for what goes on at the same time. */
  fork(): Tale {
    return Object.create(this, { now: { value: this.now, writable: true } });
  }

  /** A request in a transaction of its own. */
  ask(from: string, to: string, sip: Sip): Asked {
    this.count.branches++;
    const asked = { from, to, sip: { fromTag: 'a', callId: this.name, ...sip } };
    const branch = sip.branch ?? `${this.name}.${this.count.branches}`;
    return this.again({ ...asked, sip: { ...asked.sip, branch } });
  }

  /** The same request, or one of the same transaction. */
  again(asked: Asked, sip: Sip = {}): Asked {
    const { from, to } = asked;
    const whole = { ...asked.sip, ...sip };
    this.tell(from, to, whole);
    return { from, to, sip: whole };
  }

  answer(asked: Asked, status: number, toTag?: string, more: Sip = {}): void {
    const tag = toTag === undefined ? {} : { toTag };
    this.wait(this.random.pick(SHORT));
    const { lines: _, ...request } = asked.sip;
    // To where it came from (RFC 3581), or to where its Via says.
    const to = this.random.chance(0.5) ? (request.sentBy ?? asked.from) : asked.from;
    this.tell(asked.to, to, { sentBy: asked.from, ...request, status, ...tag, ...more });
  }

  /** Mostly short. */
  pause(): void {
    this.wait(this.random.chance(0.1) ? this.random.pick(LONG) : this.random.pick(SHORT));
  }

  wait(seconds: number): void {
    this.now += seconds;
  }

  private tell(from: string, to: string, sip: Sip): void {
    this.now += 0.003;
    const { now: time, transport } = this;
    this.told.push({ time, from, to, transport, sip });
  }
}

/** The Via that a request has on top, to lie below a proxy's. */
export function viaOf(asked: Asked, transport: string): string {
  const { via, sentBy, branch } = asked.sip;
  return via ?? `SIP/2.0/${transport} ${sentBy ?? asked.from};branch=z9hG4bK${branch ?? ''}`;
}
