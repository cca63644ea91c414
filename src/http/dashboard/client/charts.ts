/** Which charts the page has, and from which columns of the history each is drawn. */
import type { Chart, Series } from './chart.ts';
import type { HistoryStore } from './history-store.ts';
import { formatNumber, formatSeconds } from './numbers.ts';

/** Methods and codes with a layer of their own in a stack; the rest is one. */
const LAYERS_MAX = 6;
const METHODS = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'PRACK',
  'SUBSCRIBE',
  'NOTIFY',
  'PUBLISH',
  'INFO',
  'REFER',
  'MESSAGE',
  'UPDATE',
  'other',
];

export function chartsOf(store: HistoryStore): Chart[] {
  return [...callCharts(store), ...messageCharts(store), ...stateCharts(store)];
}

function perSecond(value: number): string {
  return `${formatNumber(value)}/s`;
}

function callCharts(store: HistoryStore): Chart[] {
  return [
    {
      id: 'calls',
      stacked: false,
      series: [
        { label: 'received', values: store.rates('attempts.in') },
        { label: 'sent', values: store.rates('attempts.out') },
      ],
      format: perSecond,
    },
    {
      id: 'results',
      stacked: true,
      series: resultSeries(store),
      format: perSecond,
    },
    delayChart(store, 'pdd'),
    delayChart(store, 'answer'),
  ];
}

function delayChart(store: HistoryStore, name: string): Chart {
  return {
    id: name,
    stacked: false,
    series: [
      { label: 'received, median', values: store.percentiles(`${name}.in`, 0.5) },
      { label: 'received, p95', values: store.percentiles(`${name}.in`, 0.95) },
      { label: 'sent, median', values: store.percentiles(`${name}.out`, 0.5) },
      { label: 'sent, p95', values: store.percentiles(`${name}.out`, 0.95) },
    ],
    format: formatSeconds,
  };
}

function messageCharts(store: HistoryStore): Chart[] {
  const messages: Chart = {
    id: 'messages',
    stacked: false,
    series: [
      { label: 'received', values: store.rates('messages.in') },
      { label: 'sent', values: store.rates('messages.out') },
    ],
    format: perSecond,
  };
  const retransmissions: Chart = {
    id: 'retransmissions',
    stacked: false,
    series: [
      { label: 'requests received', values: store.rates('retransmissions.in.requests') },
      { label: 'responses received', values: store.rates('retransmissions.in.responses') },
      { label: 'requests sent', values: store.rates('retransmissions.out.requests') },
      { label: 'responses sent', values: store.rates('retransmissions.out.responses') },
    ],
    format: perSecond,
  };
  return [messages, methodChart(store, 'in'), methodChart(store, 'out'), retransmissions];
}

function methodChart(store: HistoryStore, direction: string): Chart {
  const names = METHODS.map((method) => ({
    label: method,
    column: `requests.${direction}.${method}`,
  }));
  return {
    id: `requests-${direction}`,
    stacked: true,
    series: topSeries(store, names, 'other methods'),
    format: perSecond,
  };
}

function stateCharts(store: HistoryStore): Chart[] {
  const gauges = (names: readonly (readonly [label: string, column: string])[]): Series[] =>
    names.map(([label, column]) => ({ label, values: store.values(column) }));
  return [
    {
      id: 'dialogs',
      stacked: false,
      series: [
        ...gauges([
          ['received', 'dialogs.uas'],
          ['sent', 'dialogs.uac'],
          ['proxied', 'dialogs.proxy'],
        ]),
        { label: 'early', values: earlyDialogs(store) },
      ],
      format: formatNumber,
    },
    {
      id: 'registrations',
      stacked: false,
      series: gauges([
        ['held here', 'registrations.in'],
        ['held elsewhere', 'registrations.out'],
      ]),
      format: formatNumber,
    },
    {
      id: 'packets',
      stacked: false,
      series: [
        { label: 'read', values: store.rates('packets') },
        { label: 'discarded', values: store.rates('discards') },
        { label: 'not SIP', values: store.rates('not_sip') },
      ],
      format: perSecond,
    },
    {
      id: 'trouble',
      stacked: false,
      series: [
        { label: 'packets dropped', values: store.rates('dropped') },
        { label: 'bad messages', values: store.rates('bad.in', 'bad.out') },
        { label: 'truncated', values: store.rates('truncated') },
        { label: 'foreign', values: store.rates('foreign') },
        { label: 'rows evicted', values: store.rates('evictions') },
      ],
      format: perSecond,
    },
  ];
}

function earlyDialogs(store: HistoryStore): number[] {
  const columns = ['dialogs.uas.early', 'dialogs.uac.early', 'dialogs.proxy.early'];
  const values = columns.map((column) => store.values(column));
  return store.timestamps.map((_, i) => values.reduce((sum, column) => sum + (column[i] ?? 0), 0));
}

/** 2xx together, as one answered layer; the others by code. */
function resultSeries(store: HistoryStore): Series[] {
  const answered = store.codes.filter(isAnswered).map((code) => `results.${code}`);
  const failed = store.codes
    .filter((code) => !isAnswered(code))
    .map((code) => ({ label: code, column: `results.${code}` }));
  const rest = { label: 'rest', column: 'results.rest' };
  return [
    { label: 'answered', values: store.rates(...answered) },
    ...topSeries(store, [...failed, rest], 'other codes'),
  ];
}

export function isAnswered(code: string): boolean {
  return /^2\d\d$/.test(code);
}

interface NamedColumn {
  readonly label: string;
  readonly column: string;
}

/** The columns that grew most, in the order given, and the sum of the others. */
function topSeries(store: HistoryStore, columns: readonly NamedColumn[], rest: string): Series[] {
  const grown = columns.filter(({ column }) => store.growth(column) > 0);
  const ranked = [...grown].sort((a, b) => store.growth(b.column) - store.growth(a.column));
  const top = new Set(ranked.slice(0, LAYERS_MAX));
  const series = grown
    .filter((column) => top.has(column))
    .map(({ label, column }) => ({ label, values: store.rates(column) }));
  const others = ranked.slice(LAYERS_MAX).map(({ column }) => column);
  if (others.length > 0) series.push({ label: rest, values: store.rates(...others) });
  return series;
}
