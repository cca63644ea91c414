/** The numbers above the charts: the last minute. */
import type { HistoryStore } from './history-store.ts';
import { escapeMarkup, formatCount, formatRate, formatRatio, formatSeconds } from './numbers.ts';
import { isAnswered } from './stacks.ts';

/** Failures that are named below the share of answered calls. */
const FAILURES_NAMED = 2;

interface Tile {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

export function tilesMarkup(store: HistoryStore): string {
  const tiles = [
    callTile(store),
    dialogTile(store),
    answeredTile(store),
    delayTile(store, 'Post-dial delay', 'pdd'),
    delayTile(store, 'Time to answer', 'answer'),
    messageTile(store),
    retransmissionTile(store),
    registrationTile(store),
  ];
  return tiles.map(tileMarkup).join('');
}

/** Calls a second over the last minute; for the title of the page too. */
export function callRate(store: HistoryStore): string {
  return perSecond(store, 'attempts.in', 'attempts.out');
}

function perSecond(store: HistoryStore, ...names: readonly string[]): string {
  return formatRate(store.lastRate(...names));
}

function callTile(store: HistoryStore): Tile {
  const parts = [perSecond(store, 'attempts.in'), perSecond(store, 'attempts.out')];
  return {
    label: 'Calls',
    value: callRate(store),
    note: `received ${parts[0]}, sent ${parts[1]}`,
  };
}

function dialogTile(store: HistoryStore): Tile {
  const [received = 0, sent = 0, proxied = 0] = ['uas', 'uac', 'proxy'].map((role) =>
    store.latest(`dialogs.${role}`),
  );
  const setUp = store.latest('open.in') + store.latest('open.out');
  return {
    label: 'Active dialogs',
    value: formatCount(received + sent + proxied),
    note: `${proxied > 0 ? `${formatCount(proxied)} proxied, ` : ''}${formatCount(setUp)} being set up`,
  };
}

function answeredTile(store: HistoryStore): Tile {
  let answered = 0;
  let ended = store.lastGrowth('results.rest');
  const failures: (readonly [code: string, count: number])[] = [];
  for (const code of store.codes) {
    const count = store.lastGrowth(`results.${code}`);
    ended += count;
    if (isAnswered(code)) answered += count;
    else if (count > 0) failures.push([code, count]);
  }
  const named = failures
    .sort(([, a], [, b]) => b - a)
    .slice(0, FAILURES_NAMED)
    .map(([code, count]) => `${code} ${formatRatio(count / ended)}`);
  const none = ended > 0 ? 'none failed' : 'no call has ended';
  return {
    label: 'Answered',
    value: formatRatio(answered / ended),
    note: named.length > 0 ? named.join(', ') : none,
  };
}

function delayTile(store: HistoryStore, label: string, name: string): Tile {
  const both = [`${name}.in`, `${name}.out`];
  const [median = Number.NaN, high = Number.NaN] = [0.5, 0.95].map((fraction) =>
    store.percentiles(both, fraction).at(-1),
  );
  const note = Number.isNaN(median) ? 'no call to measure' : `median; p95 ${formatSeconds(high)}`;
  return { label, value: formatSeconds(median), note };
}

function messageTile(store: HistoryStore): Tile {
  const bad = store.lastGrowth('bad.in') + store.lastGrowth('bad.out');
  return {
    label: 'Messages',
    value: perSecond(store, 'messages.in', 'messages.out'),
    note: bad === 0 ? 'none bad' : `${formatCount(bad)} bad`,
  };
}

function retransmissionTile(store: HistoryStore): Tile {
  const messages = store.lastGrowth('messages.in') + store.lastGrowth('messages.out');
  const kinds = ['in.requests', 'in.responses', 'out.requests', 'out.responses'];
  const repeated = kinds.reduce(
    (sum, kind) => sum + store.lastGrowth(`retransmissions.${kind}`),
    0,
  );
  return {
    label: 'Retransmitted',
    value: formatRatio(repeated / messages),
    note: 'of all messages',
  };
}

function registrationTile(store: HistoryStore): Tile {
  return {
    label: 'Registrations',
    value: formatCount(store.latest('registrations.in')),
    note: `${formatCount(store.latest('registrations.out'))} held elsewhere`,
  };
}

function tileMarkup({ label, value, note }: Tile): string {
  return `<div class="tile"><dt>${label}</dt><dd>${escapeMarkup(value)}<small>${escapeMarkup(note)}</small></dd></div>`;
}
