/** Can these numbers be trusted? The answer in one line, the reasons against it with what to do, and the facts. */
import type { About } from './about.ts';
import type { HistoryStore } from './history-store.ts';
import {
  escapeMarkup,
  formatCount,
  formatPlural,
  formatRate,
  formatRatio,
  formatSeconds,
} from './numbers.ts';

/** `wait`: there is nothing to judge by yet. */
export type HealthState = 'wait' | 'good' | 'doubt' | 'bad';

export interface Health {
  readonly state: HealthState;
  readonly title: string;
  readonly detail: string;
  readonly doubts: readonly Doubt[];
}

export interface Doubt {
  readonly what: string;
  readonly advice: string;
}

/** More than this share of packets lost makes every number doubtful. */
const LOSS_DOUBTFUL = 0.001;
/** More than this share of foreign messages: the local side is probably not what was meant. */
const FOREIGN_DOUBTFUL = 0.5;
const TRUNCATED_DOUBTFUL = 0.01;
const LAG_DOUBTFUL_SECONDS = 5;
/** So many messages in one direction, and none in the other, are no accident. */
const ONE_WAY_MESSAGES = 20;

export function healthOf(store: HistoryStore, about: About): Health {
  const doubts = doubtsOf(store, about);
  const down = about.interfaces.filter(({ up }) => !up);
  if (down.length > 0 && down.length === about.interfaces.length) {
    return { state: 'bad', title: 'Nothing is captured', detail: '', doubts };
  }
  if (doubts.length > 0) {
    return { state: 'doubt', title: 'The numbers are doubtful', detail: '', doubts };
  }
  const waiting = { state: 'wait', title: 'No SIP seen yet', doubts } as const;
  if (store.timestamps.length === 0) {
    return { ...waiting, title: 'Waiting for the first samples', detail: '' };
  }
  if (store.latest('messages.in') + store.latest('messages.out') === 0) {
    return { ...waiting, detail: silence(store, about) };
  }
  const detail = `nothing was dropped, cut or foreign in ${periodOf(store)}`;
  return { state: 'good', title: 'The numbers can be trusted', detail, doubts };
}

/** What there is instead of SIP, and where to look. */
function silence(store: HistoryStore, { source, interfaces }: About): string {
  const names = interfaces.map(({ name }) => name).join(', ');
  if (source === 'hep') return 'No HEP packet has brought a message: does the sender send here?';
  if (source === 'replay') return 'The capture has none so far.';
  const packets = store.latest('packets');
  if (packets === 0)
    return `No packet has passed the filter on ${names}: sipgauge doctor looks closer.`;
  const tls = store.latest('tls_flows');
  if (tls > 0) {
    return `${formatPlural(tls, 'flow')} of TLS, which the wire does not tell: let the server mirror it by HEP.`;
  }
  return `${formatPlural(packets, 'packet')} read on ${names}, none of them SIP: --sip-port names other ports.`;
}

function periodOf({ timestamps }: HistoryStore): string {
  const seconds = (timestamps.at(-1) ?? 0) - (timestamps[0] ?? 0);
  return seconds < 60 ? 'these seconds' : `the last ${formatSeconds(Math.max(120, seconds))}`;
}

/** Why the numbers may be doubted; empty when there is no reason. */
export function doubtsOf(store: HistoryStore, about: About): Doubt[] {
  const down = about.interfaces
    .filter(({ up }) => !up)
    .map(({ name }) => ({
      what: `Interface ${name} is down.`,
      advice: 'Nothing is read from it; it is tried again and again.',
    }));
  const found = [...down, ...lossDoubts(store), ...sideDoubts(store, about)];
  const lag = store.latest('lag_seconds');
  if (about.source !== 'replay' && lag > LAG_DOUBTFUL_SECONDS) {
    found.push({
      what: `Packets are counted ${formatSeconds(lag)} after they passed.`,
      advice: 'The host has too little processor time for this traffic.',
    });
  }
  return found;
}

