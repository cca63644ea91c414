/**
 * The layers of stacked charts: those that grew most, the rest as one. A code or a method keeps its colour while
 * others come and go, so that a colour means the same at every look.
 */
import type { Series } from './chart.ts';
import { Colour } from './chart.ts';
import type { HistoryStore } from './history-store.ts';

/** Layers of their own in a stack; the rest is one. */
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

const METHOD_COLOURS: Readonly<Record<string, Colour>> = {
  INVITE: Colour.BLUE,
  ACK: Colour.SKY,
  BYE: Colour.GREEN,
  CANCEL: Colour.ORANGE,
  OPTIONS: Colour.VIOLET,
  REGISTER: Colour.YELLOW,
};

/** What callers and callees do is cool, what fails is warm. */
const FAILURE_COLOURS: Readonly<Record<string, Colour>> = {
  cancelled: Colour.SKY,
  '487': Colour.SKY,
  '486': Colour.BLUE,
  '480': Colour.VIOLET,
  '404': Colour.YELLOW,
  '503': Colour.ORANGE,
  timeout: Colour.MAGENTA,
};

const FREE_COLOURS: readonly Colour[] = [
  Colour.VIOLET,
  Colour.YELLOW,
  Colour.ORANGE,
  Colour.BLUE,
  Colour.MAGENTA,
  Colour.SKY,
];

export function isAnswered(code: string): boolean {
  return /^2\d\d$/.test(code);
}

/** Results that are no 2xx, by code. */
export function failureSeries(store: HistoryStore): Series[] {
  const failed = store.codes
    .filter((code) => !isAnswered(code))
    .map((code) => ({ label: code, column: `results.${code}` }));
  const rest = { label: 'rest', column: 'results.rest' };
  return topSeries(store, [...failed, rest], FAILURE_COLOURS, 'other codes');
}

export function methodSeries(store: HistoryStore, direction: string): Series[] {
  const names = METHODS.map((method) => ({
    label: method,
    column: `requests.${direction}.${method}`,
  }));
  return topSeries(store, names, METHOD_COLOURS, 'other methods');
}

interface NamedColumn {
  readonly label: string;
  readonly column: string;
}

/** The columns that grew most, in the order given, and the sum of the others. */
function topSeries(
  store: HistoryStore,
  columns: readonly NamedColumn[],
  preferred: Readonly<Record<string, Colour>>,
  rest: string,
): Series[] {
  const grown = columns.filter(({ column }) => store.growth(column) > 0);
  const ranked = [...grown].sort((a, b) => store.growth(b.column) - store.growth(a.column));
  const top = new Set(ranked.slice(0, LAYERS_MAX));
  const shown = grown.filter((column) => top.has(column));
  const colours = coloursOf(
    shown.map(({ label }) => label),
    preferred,
  );
  const series: Series[] = shown.map(({ label, column }, n) => ({
    label,
    values: store.rates(column),
    colour: colours[n] ?? Colour.GREY,
  }));
  const others = ranked.slice(LAYERS_MAX).map(({ column }) => column);
  if (others.length > 0) {
    series.push({ label: rest, values: store.rates(...others), colour: Colour.GREY });
  }
  return series;
}

/** Its own colour for whoever has one, what is left for the others. */
function coloursOf(
  labels: readonly string[],
  preferred: Readonly<Record<string, Colour>>,
): Colour[] {
  const taken = new Set(labels.flatMap((label) => preferred[label] ?? []));
  const given = new Set<Colour>();
  return labels.map((label) => {
    const own = preferred[label];
    const free = FREE_COLOURS.find((one) => !taken.has(one) && !given.has(one));
    const colour = own !== undefined && !given.has(own) ? own : (free ?? Colour.GREY);
    given.add(colour);
    return colour;
  });
}
