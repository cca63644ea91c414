/** Subscriptions: granted, refreshed, ended by either side or by nobody; NOTIFYs before the 2xx too. */
import type { Sip } from '../sip-scene.ts';
import { passOn, type Route } from './proxies.ts';
import type { Tale } from './tale.ts';

const SECONDS: readonly number[] = [5, 30, 60, 600];

export function tellSubscription(
  tale: Tale,
  subscriber: string,
  notifier: string,
  route: Route,
): void {
  const { random } = tale;
  const proxied = random.chance(0.15);
  const begin: Sip = { method: 'SUBSCRIBE', cseq: 1, lines: expires(tale) };
  const request = tale.ask(subscriber, proxied ? route.proxy : notifier, begin);
  const copy = proxied ? passOn(tale, request, route, notifier) : undefined;
  if (random.chance(0.1)) notify(tale, subscriber, notifier, 0);
  if (random.chance(0.1)) return;
  const status = random.pick([200, 202, 202, 403]);
  const lines = random.chance(0.7) ? expires(tale) : [];
  if (copy !== undefined) tale.answer(copy, status, 'n', { lines });
  tale.answer(request, status, 'n', { lines });
  if (status >= 300) return;
  for (let i = 1; i < 4 && random.chance(0.6); i++) {
    tale.wait(random.pick([0.1, 4, 31, 61]));
    if (random.chance(0.6)) {
      notify(tale, subscriber, notifier, i);
      continue;
    }
    const again: Sip = { method: 'SUBSCRIBE', cseq: 1 + i, toTag: 'n', lines: expires(tale) };
    const refresh = tale.ask(subscriber, notifier, again);
    const granted = random.chance(0.7) ? expires(tale) : [];
    tale.answer(refresh, random.pick([200, 200, 481]), 'n', { lines: granted });
  }
}

function expires(tale: Tale): string[] {
  const { random } = tale;
  if (random.chance(0.2)) return [];
  return [`Expires: ${random.chance(0.15) ? 0 : random.pick(SECONDS)}`];
}

function notify(tale: Tale, subscriber: string, notifier: string, cseq: number): void {
  const { random } = tale;
  const state = random.pick([
    'active;expires=40',
    'pending;expires=7',
    'active',
    'terminated;reason=timeout',
  ]);
  const tags: Sip = { fromTag: 'n', toTag: 'a' };
  const lines = [`Subscription-State: ${state}`];
  const asked = tale.ask(notifier, subscriber, { method: 'NOTIFY', cseq, ...tags, lines });
  if (random.chance(0.9)) tale.answer(asked, random.pick([200, 481]), 'a');
}
