/** Attempts, of calls and of registrations, as METRICS.md "Attempt" has them. */
import {
  type Attempt,
  INVITE_MAX_AGE,
  isOpen,
  isSuccess,
  LINGER,
  newAttempt,
  RETRY_WAIT,
  type Seen,
  T1_64,
  type Transaction,
} from './rows.ts';
import { seconds, type World } from './world.ts';

const CHALLENGES: readonly number[] = [401, 407, 422, 494];

/** An initial INVITE. */
export function callBegins(world: World, row: Transaction, seen: Seen): void {
  const { sip, way } = seen;
  const key = [sip.callId, sip.fromTag, way, way === 'out' ? seen.peer : ''].join('|');
  let attempt = world.calls.get(key);
  const answered = attempt?.state === 'closed' && isSuccess(attempt.final);
  if (attempt !== undefined && answered && attempt.cseq === sip.cseq) {
    join(row, attempt);
    return;
  }
  if (attempt === undefined || attempt.state === 'closed') {
    attempt = newAttempt(seen, key);
    world.calls.set(key, attempt);
    world.say('attemptStarted', way, seen.peer);
  } else if (sip.cseq < attempt.cseq) return;
  else if (sip.cseq > attempt.cseq) supersede(attempt, sip.cseq);
  else if (attempt.state === 'waiting') attempt.final = 0;
  attempt.state = 'open';
  attempt.open.add(row);
  attempt.deadline = seen.now + INVITE_MAX_AGE;
  join(row, attempt);
}

/** A REGISTER. */
export function registrationBegins(world: World, row: Transaction, seen: Seen): void {
  const { sip, way } = seen;
  const key = [sip.callId, row.aor, way, way === 'out' ? seen.peer : ''].join('|');
  let attempt = world.registrations.get(key);
  if (attempt?.state === 'open' && sip.cseq > attempt.cseq) {
    registrationEnds(world, attempt, 'lost', seen.now);
  }
  if (attempt === undefined || attempt.state === 'closed') {
    attempt = newAttempt(seen, key);
    world.registrations.set(key, attempt);
    world.say('registrationStarted', way, seen.peer);
  } else if (sip.cseq < attempt.cseq) return;
  else if (sip.cseq > attempt.cseq) supersede(attempt, sip.cseq);
  else if (attempt.state === 'waiting') attempt.final = 0;
  attempt.state = 'open';
  attempt.open.add(row);
  attempt.deadline = seen.now + T1_64;
  join(row, attempt);
}

function join(row: Transaction, attempt: Attempt): void {
  row.attempt = attempt;
  row.generation = attempt.generation;
}

function supersede(attempt: Attempt, cseq: number): void {
  attempt.cseq = cseq;
  attempt.generation++;
  attempt.open.clear();
  attempt.final = 0;
}

/** The attempt that a branch still belongs to. */
function attemptOf(attempts: ReadonlyMap<string, Attempt>, row: Transaction): Attempt | undefined {
  const { attempt } = row;
  if (attempt === undefined || attempts.get(attempt.key) !== attempt) return undefined;
  return row.generation === attempt.generation ? attempt : undefined;
}

/** A provisional response other than 100. */
export function callRings(world: World, row: Transaction, seen: Seen): void {
  const attempt = attemptOf(world.calls, row);
  if (attempt !== undefined && attempt.state !== 'closed') indicate(world, attempt, seen);
}

/** A 2xx. */
export function callAnswered(world: World, row: Transaction, seen: Seen): void {
  const attempt = attemptOf(world.calls, row);
  if (attempt === undefined) return;
  const { sip } = seen;
  if (attempt.state === 'closed') {
    const same = attempt.final === sip.status && attempt.answeredTag === sip.toTag;
    if (!same) world.say('lateAnswer', attempt.way);
    return;
  }
  indicate(world, attempt, seen);
  const { way, peer, indication = -1 } = attempt;
  if (indication >= 0) {
    world.say('sessionRequestDelay', way, peer, 'success', seconds(indication));
  }
  world.interval('sip_session_answer_delay_seconds', attempt.era, seen, attempt.start, (delay) =>
    world.say('sessionAnswerDelay', way, peer, delay),
  );
  attempt.answeredTag = sip.toTag;
  attempt.final = sip.status ?? 0;
  attempt.open.delete(row);
  callEnds(world, attempt, String(sip.status), seen.now);
}

/** The first final other than a 2xx of a branch. */
export function callFails(world: World, row: Transaction, seen: Seen): void {
  const attempt = attemptOf(world.calls, row);
  if (attempt === undefined || attempt.state === 'closed') return;
  const status = seen.sip.status ?? 0;
  if (attempt.final < 600 || status >= 600) attempt.final = status;
  if (isFailure(status)) indicate(world, attempt, seen);
  branchDone(world, attempt, row, seen.now);
}

