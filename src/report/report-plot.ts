/** Bars as SVG that a screen reader can name. Sizes are CSS pixels; the style sheet has the colours. */

export interface Bar {
  readonly label: string;
  readonly count: number;
}

const WIDTH = 600;
const HEIGHT = 130;
const LABEL_HEIGHT = 18;
/** Bars narrower than this have no number above them. */
const NUMBERED_WIDTH_MIN = 26;

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

export function plot(name: string, bars: readonly Bar[]): string {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  // A lonely bar is not as wide as the page.
  const step = Math.min(WIDTH / Math.max(1, bars.length), WIDTH / 6);
  const shapes = bars.map((each, index) => barMarkup(each, index, step, most)).join('');
  const base = HEIGHT + LABEL_HEIGHT;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT + 2 * LABEL_HEIGHT}" role="img" aria-label="${escapeHtml(name)}">
<line x1="0" y1="${base}" x2="${WIDTH}" y2="${base}"/>${shapes}</svg>`;
}

function barMarkup({ label, count }: Bar, index: number, step: number, most: number): string {
  const height = (count / most) * HEIGHT;
  const top = (HEIGHT + LABEL_HEIGHT - height).toFixed(1);
  const x = index * step;
  const middle = (x + step / 2).toFixed(1);
  const gap = step > 8 ? 2 : 0.5;
  const rect = `<rect x="${(x + gap / 2).toFixed(1)}" y="${top}" width="${Math.max(1, step - gap).toFixed(1)}" height="${height.toFixed(1)}"><title>${escapeHtml(label)} ${count}</title></rect>`;
  const number =
    count > 0 && step > NUMBERED_WIDTH_MIN
      ? `<text x="${middle}" y="${(HEIGHT + LABEL_HEIGHT - height - 4).toFixed(1)}" text-anchor="middle">${count}</text>`
      : '';
  if (label === '') return `${rect}${number}`;
  const isEdge = step <= NUMBERED_WIDTH_MIN;
  const anchor = !isEdge ? 'middle' : index === 0 ? 'start' : 'end';
  const at = !isEdge ? middle : (index === 0 ? x : x + step).toFixed(1);
  const text = `<text x="${at}" y="${HEIGHT + 2 * LABEL_HEIGHT - 3}" text-anchor="${anchor}">${escapeHtml(label)}</text>`;
  return `${rect}${number}${text}`;
}
