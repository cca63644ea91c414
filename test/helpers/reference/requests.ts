/** What a request does, by METRICS.md: a retransmission, a copy, an attempt's begin, a dialog's end. */
import { callBegins, callCancelled, registrationBegins } from './attempts.ts';
import { aorOf } from './bindings.ts';
import { byeSeen, dialogOf, refreshDialog, removeDialog } from './dialogs.ts';
import { requestIdentity, transactionKey } from './keys.ts';
import { methodLabel } from './read-sip.ts';
import {
  aliveUntil,
  isOpen,
  newTransaction,
  SECOND,
  type Seen,
  T1_64,
  type Transaction,
} from './rows.ts';
import type { World } from './world.ts';

export function handleRequest(world: World, seen: Seen): void {
  const { sip, way, peer } = seen;
  const role = way === 'in' ? 'server' : 'client';
  const key = transactionKey(sip, 0, sip.method);
  const identity = requestIdentity(seen);
  const rows = world.rowsOf(role, key);
  const known = rows.find((each) => !each.stray && each.identity === identity);
  if (known !== undefined) {
    world.say('requestRetransmission', way, peer, methodLabel(sip.method));
    known.lastMessage = seen.now;
    return;
  }
  world.say('request', way, peer, methodLabel(sip.method));
  const row = newTransaction(seen, role, key);
  row.identity = identity;
  // Its responses may have come first: it is their request.
  const stray = rows.find((each) => each.stray && each.flow === row.flow);
  if (stray !== undefined) {
    for (const each of stray.responses) row.responses.add(each);
    row.lastResponse = stray.lastResponse;
    world.transactions = world.transactions.map((each) => (each === stray ? row : each));
  } else world.transactions.unshift(row);
  takeEffect(world, row, seen);
}

function takeEffect(world: World, row: Transaction, seen: Seen): void {
  const { method } = row;
  if (method === 'ACK') {
    acknowledge(world, row, seen);
    return;
  }
  const at = seen.now + T1_64;
  if (row.role === 'client') row.timer = { at, name: method === 'INVITE' ? 'B' : 'F' };
  else if (method !== 'INVITE') row.timer = { at, name: 'no_response' };
  if (method === 'CANCEL') {
    cancel(world, row, seen);
    return;
  }
  hop(world, row, seen);
  row.askedExpires = seen.sip.expires;
  if (method === 'REGISTER') {
    row.asked = seen.sip.contacts;
    row.aor = aorOf(seen.sip.toUri);
    registrationBegins(world, row, seen);
  } else if (row.inDialog) inDialog(world, row, seen);
  else if (method === 'INVITE') callBegins(world, row, seen);
}

/** "same Call-ID, CSeq number and From tag, other top Via, ours on top of the received one, sent within 64·T1" */
function hop(world: World, row: Transaction, seen: Seen): void {
  const { sip } = seen;
  const identity = [sip.callId, sip.fromTag, sip.cseq, sip.method].join('|');
  if (row.role === 'server') {
    world.received.set(identity, row);
    return;
  }
  const below = sip.vias
    .slice(1)
    .map((_, i) => world.rowsOf('server', transactionKey(sip, i + 1, sip.method))[0]);
  const hidden = world.topologyHiding ? world.received.get(identity) : undefined;
  const known = hidden !== undefined && world.transactions.includes(hidden) ? hidden : undefined;
  const upstream = [...below, known].find((each) => each !== undefined && isFresh(each, seen));
  if (upstream === undefined) return;
  row.upstream = upstream;
  if (upstream.forwardedAt !== undefined) return;
  upstream.forwardedAt = seen.now;
  const family = 'sip_proxy_forward_seconds';
  world.interval(family, upstream.era, seen, upstream.time, (delay) =>
    world.say('proxyForwarded', methodLabel(sip.method), delay),
  );
}

function isFresh(upstream: Transaction, seen: Seen): boolean {
  if (upstream.stray) return false;
  if (upstream.era === seen.era) return seen.time - upstream.time <= T1_64;
  return aliveUntil(upstream) > seen.now;
}

function acknowledge(world: World, row: Transaction, seen: Seen): void {
  const invite = world.rowOf(row.role, transactionKey(seen.sip, 0, 'INVITE'), row.flow);
  if (invite !== undefined && !invite.stray) {
    const failed = (invite.final ?? 0) >= 300 && invite.acceptedAt === undefined;
    const unacknowledged = invite.role === 'server' && invite.timedOut;
    if (failed && (!unacknowledged || invite.acknowledgedAt !== undefined)) {
      invite.acknowledgedAt ??= seen.now;
      invite.timer = undefined;
      return;
    }
    if (invite.acceptedAt !== undefined && invite.role === 'server') invite.timer = undefined;
  }
  hop(world, row, seen);
  const dialog = dialogOf(world, seen, seen.way);
  if (dialog === undefined) {
    const copy = row.upstream !== undefined;
    if (invite === undefined && !copy) world.say('unknownDialogRequest', seen.way);
  } else if (seen.way === 'in' && dialog.unacknowledged !== undefined) {
    dialog.unacknowledged.timer = undefined;
    dialog.unacknowledged = undefined;
  }
}

function cancel(world: World, row: Transaction, seen: Seen): void {
  const invite = world.rowOf(row.role, transactionKey(seen.sip, 0, 'INVITE'), row.flow);
  if (invite === undefined || !isOpen(invite) || invite.cancelled) return;
  if (invite.upstream !== undefined) {
    // A proxy's own, unless its caller wanted it.
    const known = world.transactions.includes(invite.upstream);
    if (!known || !invite.upstream.cancelled) return;
  }
  invite.cancelled = true;
  callCancelled(world, invite, seen.now);
}

function inDialog(world: World, row: Transaction, seen: Seen): void {
  if (row.upstream !== undefined) return;
  const dialog = dialogOf(world, seen, seen.way);
  if (dialog === undefined) {
    world.say('unknownDialogRequest', seen.way);
    return;
  }
  const { method, subscriptionState, subscriptionExpires } = seen.sip;
  if (method === 'BYE') {
    row.dialog = dialog;
    byeSeen(dialog, seen);
  } else if (method === 'NOTIFY' && dialog.kind === 'subscription') {
    if (subscriptionState === 'terminated') removeDialog(world, dialog);
    else if (subscriptionExpires !== undefined && subscriptionExpires > 0) {
      refreshDialog(dialog, seen.now, subscriptionExpires * SECOND);
    }
  }
}