/** Timer B of a branch. */
export function callTimesOut(world: World, row: Transaction, now: number): void {
  const attempt = attemptOf(world.calls, row);
  if (attempt !== undefined && attempt.state !== 'closed') branchDone(world, attempt, row, now);
}

function branchDone(world: World, attempt: Attempt, row: Transaction, now: number): void {
  attempt.open.delete(row);
  if (attempt.open.size > 0) return;
  if (CHALLENGES.includes(attempt.final) && attempt.cancels === 0) {
    attempt.state = 'waiting';
    attempt.deadline = now + RETRY_WAIT;
    return;
  }
  if (row.upstream !== undefined && isKnown(world, row.upstream) && isOpen(row.upstream)) {
    // The proxy has not answered its caller: it may try another branch.
    attempt.state = 'upstream';
    attempt.deadline = now + T1_64;
    return;
  }
  finish(world, attempt, now);
}

function isKnown(world: World, row: Transaction): boolean {
  return world.transactions.includes(row);
}

/** The request that a proxy's branches are copies of has its final. */
export function upstreamDone(world: World, seen: Seen): void {
  for (const attempt of world.calls.values()) {
    const { sip } = seen;
    const mine = attempt.key.startsWith(`${[sip.callId, sip.fromTag, 'out'].join('|')}|`);
    if (mine && attempt.state === 'upstream') finish(world, attempt, seen.now);
  }
}

/** CANCEL of a branch. */
export function callCancelled(world: World, row: Transaction, now: number): void {
  const attempt = attemptOf(world.calls, row);
  if (attempt === undefined || attempt.state === 'closed') return;
  attempt.cancels++;
  if (attempt.cancels >= attempt.open.size) attempt.deadline = now + T1_64;
}

/** Its deadline has come. */
export function callDue(world: World, attempt: Attempt): void {
  const now = attempt.deadline;
  if (attempt.state === 'closed') world.calls.delete(attempt.key);
  else if (attempt.state === 'waiting') callEnds(world, attempt, String(attempt.final), now);
  else if (attempt.state === 'open' && attempt.final === 0 && attempt.cancels === 0) {
    callEnds(world, attempt, 'lost', now);
  } else finish(world, attempt, now);
}

function finish(world: World, attempt: Attempt, now: number): void {
  const { final, way, peer, indication = -1 } = attempt;
  if (attempt.cancels > 0 && (final === 0 || final === 487)) {
    callEnds(world, attempt, 'cancelled', now);
    return;
  }
  if (isFailure(final) && indication >= 0) {
    world.say('sessionRequestDelay', way, peer, 'failure', seconds(indication));
  }
  callEnds(world, attempt, final === 0 ? 'timeout' : String(final), now);
}

function callEnds(world: World, attempt: Attempt, result: string, now: number): void {
  world.say('attemptEnded', attempt.way, attempt.peer, result);
  attempt.state = 'closed';
  // As long as a branch may be answered, which is late then.
  attempt.deadline = now + (attempt.open.size > 0 ? INVITE_MAX_AGE : LINGER);
}

function indicate(world: World, attempt: Attempt, seen: Seen): void {
  if (attempt.indication !== undefined) return;
  const elapsed = attempt.era === seen.era ? seen.time - attempt.start : -1;
  attempt.indication = elapsed;
  if (elapsed < 0) world.say('intervalDiscarded', 'sip_session_request_delay_seconds');
}

/** RFC 6076 4.3.2. */
function isFailure(status: number): boolean {
  return status >= 400 && ![401, 402, 407].includes(status);
}

/** The first final of a REGISTER. */
export function registrationAnswered(world: World, row: Transaction, seen: Seen): void {
  const attempt = attemptOf(world.registrations, row);
  if (attempt === undefined || attempt.state === 'closed') return;
  const status = seen.sip.status ?? 0;
  if (attempt.final < 600 || status >= 600) attempt.final = status;
  attempt.open.delete(row);
  if (isSuccess(status)) {
    const { way, peer } = attempt;
    const family = 'sip_registration_request_delay_seconds';
    world.interval(family, attempt.era, seen, attempt.start, (delay) =>
      world.say('registrationDelay', way, peer, delay),
    );
    registrationEnds(world, attempt, String(status), seen.now);
  } else if (attempt.open.size > 0) return;
  else if (CHALLENGES.includes(attempt.final)) {
    attempt.state = 'waiting';
    attempt.deadline = seen.now + RETRY_WAIT;
  } else registrationEnds(world, attempt, String(attempt.final), seen.now);
}

export function registrationDue(world: World, attempt: Attempt): void {
  if (attempt.state === 'closed') {
    world.registrations.delete(attempt.key);
    return;
  }
  const result = attempt.final === 0 ? 'timeout' : String(attempt.final);
  registrationEnds(world, attempt, result, attempt.deadline);
}

function registrationEnds(world: World, attempt: Attempt, result: string, now: number): void {
  world.say('registrationEnded', attempt.way, attempt.peer, result);
  attempt.state = 'closed';
  attempt.deadline = now + LINGER;
}
