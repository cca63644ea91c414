/** Which charts the page has, and from which columns of the history each is drawn. */
import type { Chart, Series } from './chart.ts';
import { Colour } from './chart.ts';
import type { HistoryStore } from './history-store.ts';
import { formatNumber, formatRate, formatSeconds } from './numbers.ts';
import { failureSeries, isAnswered, methodSeries } from './stacks.ts';

const CLASSES: readonly (readonly [name: string, colour: Colour])[] = [
  ['1xx', Colour.GREY],
  ['2xx', Colour.GREEN],
  ['3xx', Colour.SKY],
  ['4xx', Colour.YELLOW],
  ['5xx', Colour.ORANGE],
  ['6xx', Colour.MAGENTA],
];

export function chartsOf(store: HistoryStore, source: string): Chart[] {
  return [...callCharts(store), ...messageCharts(store), ...captureCharts(store, source)];
}

/** In every chart of lines, what is received is blue and what is sent is orange. */
function directions(inValues: readonly number[], outValues: readonly number[]): readonly Series[] {
  return [
    { label: 'received', values: inValues, colour: Colour.BLUE },
    { label: 'sent', values: outValues, colour: Colour.ORANGE },
  ];
}

function callCharts(store: HistoryStore): Chart[] {
  const calls: Chart = {
    id: 'calls',
    stacked: false,
    series: directions(store.rates('attempts.in'), store.rates('attempts.out')),
    format: formatRate,
    empty: 'no calls in this time',
  };
  const answered = store.codes.filter(isAnswered).map((code) => `results.${code}`);
  const results: Chart = {
    id: 'results',
    stacked: true,
    series: [
      { label: 'answered', values: store.rates(...answered), colour: Colour.GREEN },
      ...failureSeries(store),
    ],
    format: formatRate,
    empty: 'no call has ended in this time',
  };
  return [
    calls,
    results,
    dialogChart(store),
    delayChart(store, 'pdd', 'no call has rung in this time'),
    delayChart(store, 'answer', 'no call was answered in this time'),
    registrationChart(store),
  ];
}

function delayChart(store: HistoryStore, name: string, empty: string): Chart {
  const lines = (direction: string, label: string, colour: Colour): Series[] => [
    {
      label: `${label}, median`,
      values: store.percentiles([`${name}.${direction}`], 0.5),
      colour,
    },
    {
      label: `${label}, p95`,
      values: store.percentiles([`${name}.${direction}`], 0.95),
      colour,
      dashed: true,
    },
  ];
  return {
    id: name,
    stacked: false,
    series: [...lines('in', 'received', Colour.BLUE), ...lines('out', 'sent', Colour.ORANGE)],
    format: formatSeconds,
    empty,
  };
}

function dialogChart(store: HistoryStore): Chart {
  const gauge = (label: string, column: string, colour: Colour): Series => ({
    label,
    values: store.values(column),
    colour,
  });
  return {
    id: 'dialogs',
    stacked: false,
    series: [
      gauge('received', 'dialogs.uas', Colour.BLUE),
      gauge('sent', 'dialogs.uac', Colour.ORANGE),
      ...(store.values('dialogs.proxy').some((value) => value > 0)
        ? [gauge('proxied', 'dialogs.proxy', Colour.GREEN)]
        : []),
      { ...gauge('ringing', '', Colour.GREY), values: earlyDialogs(store), dashed: true },
    ],
    format: formatNumber,
    empty: 'no dialog in this time',
  };
}

function registrationChart(store: HistoryStore): Chart {
  return {
    id: 'registrations',
    stacked: false,
    series: [
      { label: 'held here', values: store.values('registrations.in'), colour: Colour.BLUE },
      { label: 'held elsewhere', values: store.values('registrations.out'), colour: Colour.ORANGE },
    ],
    format: formatNumber,
    empty: 'no registration in this time',
  };
}

function messageCharts(store: HistoryStore): Chart[] {
  const messages: Chart = {
    id: 'messages',
    stacked: false,
    series: directions(store.rates('messages.in'), store.rates('messages.out')),
    format: formatRate,
    empty: 'no message in this time',
  };
  const repeated = (direction: string, kind: string, colour: Colour): Series => ({
    label: `${kind} ${direction === 'in' ? 'received' : 'sent'}`,
    values: store.rates(`retransmissions.${direction}.${kind}`),
    colour,
    dashed: kind === 'responses',
  });
  const retransmissions: Chart = {
    id: 'retransmissions',
    stacked: false,
    series: [
      repeated('in', 'requests', Colour.BLUE),
      repeated('in', 'responses', Colour.BLUE),
      repeated('out', 'requests', Colour.ORANGE),
      repeated('out', 'responses', Colour.ORANGE),
    ],
    format: formatRate,
    empty: 'nothing was repeated in this time',
  };
  const perDirection = ['in', 'out'].flatMap((direction) => [
    methodChart(store, direction),
    classChart(store, direction),
  ]);
  return [messages, ...perDirection, retransmissions];
}

function methodChart(store: HistoryStore, direction: string): Chart {
  return {
    id: `requests-${direction}`,
    stacked: true,
    series: methodSeries(store, direction),
    format: formatRate,
    empty: 'no request in this time',
  };
}

function classChart(store: HistoryStore, direction: string): Chart {
  const columns = CLASSES.map(([name, colour]) => ({
    label: name,
    column: `responses.${direction}.${name}`,
    colour,
  }));
  return {
    id: `responses-${direction}`,
    stacked: true,
    series: columns
      .filter(({ column }) => store.growth(column) > 0)
      .map(({ label, column, colour }) => ({ label, values: store.rates(column), colour })),
    format: formatRate,
    empty: 'no response in this time',
  };
}

function captureCharts(store: HistoryStore, source: string): Chart[] {
  const rate = (label: string, colour: Colour, ...columns: readonly string[]): Series => ({
    label,
    values: store.rates(...columns),
    colour,
  });
  return [
    {
      id: 'packets',
      stacked: false,
      series: [
        rate('read', Colour.BLUE, 'packets'),
        rate('not SIP', Colour.GREY, 'not_sip'),
        rate('copies', Colour.SKY, 'duplicates'),
      ],
      format: formatRate,
      empty: 'no packet in this time',
    },
    {
      id: 'trouble',
      stacked: false,
      series: [
        rate('packets dropped', Colour.MAGENTA, 'dropped'),
        rate('bad messages', Colour.ORANGE, 'bad.in', 'bad.out'),
        rate('truncated', Colour.YELLOW, 'truncated'),
        rate('foreign', Colour.VIOLET, 'foreign'),
        rate('discarded', Colour.GREY, 'discards'),
        rate('rows evicted', Colour.BLUE, 'evictions'),
      ],
      format: formatRate,
      empty: 'nothing: every message was counted',
    },
    {
      id: 'lag',
      stacked: false,
      series:
        source === 'replay'
          ? []
          : [{ label: 'lag', values: store.values('lag_seconds'), colour: Colour.BLUE }],
      format: formatSeconds,
      empty: source === 'replay' ? 'a replay has none' : 'none',
    },
  ];
}

function earlyDialogs(store: HistoryStore): number[] {
  const columns = ['dialogs.uas.early', 'dialogs.uac.early', 'dialogs.proxy.early'];
  const values = columns.map((column) => store.values(column));
  return store.timestamps.map((_, i) => values.reduce((sum, column) => sum + (column[i] ?? 0), 0));
}
