/** Calls as they may go, by a seed: challenges, forks, CANCELs, crossings; then lost, repeated and late. */
import type { SeededRandom } from './seeded-random.ts';
import type { Sip } from './sip-scene.ts';

export interface StoryMessage {
  /** Seconds. */
  readonly time: number;
  readonly direction: 'in' | 'out';
  readonly sip: Sip;
}

/** Chances of what the network does to one message. */
interface Weather {
  readonly loss: number;
  readonly repetition: number;
  readonly delay: number;
}

const GAPS: readonly number[] = [0.001, 0.02, 0.4, 2, 31.9, 33];
const USUAL_GAPS: readonly number[] = [0.001, 0.02, 0.1, 0.5, 3];
const FAILURES: readonly number[] = [302, 404, 422, 480, 486, 487, 491, 500, 603];

class Story {
  readonly messages: StoryMessage[] = [];
  private readonly random: SeededRandom;
  private readonly caller: 'in' | 'out';
  private readonly name: string;
  private now: number;
  private branches = 0;

  constructor(random: SeededRandom, name: string, start: number) {
    this.random = random;
    this.name = name;
    this.now = start;
    this.caller = random.pick(['in', 'out'] as const);
  }

  tell(): void {
    const { random } = this;
    let cseq = random.integer(1, 3);
    let invite = this.request({ method: 'INVITE', cseq });
    for (let round = 0; round < 2 && random.chance(0.3); round++) {
      this.answer(invite, { status: random.pick([401, 407]), toTag: `c${round}` });
      this.ask({ ...invite, method: 'ACK', toTag: `c${round}` });
      if (random.chance(0.2)) return;
      this.pause();
      cseq++;
      invite = this.request({ method: 'INVITE', cseq });
    }
    if (random.chance(0.7)) this.answer(invite, { status: 100 });
    const forks = ['x', 'y', 'z'].slice(0, random.integer(1, 3));
    for (const toTag of forks) {
      if (random.chance(0.7)) this.answer(invite, { status: random.pick([180, 183]), toTag });
    }
    this.pause();
    this.outcome(invite, cseq, forks);
  }

  private outcome(invite: Sip, cseq: number, forks: readonly string[]): void {
    const { random } = this;
    const roll = random.fraction();
    if (roll < 0.08) return;
    if (roll < 0.3) this.cancel(invite);
    if (roll < 0.25 || roll > 0.8) {
      const toTag = forks[0] ?? 'x';
      const status = roll < 0.25 && random.chance(0.7) ? 487 : random.pick(FAILURES);
      this.answer(invite, { status, toTag });
      if (random.chance(0.9)) this.ask({ ...invite, method: 'ACK', toTag });
      if (random.chance(0.15)) this.answer(invite, { status: 200, toTag: 'late' });
      return;
    }
    for (const toTag of forks) {
      if (toTag === 'x' || random.chance(0.3)) this.session(invite, cseq, toTag);
    }
  }

  private cancel(invite: Sip): void {
    this.ask({ ...invite, method: 'CANCEL' });
    if (this.random.chance(0.9)) this.answer({ ...invite, method: 'CANCEL' }, { status: 200 });
  }

  private session(invite: Sip, cseq: number, toTag: string): void {
    const { random } = this;
    this.answer(invite, { status: 200, toTag });
    if (random.chance(0.9)) this.request({ method: 'ACK', cseq, toTag });
    this.pause();
    if (random.chance(0.2)) {
      const again = this.request({ method: 'INVITE', cseq: cseq + 5, toTag });
      this.answer(again, { status: random.pick([200, 491]), toTag });
      if (random.chance(0.8)) this.request({ method: 'ACK', cseq: cseq + 5, toTag });
      this.pause();
    }
    if (random.chance(0.1)) return;
    this.hangUp(cseq + 9, toTag);
    if (random.chance(0.1)) this.hangUp(cseq + 10, toTag);
  }

  private hangUp(cseq: number, toTag: string): void {
    const { random } = this;
    const back = random.chance(0.4);
    const tags = back ? { fromTag: toTag, toTag: 'a' } : { toTag };
    let bye = this.request({ method: 'BYE', cseq, ...tags }, back);
    if (random.chance(0.1)) return;
    if (random.chance(0.2)) {
      this.answer(bye, { status: 407 }, back);
      this.pause();
      bye = this.request({ method: 'BYE', cseq: cseq + 20, ...tags }, back);
    }
    this.answer(bye, { status: random.pick([200, 200, 200, 481]) }, back);
  }

  /** A request in a transaction of its own; `back`: from the callee. */
  private request(sip: Sip, back = false): Sip {
    this.branches++;
    const branch = `${this.name}.${this.branches}`;
    const whole: Sip = { fromTag: 'a', ...sip, callId: this.name, branch };
    this.ask(whole, back);
    return whole;
  }

  private ask(sip: Sip, back = false): void {
    this.say(back ? opposite(this.caller) : this.caller, sip);
  }

  private answer(request: Sip, response: Sip, back = false): void {
    this.now += this.random.pick(USUAL_GAPS);
    this.say(back ? this.caller : opposite(this.caller), { ...request, ...response });
  }

  private pause(): void {
    this.now += this.random.chance(0.1) ? this.random.pick(GAPS) : this.random.pick(USUAL_GAPS);
  }

  private say(direction: 'in' | 'out', sip: Sip): void {
    this.now += 0.003;
    this.messages.push({ time: this.now, direction, sip });
  }
}

function opposite(direction: 'in' | 'out'): 'in' | 'out' {
  return direction === 'in' ? 'out' : 'in';
}

/** Some calls at once, in the order in which their messages arrive; no two at the same microsecond. */
export function callStories(random: SeededRandom): StoryMessage[] {
  const bad = random.chance(0.7);
  const weather: Weather = bad
    ? { loss: 0.12, repetition: 0.15, delay: 0.1 }
    : { loss: 0, repetition: 0, delay: 0 };
  const messages: StoryMessage[] = [];
  for (let i = random.integer(1, 4); i > 0; i--) {
    const story = new Story(random, `call${i}`, random.between(0, 10));
    story.tell();
    for (const message of story.messages) messages.push(...arrivals(message, weather, random));
  }
  messages.sort((a, b) => a.time - b.time);
  let before = -1;
  return messages.map((message) => {
    const time = Math.max(Math.round(message.time * 1e6), before + 1);
    before = time;
    return { ...message, time: time / 1e6 };
  });
}

function arrivals(message: StoryMessage, weather: Weather, random: SeededRandom): StoryMessage[] {
  const copies: StoryMessage[] = [];
  if (!random.chance(weather.loss)) {
    const late = random.chance(weather.delay) ? random.between(0, 1.5) : 0;
    copies.push({ ...message, time: message.time + late });
  }
  for (let wait = 0.5; wait < 8 && random.chance(weather.repetition); wait *= 2) {
    copies.push({ ...message, time: message.time + wait });
  }
  return copies;
}
