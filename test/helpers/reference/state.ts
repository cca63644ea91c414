/**
 * The state machine once more, as METRICS.md words it and as slow as that reads: text, lists, one row after
 * the other. It shares nothing with src, to be held against it, and gives the same lines as EventLines.
 */
import { callDue, callTimesOut, registrationDue } from './attempts.ts';
import { bindingDue } from './bindings.ts';
import { byeTimedOut, dialogDeadline, dialogDue } from './dialogs.ts';
import { responseIdentity, transactionKey } from './keys.ts';
import { ReferenceLocalSide } from './local-side.ts';
import { readSip } from './read-sip.ts';
import { handleRequest } from './requests.ts';
import { handleResponse } from './responses.ts';
import { aliveUntil, isOpen, SECOND, type Seen, type Transaction } from './rows.ts';
import { lingersUntil, World } from './world.ts';

export interface ReferenceOptions {
  /** IP or IP:port. */
  readonly local: readonly string[];
  /** Name and its addresses. */
  readonly peers: ReadonlyMap<string, readonly string[]>;
  readonly topologyHiding: boolean;
}

export class ReferenceState {
  private readonly world = new World();
  private readonly localSide: ReferenceLocalSide;
  private readonly peers: ReadonlyMap<string, readonly string[]>;
  /** The clock of the timers, and what it is ahead of the packets' time. */
  private now = 0;
  private offset = 0;
  private lastTime = 0;
  private era = 0;

  constructor({ local, peers, topologyHiding }: ReferenceOptions) {
    this.world.topologyHiding = topologyHiding;
    this.localSide = new ReferenceLocalSide(local);
    this.peers = peers;
  }

  get lines(): readonly string[] {
    return this.world.lines;
  }

  /** Steps of the clock between the messages. */
  get steps(): number {
    return this.era;
  }

  /** `time` in microseconds since the epoch. */
  message(time: number, from: string, to: string, transport: string, text: string): void {
    if (time < this.lastTime - SECOND) {
      this.era++;
      this.offset = this.now - time;
    }
    this.lastTime = time;
    this.pass(time);
    const sip = readSip(text);
    const known = sip.status === undefined ? undefined : this.knownWay(sip);
    for (const way of this.localSide.ways(sip, from, to, transport, known)) {
      const peer = this.peerOf(way === 'in' ? from : to);
      const reliable = transport !== 'UDP';
      const { now, era } = this;
      const seen: Seen = { way, peer, from, to, reliable, time, era, now, sip };
      if (sip.status === undefined) handleRequest(this.world, seen);
      else handleResponse(this.world, seen, sip.status, responseIdentity(sip));
    }
  }

  /** Everything that is due by this packet time, each at its own. */
  pass(time: number): void {
    this.now = Math.max(this.now, time + this.offset);
    for (let due = this.nextDue(); due !== undefined; due = this.nextDue()) due();
  }

  /** The gauges, as METRICS.md words them. */
  gauges(): Record<string, number> {
    const { transactions, dialogs, bindings, calls } = this.world;
    const alive = (role: string): Transaction[] =>
      transactions.filter((row) => row.role === role && aliveUntil(row) > this.now);
    const of = (role: string, state: string): number =>
      dialogs.filter((each) => each.role === role && each.state === state).length;
    const stable = (way: string): number =>
      dialogs
        .filter((each) => each.role !== 'proxy' && each.way === way)
        .filter((each) => each.state === 'confirmed').length;
    const isCore = (row: Transaction): boolean =>
      row.method === 'INVITE' && !row.inDialog && row.forwardedAt !== undefined && isOpen(row);
    const held = (way: string): number => bindings.filter((each) => each.way === way).length;
    const states = ['early', 'confirmed'];
    const ends = states.flatMap((state) => [of('uas', state), of('uac', state)]);
    return {
      clientTransactions: alive('client').length,
      serverTransactions: alive('server').length,
      proxyCores: alive('server').filter(isCore).length,
      dialogs: ends.reduce((sum, each) => sum + each, 0),
      stableInbound: stable('in'),
      stableOutbound: stable('out'),
      earlyProxied: of('proxy', 'early'),
      confirmedProxied: of('proxy', 'confirmed'),
      registeredEndpoints: held('in'),
      registrationsOut: held('out'),
      attemptsOpen: [...calls.values()].filter((each) => each.state !== 'closed').length,
    };
  }

  private peerOf(place: string): string {
    const [address = ''] = place.split(':');
    for (const [name, addresses] of this.peers) if (addresses.includes(address)) return name;
    return 'other';
  }

  /** "a response takes its request's direction, reversed, when the transaction is known" */
  private knownWay(sip: ReturnType<typeof readSip>): 'in' | 'out' | undefined {
    const key = transactionKey(sip, 0, sip.method);
    if (this.world.rowsOf('client', key).length > 0) return 'in';
    return this.world.rowsOf('server', key).length > 0 ? 'out' : undefined;
  }

  private nextDue(): (() => void) | undefined {
    const { world } = this;
    let at = this.now;
    let first: (() => void) | undefined;
    const consider = (when: number, action: () => void): void => {
      if (when > at || (when === at && first !== undefined)) return;
      at = when;
      first = action;
    };
    for (const row of world.transactions) {
      const { timer } = row;
      if (timer !== undefined) consider(timer.at, () => this.timedOut(row, timer.name));
      else {
        consider(Math.max(aliveUntil(row), lingersUntil(row)), () => {
          world.transactions = world.transactions.filter((each) => each !== row);
        });
      }
    }
    for (const each of world.calls.values()) consider(each.deadline, () => callDue(world, each));
    for (const each of world.registrations.values()) {
      consider(each.deadline, () => registrationDue(world, each));
    }
    for (const each of world.dialogs) {
      consider(dialogDeadline(each), () => dialogDue(world, each));
    }
    for (const each of world.bindings) {
      consider(each.expiresAt, () => bindingDue(world, each));
    }
    return first;
  }

  private timedOut(row: Transaction, name: string): void {
    const { world } = this;
    const now = row.timer?.at ?? 0;
    row.timer = undefined;
    row.timedOut = true;
    world.say('transactionTimeout', row.role, row.peer, name);
    if (name === 'B' || name === 'F') world.say('peerTimeout', row.peer);
    if (name === 'B') callTimesOut(world, row, now);
    if (row.dialog !== undefined) byeTimedOut(world, row.dialog);
  }
}
