/** A chart as SVG: lines or stacked areas over time, drawn by hand. Colours are classes; the style sheet has them. */
import type { Chart, Frame, Series } from './chart.ts';
import { BOTTOM, HEIGHT, LEFT, largestOf, layersOf, RIGHT, TOP, timeX } from './chart.ts';
import { escapeMarkup, formatTime, scaleTicks } from './numbers.ts';

const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;
/** Seconds between two marks of the time axis; the first that leaves room for their text is taken. */
const TIME_STEPS = [15, 30, 60, 120, 300, 600];
const TIME_MARK_WIDTH = 70;

type Position = (value: number) => number;

export function chartSvg(chart: Chart, timestamps: readonly number[], frame: Frame): string {
  const layers = layersOf(chart);
  if (largestOf(layers) === 0) return emptySvg(chart, frame);
  const ticks = scaleTicks(largestOf(layers));
  const x = (i: number) => timeX(frame, timestamps[i] ?? 0);
  const y = scaleOf(ticks);
  const shapes = chart.series.map((series, n) =>
    chart.stacked ? area(series, layers[n] ?? [], layers[n - 1], { x, y }) : line(series, { x, y }),
  );
  return [
    svgStart(frame),
    ticks.map((tick) => gridLine(y(tick), chart.format(tick), frame.width)).join(''),
    timeAxis(frame),
    // The topmost layer of a stack is painted first, so that those below lie over it.
    (chart.stacked ? shapes.reverse() : shapes).join(''),
    '<g class="cursor"></g></svg>',
  ].join('');
}

function svgStart({ width }: Frame): string {
  return `<svg viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">`;
}

/** The axes alone, and why there is no more. */
function emptySvg(chart: Chart, frame: Frame): string {
  const { width } = frame;
  const middle = ((LEFT + width - RIGHT) / 2).toFixed(1);
  return [
    svgStart(frame),
    gridLine(HEIGHT - BOTTOM, '0', width),
    timeAxis(frame),
    `<text class="empty" x="${middle}" y="${TOP + PLOT_HEIGHT / 2}" text-anchor="middle">${escapeMarkup(chart.empty)}</text>`,
    '<g class="cursor"></g></svg>',
  ].join('');
}

/** A line at one sample, and a dot on each series: the inside of the drawing's last group. */
export function cursorMarkup(
  chart: Chart,
  timestamps: readonly number[],
  frame: Frame,
  sample: number,
): string {
  const time = timestamps[sample];
  if (time === undefined) return '';
  const layers = layersOf(chart);
  const y = scaleOf(scaleTicks(largestOf(layers)));
  const x = timeX(frame, time).toFixed(1);
  const dots = chart.series.map(({ colour }, n) => {
    const value = layers[n]?.[sample] ?? Number.NaN;
    if (!Number.isFinite(value)) return '';
    return `<circle class="c${colour}" cx="${x}" cy="${y(value).toFixed(1)}" r="4"/>`;
  });
  return `<line x1="${x}" x2="${x}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>${dots.join('')}`;
}

function scaleOf(ticks: readonly number[]): Position {
  const top = ticks.at(-1) ?? 1;
  return (value) => TOP + PLOT_HEIGHT * (1 - value / top);
}

interface Positions {
  readonly x: Position;
  readonly y: Position;
}

function line({ values, colour, dashed }: Series, { x, y }: Positions): string {
  let path = '';
  let pen = 'M';
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) {
      pen = 'M';
      continue;
    }
    // Round caps make a dot of a sample that stands alone.
    const place = `${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
    path += pen === 'M' ? `M${place}h0` : `L${place}`;
    pen = 'L';
  }
  if (path === '') return '';
  return `<path class="line c${colour}${dashed ? ' dashed' : ''}" d="${path}"/>`;
}

function area(
  { colour }: Series,
  values: readonly number[],
  below: readonly number[] | undefined,
  { x, y }: Positions,
): string {
  const there = values.map((value, i) => `${x(i).toFixed(1)} ${y(value).toFixed(1)}`);
  const back = values.map((_, i) => `${x(i).toFixed(1)} ${y(below?.[i] ?? 0).toFixed(1)}`);
  if (there.length === 0) return '';
  return `<path class="area c${colour}" d="M${there.join('L')}L${back.reverse().join('L')}Z"/>`;
}

function gridLine(y: number, label: string, width: number): string {
  const kind = y >= HEIGHT - BOTTOM ? 'grid base' : 'grid';
  const place = y.toFixed(1);
  const text = `<text class="tick" x="${LEFT - 7}" y="${(y + 4).toFixed(1)}" text-anchor="end">${escapeMarkup(label)}</text>`;
  return `<line class="${kind}" x1="${LEFT}" x2="${width - RIGHT}" y1="${place}" y2="${place}"/>${text}`;
}

/** Marks at round times of day. */
function timeAxis(frame: Frame): string {
  const { from, to } = frame.span;
  const marksMax = Math.max(1, (frame.width - LEFT - RIGHT) / TIME_MARK_WIDTH);
  const step = TIME_STEPS.find((seconds) => (to - from) / seconds <= marksMax) ?? 900;
  const text = (time: number) =>
    step < 60 ? formatTime(time) : formatTime(time).slice(0, 'HH:MM'.length);
  let marks = '';
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    const x = timeX(frame, time);
    const edge = step < 60 ? 28 : 18;
    marks += `<line class="base" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM + 4}"/>`;
    if (x < LEFT + edge || x > frame.width - edge) continue;
    marks += `<text class="tick" x="${x.toFixed(1)}" y="${HEIGHT - 5}" text-anchor="middle">${text(time)}</text>`;
  }
  return marks;
}
