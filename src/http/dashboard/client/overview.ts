/** The numbers above the charts, the table of peers, and what the probe says of itself. */
import { isAnswered } from './charts.ts';
import type { HistoryStore } from './history-store.ts';
import {
  escapeMarkup,
  formatCount,
  formatNumber,
  formatRatio,
  formatSeconds,
  formatTime,
} from './numbers.ts';

/** What the probe says of itself; docs/HTTP.md. */
export interface About {
  readonly version: string;
  /** The local side, as text. */
  readonly local: string;
  /** live, hep or replay. */
  readonly source: string;
  readonly startedSeconds: number;
  readonly interfaces: readonly InterfaceAbout[];
}

export interface InterfaceAbout {
  readonly name: string;
  readonly up: boolean;
  readonly packets: number;
  readonly dropped: number;
}

/** Samples to look back: a minute. */
const WINDOW_SAMPLES = 12;
/** More than this share of packets lost makes every number doubtful. */
const LOSS_DOUBTFUL = 0.001;
/** More than this share of foreign messages: the local side is probably not what was meant. */
const FOREIGN_DOUBTFUL = 0.5;

interface Tile {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

export function tilesMarkup(store: HistoryStore, about: About): string {
  const last = (values: readonly number[]) => values.at(-1) ?? Number.NaN;
  const minute = (name: string) => last(store.growths(name, WINDOW_SAMPLES));
  let answered = 0;
  let ended = minute('results.rest');
  for (const code of store.codes) {
    const count = minute(`results.${code}`);
    ended += count;
    if (isAnswered(code)) answered += count;
  }
  const messages = minute('messages.in') + minute('messages.out');
  const repeated = ['in.requests', 'in.responses', 'out.requests', 'out.responses']
    .map((name) => minute(`retransmissions.${name}`))
    .reduce((sum, count) => sum + count, 0);
  const dialogs = store.latest('dialogs.uas') + store.latest('dialogs.uac');
  const tiles: Tile[] = [
    {
      label: 'Calls',
      value: `${formatNumber(last(store.rates('attempts.in', 'attempts.out')))}/s`,
      note: `${formatCount(store.latest('attempts.in') + store.latest('attempts.out'))} so far`,
    },
    {
      label: 'Active dialogs',
      value: formatCount(dialogs),
      note: `${formatCount(store.latest('dialogs.proxy'))} proxied`,
    },
    { label: 'Answered', value: formatRatio(answered / ended), note: 'of the last minute' },
    {
      label: 'Post-dial delay',
      value: formatSeconds(last(store.percentiles('pdd.in', 0.5))),
      note: `sent ${formatSeconds(last(store.percentiles('pdd.out', 0.5)))}, median`,
    },
    {
      label: 'Retransmitted',
      value: formatRatio(repeated / messages),
      note: 'of the last minute’s messages',
    },
    {
      label: 'Registrations',
      value: formatCount(store.latest('registrations.in')),
      note: `${formatCount(store.latest('registrations.out'))} held elsewhere`,
    },
    {
      label: 'Packets',
      value: `${formatNumber(last(store.rates('packets')))}/s`,
      note: `${formatCount(store.latest('dropped'))} dropped so far`,
    },
    {
      label: 'Capture lag',
      value: formatSeconds(about.source === 'replay' ? Number.NaN : store.latest('lag_seconds')),
      note: 'packet clock behind the wall clock',
    },
  ];
  return tiles.map(tileMarkup).join('');
}

function tileMarkup({ label, value, note }: Tile): string {
  return `<div class="tile"><dt>${label}</dt><dd>${escapeMarkup(value)}<small>${escapeMarkup(note)}</small></dd></div>`;
}

export function peersMarkup(store: HistoryStore): string {
  const rows = store.peers.map((name, slot) => peerRow(store, name, slot));
  const heads = ['Attempts', 'Results', 'Answered', 'Timeouts', 'Last response'];
  const cells = heads.map((head) => `<th scope="col">${head}</th>`).join('');
  return `<thead><tr><th scope="col">Peer</th>${cells}</tr></thead><tbody>${rows.join('')}</tbody>`;
}

function peerRow(store: HistoryStore, name: string, slot: number): string {
  const total = (column: string) => store.growth(`peer.${slot}.${column}`);
  const lastResponse = store.latest(`peer.${slot}.last_response`);
  const cells = [
    formatCount(total('attempts')),
    formatCount(total('results')),
    formatRatio(total('answered') / total('results')),
    formatCount(total('timeouts')),
    lastResponse > 0 ? formatTime(lastResponse) : '–',
  ];
  return `<tr><th scope="row">${escapeMarkup(name)}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

export function aboutMarkup(about: About): string {
  const interfaces = about.interfaces.map(interfaceText).join(', ');
  const started = new Date(about.startedSeconds * 1000)
    .toISOString()
    .replace('T', ' ')
    .slice(0, 19);
  const facts: readonly (readonly [string, string])[] = [
    ['Version', about.version],
    ['Local side', about.local === '' ? 'not known yet' : about.local],
    ['Source', about.source],
    ['Captured', interfaces === '' ? 'nothing yet' : interfaces],
    ['Started', about.startedSeconds > 0 ? `${started} UTC` : 'not yet'],
  ];
  return facts
    .map(([term, text]) => `<div><dt>${term}</dt><dd>${escapeMarkup(text)}</dd></div>`)
    .join('');
}

function interfaceText({ name, up, packets, dropped }: InterfaceAbout): string {
  const lost = dropped > 0 ? `, ${formatCount(dropped)} dropped` : '';
  return `${name}${up ? '' : ' (down)'}: ${formatCount(packets)} packets${lost}`;
}

/** Why the numbers may be doubted, each a sentence; empty when there is no reason. */
export function doubts(store: HistoryStore, about: About): string[] {
  const found: string[] = [];
  for (const { name, up } of about.interfaces) {
    if (!up) found.push(`Interface ${name} is down: nothing is read from it.`);
  }
  const dropped = store.growth('dropped');
  const packets = store.growth('packets');
  if (dropped > (packets + dropped) * LOSS_DOUBTFUL) {
    found.push(`${formatCount(dropped)} packets were dropped in the last quarter of an hour.`);
  }
  const foreign = store.growth('foreign');
  const messages = store.growth('messages.in') + store.growth('messages.out') + foreign;
  if (foreign > messages * FOREIGN_DOUBTFUL) {
    found.push('Most messages are neither from nor to the local side: check --local.');
  }
  if (store.growth('evictions') > 0) found.push('A table was full and rows were evicted.');
  return found;
}