function lossDoubts(store: HistoryStore): Doubt[] {
  const found: Doubt[] = [];
  const period = periodOf(store);
  const dropped = store.growth('dropped');
  if (dropped > (store.growth('packets') + dropped) * LOSS_DOUBTFUL) {
    found.push({
      what: `${formatPlural(dropped, 'packet was', 'packets were')} dropped in ${period}.`,
      advice: 'Counts are too low by about as much: a larger --buffer-size, a narrower --filter.',
    });
  }
  const truncated = store.growth('truncated');
  if (truncated > (messagesOf(store) + truncated) * TRUNCATED_DOUBTFUL) {
    found.push({
      what: `${formatPlural(truncated, 'message was', 'messages were')} cut in ${period}.`,
      advice: 'A larger --snaplen, or a mirror that cuts nothing.',
    });
  }
  const evicted = store.growth('evictions');
  if (evicted > 0) {
    found.push({
      what: `A table was full: ${formatPlural(evicted, 'row was', 'rows were')} evicted.`,
      advice:
        'A flood, or a limit that is too low: sipgauge_table_evictions_total names the table.',
    });
  }
  return found;
}

function sideDoubts(store: HistoryStore, { local, source }: About): Doubt[] {
  const counts = ['in', 'out'].map((direction) => store.growth(`messages.${direction}`));
  const foreign = store.growth('foreign');
  if (foreign > (messagesOf(store) + foreign) * FOREIGN_DOUBTFUL) {
    const side = local === '' ? 'the local side' : `the local side, ${local}`;
    const share = formatRatio(foreign / (messagesOf(store) + foreign));
    const what = `${share} of the messages are neither from nor to ${side}.`;
    return [{ what, advice: 'They are not counted: name the server’s address with --local.' }];
  }
  const [received = 0, sent = 0] = counts;
  if (Math.min(received, sent) > 0 || received + sent < ONE_WAY_MESSAGES) return [];
  return [
    {
      what: `Only messages ${sent === 0 ? 'to' : 'from'} the local side are seen.`,
      advice:
        source === 'hep'
          ? 'Let the sender mirror both directions.'
          : 'A mirror has to carry both directions, or both of its ports have to be captured.',
    },
  ];
}

function messagesOf(store: HistoryStore): number {
  return store.growth('messages.in') + store.growth('messages.out');
}

export function doubtMarkup({ what, advice }: Doubt): string {
  return `<li><b>${escapeMarkup(what)}</b> ${escapeMarkup(advice)}</li>`;
}

interface Fact {
  readonly label: string;
  readonly value: string;
  readonly state: HealthState;
}

export function factsMarkup(store: HistoryStore, about: About): string {
  if (store.timestamps.length === 0) return '';
  const facts = [...captureFacts(about), ...trafficFacts(store, about)];
  return facts
    .map(({ label, value, state }) => {
      return `<div data-state="${state}"><dt>${label}</dt><dd>${escapeMarkup(value)}</dd></div>`;
    })
    .join('');
}

function captureFacts({ interfaces }: About): Fact[] {
  return interfaces.map(({ name, up }) => ({
    label: name,
    value: up ? 'up' : 'down',
    state: up ? 'good' : 'bad',
  }));
}

function trafficFacts(store: HistoryStore, about: About): Fact[] {
  const count = (label: string, value: number): Fact => ({
    label,
    value: formatCount(value),
    state: value > 0 ? 'doubt' : 'good',
  });
  const dropped = store.growth('dropped');
  const share = dropped / (store.growth('packets') + dropped);
  const drops: Fact = {
    ...count('dropped', dropped),
    ...(dropped > 0 ? { value: `${formatCount(dropped)} (${formatRatio(share)})` } : {}),
  };
  const packets = store.rates('packets').at(-1) ?? Number.NaN;
  const lag = store.latest('lag_seconds');
  const facts: Fact[] = [
    { label: 'packets', value: formatRate(packets), state: 'good' },
    drops,
    count('foreign', store.growth('foreign')),
    count('cut', store.growth('truncated')),
    count('rows evicted', store.growth('evictions')),
  ];
  if (about.source === 'replay') return facts;
  const state = lag > LAG_DOUBTFUL_SECONDS ? 'doubt' : 'good';
  return [...facts, { label: 'lag', value: formatSeconds(lag), state }];
}
