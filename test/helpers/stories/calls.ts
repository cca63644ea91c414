/** Calls between two places: challenges, forks, CANCELs, early requests, refreshes, crossings. */
import type { Sip } from '../sip-scene.ts';
import type { Asked, Tale } from './tale.ts';

const FAILURES: readonly number[] = [302, 402, 404, 422, 480, 486, 487, 491, 500, 503, 603];
const EXPIRES: readonly number[] = [90, 120];

export function tellCall(tale: Tale, caller: string, callee: string, more: Sip = {}): void {
  const { random } = tale;
  let cseq = random.integer(1, 3);
  const form: Sip = random.chance(0.1) ? oldBranch(tale, caller) : more;
  let invite = tale.ask(caller, callee, { method: 'INVITE', cseq, ...form });
  for (let round = 0; round < 2 && random.chance(0.25); round++) {
    refuse(tale, invite, random.pick([401, 407, 422, 494]), `c${round}`);
    if (random.chance(0.2)) return;
    tale.pause();
    if (random.chance(0.8)) cseq++;
    invite = tale.ask(caller, callee, { method: 'INVITE', cseq, ...more });
  }
  if (random.chance(0.7)) tale.answer(invite, 100);
  const forks = ['x', 'y', 'z'].slice(0, random.integer(1, 3));
  for (const tag of forks) if (random.chance(0.7)) ring(tale, invite, tag);
  tale.pause();
  end(tale, invite, cseq, forks);
}

/** A branch without the magic cookie, or with nothing else, or none: RFC 2543. */
function oldBranch(tale: Tale, from: string): Sip {
  const branch = tale.random.pick([`;branch=${tale.name}`, ';branch=z9hG4bK', '']);
  return { via: `SIP/2.0/${tale.transport} ${from}${branch}` };
}

function ring(tale: Tale, invite: Asked, tag: string): void {
  const { random } = tale;
  const reliable = random.chance(0.2);
  const lines = reliable ? [`RSeq: ${random.integer(1, 2)}`] : [];
  tale.answer(invite, random.pick([180, 183]), tag, { lines });
  const { from, to } = invite;
  if (reliable) {
    const prack = tale.ask(from, to, { method: 'PRACK', cseq: 20, toTag: tag });
    tale.answer(prack, 200, tag);
  }
  if (random.chance(0.1)) {
    const update = tale.ask(from, to, { method: 'UPDATE', cseq: 21, toTag: tag });
    tale.answer(update, random.pick([200, 491]), tag);
  }
}

function end(tale: Tale, invite: Asked, cseq: number, forks: readonly string[]): void {
  const { random } = tale;
  const roll = random.fraction();
  if (roll < 0.06) return;
  if (roll < 0.09) hangUp(tale, invite.from, invite.to, cseq + 3, forks[0] ?? 'x');
  if (roll < 0.3) {
    const cancel = tale.again(invite, { method: 'CANCEL' });
    if (random.chance(0.9)) tale.answer(cancel, 200);
  }
  if (roll < 0.25 || roll > 0.8) {
    const status = roll < 0.25 && random.chance(0.7) ? 487 : random.pick(FAILURES);
    refuse(tale, invite, status, forks[0] ?? 'x');
    if (random.chance(0.2)) tale.pause();
    if (random.chance(0.15)) tale.answer(invite, 200, 'late');
    return;
  }
  for (const tag of forks) {
    if (tag === 'x' || random.chance(0.3)) tellSession(tale, invite, cseq, tag);
  }
}

/** A failure and its ACK. */
export function refuse(tale: Tale, invite: Asked, status: number, tag: string): void {
  tale.answer(invite, status, tag);
  if (tale.random.chance(0.9)) tale.again(invite, { method: 'ACK', toTag: tag });
}

function tellSession(tale: Tale, invite: Asked, cseq: number, tag: string): void {
  const { random } = tale;
  const { from, to } = invite;
  tale.answer(invite, 200, tag, { lines: sessionTimer(tale, 0.2) });
  if (random.chance(0.9)) tale.ask(from, to, { method: 'ACK', cseq, toTag: tag });
  tale.pause();
  for (let i = 0; i < 3 && random.chance(0.35); i++) {
    talk(tale, from, to, cseq + 5 + i, tag);
    tale.pause();
  }
  if (random.chance(0.1)) return;
  if (random.chance(0.1)) {
    hangUpBoth(tale, from, to, cseq + 9, tag);
    return;
  }
  hangUp(tale, from, to, cseq + 9, tag);
  if (random.chance(0.1)) hangUp(tale, from, to, cseq + 10, tag);
}

function sessionTimer(tale: Tale, probability: number): string[] {
  const { random } = tale;
  return random.chance(probability)
    ? [`Session-Expires: ${random.pick(EXPIRES)};refresher=uac`]
    : [];
}

/** The ends of a request in a dialog of the caller's tag `a` and the callee's: from either of them. */
function turned(tale: Tale, caller: string, callee: string, tag: string): [string, string, Sip] {
  if (tale.random.chance(0.6)) return [caller, callee, { toTag: tag }];
  return [callee, caller, { fromTag: tag, toTag: 'a' }];
}

