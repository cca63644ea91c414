/** What `sipgauge top` knows of a probe at one moment, and what happened between two of them. */
import type { Exposition, Selector } from '../report/exposition-reader.ts';

export interface Look {
  readonly atMs: number;
  readonly metrics: Exposition;
}

/** How much `name` grew a second. */
export function rate(earlier: Look, later: Look, name: string, selector: Selector = {}): number {
  const seconds = (later.atMs - earlier.atMs) / 1000;
  return seconds > 0 ? growth(earlier, later, name, selector) / seconds : 0;
}

export function growth(earlier: Look, later: Look, name: string, selector: Selector = {}): number {
  return Math.max(0, later.metrics.sum(name, selector) - earlier.metrics.sum(name, selector));
}

export function decimal(value: number): string {
  return value.toFixed(value >= 100 ? 0 : 1);
}

export function whole(value: number): string {
  return String(Math.round(value));
}
