/**
 * One chart as markup: SVG lines or stacked areas over time, drawn by hand, with a legend and the same numbers as a
 * table. Colours are classes, so that the style sheet decides between light and dark; lines differ in dashes too.
 */
import { escapeMarkup, formatTime, scaleTicks } from './numbers.ts';

export interface Series {
  readonly label: string;
  /** One per sample; NaN leaves a gap. */
  readonly values: readonly number[];
}

export interface Chart {
  /** Of the figure that the document has for it, with title and note. */
  readonly id: string;
  readonly stacked: boolean;
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
}

/** Of the drawing, in its own units; the page scales it to the width there is. */
const WIDTH = 600;
const HEIGHT = 200;
const LEFT = 56;
const RIGHT = 8;
const TOP = 10;
const BOTTOM = 24;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;
/** Rows of the table that says the same: one a minute. */
const TABLE_ROWS = 15;
/** Marks below the time axis. */
const TIME_MARKS = 4;
/** Colours of the style sheet. */
const COLOURS = 8;

export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** The position of a sample in the drawing, 0 to 1 from left to right. */
export function timeFraction(time: number, span: TimeSpan): number {
  return (time - span.from) / (span.to - span.from);
}

/** The sample nearest to a position between the chart's edges, 0 to 1. */
export function nearestSample(
  timestamps: readonly number[],
  span: TimeSpan,
  edgeFraction: number,
): number {
  const fraction = (edgeFraction * WIDTH - LEFT) / PLOT_WIDTH;
  let nearest = -1;
  let distance = Number.POSITIVE_INFINITY;
  for (const [i, time] of timestamps.entries()) {
    const away = Math.abs(timeFraction(time, span) - fraction);
    if (away >= distance) continue;
    distance = away;
    nearest = i;
  }
  return nearest;
}

export function chartSvg(
  chart: Chart,
  timestamps: readonly number[],
  span: TimeSpan,
  cursor: number,
): string {
  const layers = chart.stacked
    ? stackedLayers(chart.series)
    : chart.series.map(({ values }) => values);
  const ticks = scaleTicks(largestOf(layers));
  const top = ticks.at(-1) ?? 1;
  const x = (i: number) => LEFT + timeFraction(timestamps[i] ?? 0, span) * PLOT_WIDTH;
  const y = (value: number) => TOP + PLOT_HEIGHT * (1 - value / top);
  const shapes = layers.map((values, n) =>
    chart.stacked
      ? area(values, layers[n - 1], x, y, colourOf(n))
      : line(values, x, y, colourOf(n)),
  );
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${chart.id}-title ${chart.id}-now" focusable="false">`,
    ticks.map((tick) => gridLine(y(tick), chart.format(tick))).join(''),
    timeAxis(span),
    // The topmost layer of a stack is painted first, so that those below lie over it.
    (chart.stacked ? shapes.reverse() : shapes).join(''),
    cursor >= 0 ? cursorLine(x(cursor)) : '',
    '</svg>',
  ].join('');
}

/** Each layer on top of those before it. */
function stackedLayers(series: readonly Series[]): number[][] {
  const layers: number[][] = [];
  for (const { values } of series) {
    const below = layers.at(-1);
    layers.push(values.map((value, i) => (Number.isNaN(value) ? 0 : value) + (below?.[i] ?? 0)));
  }
  return layers;
}

function largestOf(layers: readonly (readonly number[])[]): number {
  let largest = 0;
  for (const values of layers) {
    for (const value of values) if (value > largest) largest = value;
  }
  return largest;
}

type Position = (value: number) => number;

function line(values: readonly number[], x: Position, y: Position, colour: number): string {
  let path = '';
  let pen = 'M';
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) {
      pen = 'M';
      continue;
    }
    path += `${pen}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = 'L';
  }
  return `<path class="line c${colour}" d="${path}"/>`;
}

function area(
  values: readonly number[],
  below: readonly number[] | undefined,
  x: Position,
  y: Position,
  colour: number,
): string {
  const there = values.map((value, i) => `${x(i).toFixed(1)} ${y(value).toFixed(1)}`);
  const back = values.map((_, i) => `${x(i).toFixed(1)} ${y(below?.[i] ?? 0).toFixed(1)}`);
  if (there.length === 0) return '';
  return `<path class="area c${colour}" d="M${there.join('L')}L${back.reverse().join('L')}Z"/>`;
}

function gridLine(y: number, label: string): string {
  const text = `<text class="tick" x="${LEFT - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${escapeMarkup(label)}</text>`;
  return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/>${text}`;
}

function timeAxis(span: TimeSpan): string {
  let marks = '';
  for (let n = 0; n < TIME_MARKS; n++) {
    const fraction = n / (TIME_MARKS - 1);
    const anchor = n === 0 ? 'start' : n === TIME_MARKS - 1 ? 'end' : 'middle';
    const time = formatTime(span.from + (span.to - span.from) * fraction).slice(0, 5);
    const x = (LEFT + fraction * PLOT_WIDTH).toFixed(1);
    marks += `<text class="tick" x="${x}" y="${HEIGHT - 6}" text-anchor="${anchor}">${time}</text>`;
  }
  return marks;
}

function cursorLine(x: number): string {
  return `<line class="cursor" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>`;
}

function colourOf(n: number): number {
  return n % COLOURS;
}

/** The values at one sample, as a list with the colours of the lines. */
export function legendMarkup(chart: Chart, sample: number): string {
  const items = chart.series.map(({ label, values }, n) => {
    const value = chart.format(values[sample] ?? Number.NaN);
    return `<li><i class="key c${colourOf(n)}"></i>${escapeMarkup(label)} <b>${escapeMarkup(value)}</b></li>`;
  });
  return items.join('');
}

/** The same as a sentence, for who does not see the drawing. */
export function legendSentence(chart: Chart, sample: number, time: number | undefined): string {
  if (time === undefined) return 'no samples yet';
  const parts = chart.series.map(({ label, values }) => {
    return `${label} ${chart.format(values[sample] ?? Number.NaN)}`;
  });
  return `At ${formatTime(time)}: ${parts.join(', ')}`;
}

/** About one row a minute, the latest first. */
export function tableMarkup(chart: Chart, timestamps: readonly number[]): string {
  const heads = chart.series
    .map(({ label }) => `<th scope="col">${escapeMarkup(label)}</th>`)
    .join('');
  const step = Math.max(1, Math.floor(timestamps.length / TABLE_ROWS));
  let rows = '';
  for (let i = timestamps.length - 1; i >= 0; i -= step) {
    const cells = chart.series.map(({ values }) => {
      return `<td>${escapeMarkup(chart.format(values[i] ?? Number.NaN))}</td>`;
    });
    rows += `<tr><th scope="row">${formatTime(timestamps[i] ?? 0)}</th>${cells.join('')}</tr>`;
  }
  return `<thead><tr><th scope="col">Time</th>${heads}</tr></thead><tbody>${rows}</tbody>`;
}
