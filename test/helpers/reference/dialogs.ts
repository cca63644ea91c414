/** Dialogs as METRICS.md "Dialogs" has them; RFC 3261 12 and 15, RFC 4028, RFC 6665. */
import {
  DIALOG_MAX_AGE,
  type Dialog,
  INVITE_MAX_AGE,
  isSuccess,
  NEVER,
  RETRY_WAIT,
  type Seen,
  T1_64,
  type Transaction,
  type Way,
} from './rows.ts';
import { seconds, type World } from './world.ts';

/** The dialog of a request that goes in `way`, or of a response to one; proxied ones from either end. */
export function dialogOf(world: World, seen: Seen, way: Way): Dialog | undefined {
  const { callId, fromTag, toTag } = seen.sip;
  const between = (one: string | undefined, two: string | undefined): Dialog | undefined =>
    world.dialogs.find(
      (each) => each.callId === callId && each.localTag === one && each.remoteTag === two,
    );
  const [local, remote] = way === 'out' ? [fromTag, toTag] : [toTag, fromTag];
  const found = between(local, remote);
  if (found !== undefined) return found;
  const turned = between(remote, local);
  return turned?.role === 'proxy' ? turned : undefined;
}

/** A response with a To tag to an INVITE or a SUBSCRIBE; none for a copy that a proxy sent on. */
export function openDialog(
  world: World,
  row: Transaction,
  seen: Seen,
  kind: 'session' | 'subscription',
): Dialog | undefined {
  if (row.upstream !== undefined) return undefined;
  const { callId, fromTag, toTag } = seen.sip;
  const [localTag, remoteTag] = row.way === 'out' ? [fromTag, toTag] : [toTag, fromTag];
  let dialog = world.dialogs.find(
    (each) => each.callId === callId && each.localTag === localTag && each.remoteTag === remoteTag,
  );
  if (dialog === undefined) {
    dialog = {
      ...{ callId, localTag, remoteTag, way: row.way, peer: seen.peer, kind, creator: row },
      role: row.way === 'out' ? 'uac' : 'uas',
      state: 'early',
      ...{ confirmedTime: 0, confirmedEra: 0, firstBye: undefined, lastBye: 0 },
      ...{ firstByeEra: 0, lastByeEra: 0, byeWay: 'in', unacknowledged: undefined },
      oldAt: seen.now + INVITE_MAX_AGE,
      ...{ refreshBy: NEVER, byeBy: NEVER },
    };
    world.dialogs.push(dialog);
    world.say('dialogEarly', row.way, seen.peer);
  }
  if (row.forwardedAt !== undefined) dialog.role = 'proxy';
  return dialog;
}

export function confirmDialog(world: World, dialog: Dialog, seen: Seen, life: number): void {
  if (dialog.state !== 'early') return;
  dialog.state = 'confirmed';
  dialog.confirmedTime = seen.time;
  dialog.confirmedEra = seen.era;
  dialog.oldAt = seen.now + DIALOG_MAX_AGE;
  dialog.refreshBy = seen.now + life;
  world.say('dialogConfirmed', dialog.way, dialog.peer);
}

export function refreshDialog(dialog: Dialog, now: number, life: number): void {
  if (dialog.state === 'confirmed') dialog.refreshBy = now + life;
}

/** One fork answered: the others have 64·T1. */
export function forkAnswered(world: World, row: Transaction, now: number): void {
  for (const each of world.dialogs) {
    if (each.creator === row && isUnconfirmed(each)) each.oldAt = now + T1_64;
  }
}

/** The INVITE failed: RFC 3261 12.3. */
export function forksFailed(world: World, row: Transaction): void {
  world.dialogs = world.dialogs.filter((each) => each.creator !== row || !isUnconfirmed(each));
}

export function byeSeen(dialog: Dialog, seen: Seen): void {
  if (dialog.state === 'early') dialog.state = 'over';
  if (dialog.state !== 'confirmed') return;
  dialog.state = 'ending';
  if (dialog.firstBye === undefined || seen.time - dialog.lastBye > RETRY_WAIT) {
    dialog.firstBye = seen.time;
    dialog.firstByeEra = seen.era;
  }
  dialog.lastBye = seen.time;
  dialog.lastByeEra = seen.era;
  dialog.byeWay = seen.way;
  dialog.byeBy = seen.now + T1_64;
}

/** The first final to a BYE. */
export function byeAnswered(world: World, dialog: Dialog, seen: Seen): void {
  if (dialog.state === 'over' || !world.dialogs.includes(dialog)) return;
  const status = seen.sip.status ?? 0;
  dialog.byeBy = NEVER;
  if (status === 401 || status === 407) {
    dialog.state = 'confirmed';
    return;
  }
  if (dialog.state === 'confirmed') dialog.byeWay = seen.way === 'in' ? 'out' : 'in';
  dialog.state = 'ending';
  const outcome = isSuccess(status) ? 'success' : 'failure';
  if (dialog.kind === 'session') {
    const family = 'sip_session_disconnect_delay_seconds';
    world.interval(family, dialog.firstByeEra, seen, dialog.firstBye ?? 0, (delay) =>
      world.say('sessionDisconnectDelay', dialog.byeWay, outcome, delay),
    );
  }
  endDialog(world, dialog, dialog.byeWay === 'out' ? 'local' : 'remote');
}

export function byeTimedOut(world: World, dialog: Dialog): void {
  if (dialog.state !== 'ending' || !world.dialogs.includes(dialog)) return;
  if (dialog.kind === 'session') {
    world.say('sessionDisconnectDelay', dialog.byeWay, 'failure', seconds(T1_64));
  }
  endDialog(world, dialog, 'timeout');
}

export function removeDialog(world: World, dialog: Dialog): void {
  world.dialogs = world.dialogs.filter((each) => each !== dialog);
}

export function dialogDeadline(dialog: Dialog): number {
  if (dialog.state === 'ending') return dialog.byeBy;
  return isUnconfirmed(dialog) ? dialog.oldAt : Math.min(dialog.oldAt, dialog.refreshBy);
}

export function dialogDue(world: World, dialog: Dialog): void {
  if (dialog.state === 'ending') byeTimedOut(world, dialog);
  else if (isUnconfirmed(dialog)) removeDialog(world, dialog);
  else endDialog(world, dialog, dialog.oldAt <= dialog.refreshBy ? 'expired' : 'timeout');
}

function isUnconfirmed(dialog: Dialog): boolean {
  return dialog.state === 'early' || dialog.state === 'over';
}

function endDialog(world: World, dialog: Dialog, by: string): void {
  const { way, peer } = dialog;
  if (dialog.kind === 'session') {
    world.say('sessionEnded', way, peer, by);
    if (dialog.state === 'ending') {
      const elapsed = dialog.lastBye - dialog.confirmedTime;
      const measurable = dialog.lastByeEra === dialog.confirmedEra && elapsed >= 0;
      if (measurable) world.say('sessionDuration', way, peer, seconds(elapsed));
      else world.say('intervalDiscarded', 'sip_session_duration_seconds');
    }
  }
  removeDialog(world, dialog);
}
