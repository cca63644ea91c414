/** Calls through the local side: forks beside and behind each other, spirals, hairpins, CANCELs, Record-Route or not. */
import type { Sip } from '../sip-scene.ts';
import { type Asked, type Tale, viaOf } from './tale.ts';

const FAILURES: readonly number[] = [302, 404, 480, 486, 503, 600];

/** Who takes part: the proxy, whom it sends to, and a proxy abroad that sends back. */
export interface Route {
  readonly proxy: string;
  readonly targets: readonly string[];
  readonly abroad: string;
  /** It keeps the Vias to itself. */
  readonly hiding: boolean;
}

interface Outcome {
  readonly status: number;
  readonly tag: string;
  readonly target: string;
}

export function tellProxied(tale: Tale, caller: string, route: Route): void {
  const { random } = tale;
  let cseq = 1;
  let invite = tale.ask(caller, route.proxy, { method: 'INVITE', cseq });
  let outcome = forward(tale, invite, route, 0);
  if (outcome.status === 407 && random.chance(0.8)) {
    tale.pause();
    cseq++;
    invite = tale.ask(caller, route.proxy, { method: 'INVITE', cseq });
    outcome = forward(tale, invite, route, 0);
  }
  if (outcome.status !== 200) return;
  const recorded = random.chance(0.6);
  const { tag, target } = outcome;
  through(tale, { caller, target, route, recorded }, { method: 'ACK', cseq, toTag: tag }, 0);
  tale.pause();
  if (random.chance(0.2)) {
    const again = { method: 'INVITE', cseq: cseq + 1, toTag: tag };
    through(tale, { caller, target, route, recorded }, again, random.pick([200, 491]));
    tale.pause();
  }
  if (random.chance(0.1)) return;
  const status = random.chance(0.1) ? 407 : 200;
  const bye = { method: 'BYE', cseq: cseq + 5, toTag: tag };
  through(tale, { caller, target, route, recorded }, bye, status);
  if (status === 407) through(tale, { caller, target, route, recorded }, { ...bye, cseq: 9 }, 200);
}

interface Ends {
  readonly caller: string;
  readonly target: string;
  readonly route: Route;
  readonly recorded: boolean;
}

/** A request within the dialog, by the proxy or past it; either end may send a BYE. */
function through(tale: Tale, ends: Ends, sip: Sip, status: number): void {
  const { route, recorded } = ends;
  const back = sip.method === 'BYE' && tale.random.chance(0.4);
  const [from, to] = back ? [ends.target, ends.caller] : [ends.caller, ends.target];
  const tags = back ? { fromTag: sip.toTag ?? '', toTag: 'a' } : { toTag: sip.toTag ?? '' };
  const first = tale.ask(from, recorded ? route.proxy : to, { ...sip, ...tags });
  const copy = recorded ? passOn(tale, first, route, to) : undefined;
  if (sip.method === 'ACK' || tale.random.chance(0.05)) return;
  if (copy !== undefined) tale.answer(copy, status, tags.toTag);
  tale.answer(first, status, tags.toTag);
  if (sip.method !== 'INVITE') return;
  if (status >= 300) {
    if (copy !== undefined) tale.again(copy, { method: 'ACK' });
    tale.again(first, { method: 'ACK' });
    return;
  }
  const ack = tale.ask(first.from, first.to, { ...sip, ...tags, method: 'ACK' });
  if (recorded) passOn(tale, ack, route, to);
}

/** The proxy's copy of a request. */
export function passOn(tale: Tale, asked: Asked, route: Route, to: string): Asked {
  const { branch: _, sentBy: _by, via: _via, vias = [], ...sip } = asked.sip;
  tale.wait(0.002);
  const below = route.hiding ? [] : [viaOf(asked, tale.transport), ...vias];
  return tale.ask(route.proxy, to, { ...sip, vias: below });
}

/** What the proxy does with an INVITE, up to the final that it sends back. */
function forward(tale: Tale, invite: Asked, route: Route, depth: number): Outcome {
  const { random } = tale;
  if (random.chance(0.8)) tale.answer(invite, 100);
  const targets = pickSome(tale, route.targets);
  const parallel = random.chance(0.5);
  const copies: Asked[] = [];
  let best: Outcome = { status: 408, tag: 'p', target: '' };
  for (const target of targets) {
    const own = parallel ? tale.fork() : tale;
    const outcome = tryOne(own, invite, { target, route, depth, copies });
    tale.now = Math.max(tale.now, own.now - (parallel ? random.between(0, 1) : 0));
    if (outcome === undefined) continue;
    best = outcome;
    if (outcome.status === 200 || outcome.status >= 600) break;
  }
  const cancelled = best.status !== 200 && random.chance(0.2) && depth === 0;
  if (cancelled) {
    tale.answer(tale.again(invite, { method: 'CANCEL' }), 200);
    best = { ...best, status: 487 };
  }
  if (random.chance(0.05)) return best;
  tale.answer(invite, best.status, best.tag);
  if (best.status !== 200) tale.again(invite, { method: 'ACK', toTag: best.tag });
  if (cancelled || best.status === 200) giveUp(tale, copies);
  return best;
}

/** CANCEL, or late answers, of the branches that have no final. */
function giveUp(tale: Tale, open: readonly Asked[]): void {
  const { random } = tale;
  for (const copy of open) {
    if (random.chance(0.1)) continue;
    tale.answer(tale.again(copy, { method: 'CANCEL' }), 200);
    if (random.chance(0.1)) continue;
    const status = random.chance(0.9) ? 487 : 200;
    tale.answer(copy, status, `l${copy.sip.branch}`);
    if (status === 487) tale.again(copy, { method: 'ACK', toTag: `l${copy.sip.branch}` });
  }
}

/** One branch; undefined when it has no final yet, and is then among the open `copies`. */
function tryOne(
  tale: Tale,
  invite: Asked,
  { target, route, depth, copies }: Branch,
): Outcome | undefined {
  const { random } = tale;
  const spiral = depth === 0 && random.chance(0.15);
  if (spiral) {
    const loop = random.chance(0.5);
    let copy = passOn(tale, invite, route, loop ? route.proxy : route.abroad);
    const outer = copy;
    if (!loop) copy = passOn(tale, copy, { ...route, proxy: route.abroad }, route.proxy);
    const outcome = forward(tale, copy, route, depth + 1);
    if (loop) return outcome;
    tale.answer(outer, outcome.status, outcome.tag);
    if (outcome.status !== 200) tale.again(outer, { method: 'ACK', toTag: outcome.tag });
    return outcome;
  }
  const copy = passOn(tale, invite, route, target);
  const tag = `t${copy.sip.branch}`;
  if (random.chance(0.6)) tale.answer(copy, 100);
  if (random.chance(0.6)) {
    tale.answer(copy, 180, tag);
    if (random.chance(0.8)) tale.answer(invite, 180, tag);
  }
  tale.pause();
  if (random.chance(0.25)) {
    copies.push(copy);
    return undefined;
  }
  const status = random.pick([200, 200, 200, 407, ...FAILURES]);
  tale.answer(copy, status, tag);
  if (status !== 200) tale.again(copy, { method: 'ACK', toTag: tag });
  return { status, tag, target };
}

interface Branch {
  readonly target: string;
  readonly route: Route;
  readonly depth: number;
  readonly copies: Asked[];
}

function pickSome(tale: Tale, from: readonly string[]): string[] {
  const count = tale.random.integer(1, 3);
  return Array.from({ length: count }, () => tale.random.pick(from));
}