/** A re-INVITE, an UPDATE, an INFO, a REFER with its NOTIFY, or a SUBSCRIBE within the dialog. */
function talk(tale: Tale, caller: string, callee: string, cseq: number, tag: string): void {
  const { random } = tale;
  const [from, to, tags] = turned(tale, caller, callee, tag);
  const method = random.pick(['INVITE', 'INVITE', 'UPDATE', 'INFO', 'REFER', 'SUBSCRIBE']);
  const asked = tale.ask(from, to, { method, cseq, ...tags });
  const echoed = tags.toTag ?? tag;
  if (method === 'INVITE') {
    const status = random.pick([200, 200, 491, 408, 481]);
    tale.answer(asked, status, echoed, { lines: sessionTimer(tale, 0.5) });
    const same = status === 200 ? {} : { branch: asked.sip.branch ?? '' };
    if (random.chance(0.8)) tale.ask(from, to, { method: 'ACK', cseq, ...tags, ...same });
    return;
  }
  if (random.chance(0.1)) return;
  tale.answer(asked, random.pick([200, 202, 481]), echoed, { lines: sessionTimer(tale, 0.5) });
  if (method !== 'REFER') return;
  const back = { fromTag: echoed, toTag: tags.fromTag ?? 'a' };
  const lines = ['Subscription-State: terminated;reason=noresource'];
  const notify = tale.ask(to, from, { method: 'NOTIFY', cseq: cseq + 50, ...back, lines });
  tale.answer(notify, 200, back.toTag);
}

function hangUp(tale: Tale, caller: string, callee: string, cseq: number, tag: string): void {
  const { random } = tale;
  const [from, to, tags] = turned(tale, caller, callee, tag);
  const echoed = tags.toTag ?? tag;
  let bye = tale.ask(from, to, { method: 'BYE', cseq, ...tags });
  if (random.chance(0.1)) return;
  if (random.chance(0.2)) {
    tale.answer(bye, random.pick([401, 407]), echoed);
    tale.pause();
    bye = tale.ask(from, to, { method: 'BYE', cseq: cseq + 20, ...tags });
  }
  tale.answer(bye, random.pick([200, 200, 200, 481]), echoed);
}

/** BYEs that cross. */
function hangUpBoth(tale: Tale, caller: string, callee: string, cseq: number, tag: string): void {
  const { random } = tale;
  const one = tale.ask(caller, callee, { method: 'BYE', cseq, toTag: tag });
  const two = tale.ask(callee, caller, { method: 'BYE', cseq, fromTag: tag, toTag: 'a' });
  tale.answer(one, random.pick([200, 200, 401, 481]), tag);
  if (random.chance(0.8)) tale.answer(two, random.pick([200, 200, 407]), 'a');
}

/** One request that arrives by two ways (RFC 3261 8.2.2.2): the second is refused, or rings too. */
export function tellMerged(tale: Tale, callers: readonly [string, string], callee: string): void {
  const { random } = tale;
  const [first, second] = callers;
  const one = tale.ask(first, callee, { method: 'INVITE' });
  tale.answer(one, 100);
  if (random.chance(0.3)) ring(tale, one, 'x');
  const two = tale.ask(second, callee, { method: 'INVITE' });
  if (random.chance(0.5)) refuse(tale, two, 482, 'm');
  else ring(tale, two, 'y');
  tale.pause();
  if (random.chance(0.3)) tale.answer(tale.again(two, { method: 'CANCEL' }), 200);
  if (random.chance(0.3)) refuse(tale, two, 487, 'y');
  end(tale, one, 1, ['x']);
}

/** Both legs of a call through a B2BUA that keeps the Call-ID, and maybe the tag. */
export function tellBridged(tale: Tale, caller: string, bridge: string, callee: string): void {
  const { random } = tale;
  const tag = random.chance(0.5) ? 'a' : 'b';
  const one = tale.ask(caller, bridge, { method: 'INVITE' });
  const two = tale.ask(bridge, callee, { method: 'INVITE', fromTag: tag });
  ring(tale, two, 'y');
  ring(tale, one, 'x');
  tale.pause();
  const status = random.pick([200, 200, 486]);
  tale.answer(two, status, random.chance(0.1) ? undefined : 'y');
  tale.answer(one, status, 'x');
  if (status !== 200) return;
  tale.ask(bridge, callee, { method: 'ACK', fromTag: tag, toTag: 'y' });
  tale.ask(caller, bridge, { method: 'ACK', toTag: 'x' });
  tale.pause();
  const back = tale.ask(callee, bridge, { method: 'BYE', cseq: 7, fromTag: 'y', toTag: tag });
  const bye = tale.ask(bridge, caller, { method: 'BYE', cseq: 8, fromTag: 'x', toTag: 'a' });
  tale.answer(bye, 200, 'a');
  tale.answer(back, 200, tag);
}

/** A request that makes no dialog. */
export function tellAlone(tale: Tale, from: string, to: string): void {
  const { random } = tale;
  const method = random.pick(['OPTIONS', 'MESSAGE', 'PUBLISH', 'INFO', 'FOO']);
  const form = random.chance(0.2) ? oldBranch(tale, from) : {};
  const asked = tale.ask(from, to, { method, ...form });
  if (random.chance(0.1)) tale.answer(asked, 100);
  if (random.chance(0.15)) return;
  tale.pause();
  tale.answer(asked, random.pick([200, 200, 404, 503]), 'x');
}
