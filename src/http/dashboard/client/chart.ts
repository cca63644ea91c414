/**
 * One chart as data, and the place it is drawn in: which moment lies where. Everything is in CSS pixels, so that text
 * keeps its size at any width.
 */

/** Colours of the style sheet, by what they are used for. */
export const Colour = {
  BLUE: 0,
  ORANGE: 1,
  GREEN: 2,
  MAGENTA: 3,
  YELLOW: 4,
  SKY: 5,
  GREY: 6,
  VIOLET: 7,
} as const;
export type Colour = (typeof Colour)[keyof typeof Colour];

export interface Series {
  readonly label: string;
  /** One per sample; NaN leaves a gap. */
  readonly values: readonly number[];
  readonly colour: Colour;
  /** A second measure of the same thing: the same colour, another line. */
  readonly dashed?: boolean;
}

export interface Chart {
  /** Of the figure that the document has for it, with title and note. */
  readonly id: string;
  readonly stacked: boolean;
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  /** What it says where there is nothing to draw. */
  readonly empty: string;
}

export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** Where a chart is drawn. */
export interface Frame {
  readonly width: number;
  readonly span: TimeSpan;
}

export const HEIGHT = 176;
export const TOP = 8;
export const BOTTOM = 22;
export const RIGHT = 10;
/** Of the axis; wide enough for `1.25 s` and `17.5/s`. */
export const LEFT = 50;
/** Of a page that has not been laid out yet. */
export const WIDTH_MIN = 160;
/** The time axis is not wider than what the probe keeps, nor narrower than what can be read. */
const SPAN_SECONDS_MAX = 900;
const SPAN_SECONDS_MIN = 120;

/** The last quarter of an hour, or what there is of it. */
export function spanOf(timestamps: readonly number[]): TimeSpan {
  const to = timestamps.at(-1) ?? 0;
  const seconds = to - (timestamps[0] ?? to);
  return { from: to - Math.min(SPAN_SECONDS_MAX, Math.max(SPAN_SECONDS_MIN, seconds)), to };
}

export function timeX({ width, span }: Frame, time: number): number {
  return LEFT + ((time - span.from) / (span.to - span.from)) * (width - LEFT - RIGHT);
}

/** The sample nearest to a place in the drawing; -1 when there is none. */
export function nearestSample(timestamps: readonly number[], frame: Frame, x: number): number {
  let nearest = -1;
  let distance = Number.POSITIVE_INFINITY;
  for (const [i, time] of timestamps.entries()) {
    const away = Math.abs(timeX(frame, time) - x);
    if (away >= distance) continue;
    distance = away;
    nearest = i;
  }
  return nearest;
}

/** What is drawn of each series: in a stack, the sum of it and of those below. */
export function layersOf({ stacked, series }: Chart): readonly (readonly number[])[] {
  if (!stacked) return series.map(({ values }) => values);
  const layers: number[][] = [];
  for (const { values } of series) {
    const below = layers.at(-1);
    layers.push(values.map((value, i) => (Number.isNaN(value) ? 0 : value) + (below?.[i] ?? 0)));
  }
  return layers;
}

export function largestOf(layers: readonly (readonly number[])[]): number {
  let largest = 0;
  for (const values of layers) {
    for (const value of values) if (value > largest) largest = value;
  }
  return largest;
}
