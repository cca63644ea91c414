/** What a chart says in words: its legend with the numbers of one moment, a sentence, and a table of all of them. */
import type { Chart, Series } from './chart.ts';
import { escapeMarkup, formatTime } from './numbers.ts';

/** Rows of the table: one a minute. */
const TABLE_ROWS = 15;

/** The values at one sample, as a list with the colours and the dashes of the lines. */
export function legendMarkup(chart: Chart, sample: number): string {
  const items = chart.series.map((series) => {
    const value = chart.format(series.values[sample] ?? Number.NaN);
    return `<li>${keyMarkup(series, chart.stacked)}${escapeMarkup(series.label)} <b>${escapeMarkup(value)}</b></li>`;
  });
  return items.join('');
}

function keyMarkup({ colour, dashed }: Series, stacked: boolean): string {
  const shape = stacked
    ? '<rect x="4" width="10" height="10" rx="2"/>'
    : `<path class="line${dashed ? ' dashed' : ''}" d="M1 5H17"/>`;
  return `<svg class="key c${colour}" viewBox="0 0 18 10">${shape}</svg>`;
}

/** The same as a sentence, for who does not see the drawing. */
export function legendSentence(chart: Chart, sample: number, time: number | undefined): string {
  if (time === undefined) return 'no samples yet';
  const parts = chart.series.map(({ label, values }) => {
    return `${label} ${chart.format(values[sample] ?? Number.NaN)}`;
  });
  return `At ${formatTime(time)}: ${parts.length === 0 ? chart.empty : parts.join(', ')}`;
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
