/**
 * The charts on the page: drawn at the width they have, and read by pointer or keyboard. All of them show the same
 * moment, so that what happened at once can be seen at once.
 */
import type { Chart, Frame } from './chart.ts';
import { nearestSample, spanOf, WIDTH_MIN } from './chart.ts';
import { chartSvg, cursorMarkup } from './chart-drawing.ts';
import { legendMarkup, legendSentence, tableMarkup } from './chart-text.ts';
import type { PageElement } from './dom.ts';
import { byId, page, part, setText } from './dom.ts';
import { formatTime } from './numbers.ts';

/** Samples that Page Up and Page Down go: a minute. */
const PAGE_SAMPLES = 12;

export class Figures {
  private charts: readonly Chart[] = [];
  private timestamps: readonly number[] = [];
  /** The time that is looked at; undefined: the last sample. It stays where it is while samples come. */
  private cursor: number | undefined;

  listen(): void {
    for (const figure of page.querySelectorAll('figure')) {
      const plot = part(figure, '.plot');
      const point = ({ clientX }: { readonly clientX: number }) => {
        const { left } = plot.getBoundingClientRect();
        this.moveTo(nearestSample(this.timestamps, this.frameOf(plot), clientX - left));
      };
      plot.addEventListener('pointerdown', point);
      plot.addEventListener('pointermove', point);
      plot.addEventListener('pointerleave', () => this.moveTo(-1));
      plot.addEventListener('blur', () => this.moveTo(-1));
      plot.addEventListener('keydown', (event) => {
        const target = this.target(event.key);
        if (target === undefined) return;
        event.preventDefault();
        this.moveTo(target);
      });
    }
  }

  draw(charts: readonly Chart[], timestamps: readonly number[]): void {
    this.charts = charts;
    this.timestamps = timestamps;
    for (const chart of charts) {
      const figure = byId(chart.id);
      const plot = part(figure, '.plot');
      plot.innerHTML = chartSvg(chart, timestamps, this.frameOf(plot));
      part(figure, 'table').innerHTML = tableMarkup(chart, timestamps);
    }
    this.read();
  }

  /** The sample a key leads to; -1 leaves the chart. */
  private target(key: string): number | undefined {
    const last = this.timestamps.length - 1;
    const at = this.sample();
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      PageUp: at - PAGE_SAMPLES,
      PageDown: at + PAGE_SAMPLES,
      Home: 0,
      End: last,
    };
    if (key === 'Escape') return -1;
    const target = steps[key];
    return target === undefined ? undefined : Math.min(last, Math.max(0, target));
  }

  private moveTo(sample: number): void {
    const time = sample < 0 ? undefined : this.timestamps[sample];
    if (time === this.cursor) return;
    this.cursor = time;
    this.read();
  }

  private sample(): number {
    if (this.cursor === undefined) return this.timestamps.length - 1;
    return Math.max(0, this.timestamps.indexOf(this.cursor));
  }

  private read(): void {
    for (const chart of this.charts) this.readChart(chart);
  }

  private readChart(chart: Chart): void {
    const sample = this.sample();
    const time = this.timestamps[sample];
    const figure = byId(chart.id);
    const plot = part(figure, '.plot');
    const chosen = this.cursor !== undefined;
    part(plot, '.cursor').innerHTML = chosen
      ? cursorMarkup(chart, this.timestamps, this.frameOf(plot), sample)
      : '';
    setText(part(figure, '.at'), chosen && time !== undefined ? formatTime(time) : '');
    part(figure, '.legend').innerHTML = legendMarkup(chart, sample);
    plot.setAttribute('aria-valuemax', String(Math.max(0, this.timestamps.length - 1)));
    plot.setAttribute('aria-valuenow', String(Math.max(0, sample)));
    plot.setAttribute('aria-valuetext', legendSentence(chart, sample, time));
  }

  private frameOf(plot: PageElement): Frame {
    const { width } = plot.getBoundingClientRect();
    return { width: Math.max(WIDTH_MIN, Math.round(width)), span: spanOf(this.timestamps) };
  }
}
