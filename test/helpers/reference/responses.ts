/** What a response does, by METRICS.md: a repetition, a stray, the first ring, the answer, the end. */
import {
  callAnswered,
  callFails,
  callRings,
  registrationAnswered,
  upstreamDone,
} from './attempts.ts';
import { replaceBindings } from './bindings.ts';
import {
  byeAnswered,
  confirmDialog,
  dialogOf,
  forkAnswered,
  forksFailed,
  openDialog,
  refreshDialog,
} from './dialogs.ts';
import { transactionKey } from './keys.ts';
import { methodLabel } from './read-sip.ts';
import {
  isOpen,
  isSuccess,
  NEVER,
  newTransaction,
  SECOND,
  type Seen,
  T1_64,
  type Transaction,
} from './rows.ts';
import type { World } from './world.ts';

const EXPIRES_DEFAULT = 3600;

export function handleResponse(world: World, seen: Seen, status: number, identity: string): void {
  const { sip, way, peer, from, to } = seen;
  const role = way === 'in' ? 'client' : 'server';
  const key = transactionKey(sip, 0, sip.method);
  let row = world.rowOf(role, key, `${to}>${from}`);
  if (row === undefined) {
    row = { ...newTransaction({ ...seen, from: to, to: from }, role, key), stray: true };
    world.transactions.unshift(row);
  }
  row.lastMessage = seen.now;
  const repeated = seen.reliable ? row.lastResponse === identity : row.responses.has(identity);
  row.responses.add(identity);
  row.lastResponse = identity;
  if (repeated) {
    world.say('responseRetransmission', way, peer, methodLabel(sip.method));
    if (status < 200 && isOpen(row)) row.lastProvisional = seen.now;
    return;
  }
  world.say('response', way, peer, methodLabel(sip.method), status);
  if (row.stray) world.say('strayResponse', way);
  else if (row.method === 'INVITE') inviteResponse(world, row, seen, status);
  else if (status >= 200 && isOpen(row)) otherFinal(world, row, seen, status);
}

function inviteResponse(world: World, row: Transaction, seen: Seen, status: number): void {
  if (status < 200) {
    if (isOpen(row)) {
      row.timer = undefined;
      row.firstProvisional ??= seen.now;
      row.lastProvisional = seen.now;
    }
    if (!row.inDialog && status > 100) rings(world, row, seen);
  } else if (isSuccess(status)) {
    accepted(world, row, seen);
    row.final ??= status;
  } else {
    const first = row.final === undefined && !(row.timedOut && row.role === 'client');
    if (isOpen(row)) {
      row.failedAt = seen.now;
      row.timer = row.role === 'server' ? { at: seen.now + T1_64, name: 'H' } : undefined;
    }
    if (!row.inDialog && first) fails(world, row, seen);
    row.final ??= status;
  }
}

function rings(world: World, row: Transaction, seen: Seen): void {
  observePdd(world, row, seen);
  callRings(world, row, seen);
  if (seen.sip.toTag !== undefined && isOpen(row)) openDialog(world, row, seen, 'session');
}

function observePdd(world: World, row: Transaction, seen: Seen): void {
  if (row.pddSeen || row.final !== undefined) return;
  row.pddSeen = true;
  world.interval('drachtio_call_pdd_seconds', row.era, seen, row.time, (delay) =>
    world.say('callPdd', row.way, delay),
  );
}

function accepted(world: World, row: Transaction, seen: Seen): void {
  if (row.acceptedAt === undefined || row.timedOut) {
    row.acceptedAt = seen.now;
    row.timedOut = false;
    const waits = row.role === 'server' && row.forwardedAt === undefined;
    row.timer = waits ? { at: seen.now + T1_64, name: 'no_ack' } : undefined;
  }
  const { sessionExpires } = seen.sip;
  const life = sessionExpires === undefined ? NEVER : sessionExpires * SECOND;
  if (row.inDialog) {
    refreshes(world, row, seen, life);
    return;
  }
  observePdd(world, row, seen);
  const first = !row.answerSeen;
  if (first) {
    row.answerSeen = true;
    world.interval('drachtio_call_answer_seconds', row.era, seen, row.time, (delay) =>
      world.say('callAnswer', row.way, delay),
    );
  }
  callAnswered(world, row, seen);
  const dialog = openDialog(world, row, seen, 'session');
  if (dialog !== undefined) {
    confirmDialog(world, dialog, seen, life);
    if (row.role === 'server') dialog.unacknowledged = row;
  }
  if (first) forkAnswered(world, row, seen.now);
  if (row.forwardedAt !== undefined) upstreamDone(world, seen);
}

function refreshes(world: World, row: Transaction, seen: Seen, life: number): void {
  const dialog = dialogOf(world, seen, row.way);
  if (dialog === undefined) return;
  refreshDialog(dialog, seen.now, life);
  if (row.method === 'INVITE' && row.role === 'server') dialog.unacknowledged = row;
}

function fails(world: World, row: Transaction, seen: Seen): void {
  callFails(world, row, seen);
  forksFailed(world, row);
  // Only now: a proxy's own final is what its branches wait for.
  row.final = seen.sip.status;
  if (row.forwardedAt !== undefined) upstreamDone(world, seen);
}

function otherFinal(world: World, row: Transaction, seen: Seen, status: number): void {
  row.final = status;
  row.completedAt = seen.now;
  row.timer = undefined;
  world.interval('sip_transaction_seconds', row.era, seen, row.time, (delay) =>
    world.say('transactionCompleted', row.role, methodLabel(row.method), delay),
  );
  if (row.method === 'REGISTER') {
    if (row.attempt !== undefined) registrationAnswered(world, row, seen);
    const held = row.forwardedAt === undefined && row.upstream === undefined;
    if (held && isSuccess(status)) replaceBindings(world, row, seen);
    return;
  }
  if (row.upstream !== undefined) return;
  if (row.method === 'BYE' && row.dialog !== undefined) byeAnswered(world, row.dialog, seen);
  if (!isSuccess(status)) return;
  const { sessionExpires } = seen.sip;
  if (row.method === 'UPDATE' && sessionExpires !== undefined) {
    const dialog = dialogOf(world, seen, row.way);
    if (dialog?.kind === 'session') refreshDialog(dialog, seen.now, sessionExpires * SECOND);
  }
  if (row.method === 'SUBSCRIBE') subscribed(world, row, seen);
}

function subscribed(world: World, row: Transaction, seen: Seen): void {
  const granted = seen.sip.expires ?? row.askedExpires ?? EXPIRES_DEFAULT;
  // What is to end waits for its last NOTIFY (RFC 6665 4.1.2.3, Timer N).
  const life = granted === 0 ? T1_64 : granted * SECOND;
  if (row.inDialog) {
    const dialog = dialogOf(world, seen, row.way);
    if (dialog?.kind === 'subscription') refreshDialog(dialog, seen.now, life);
    return;
  }
  const dialog = openDialog(world, row, seen, 'subscription');
  if (dialog !== undefined) confirmDialog(world, dialog, seen, life);
}
