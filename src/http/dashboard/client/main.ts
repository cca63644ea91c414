/** The page's own life: it polls, draws, and answers the keyboard and the pointer. */
import type { Chart, TimeSpan } from './chart.ts';
import { chartSvg, legendMarkup, legendSentence, nearestSample, tableMarkup } from './chart.ts';
import { chartsOf } from './charts.ts';
import type { PageElement } from './dom.ts';
import { byId, page, remember, remembered } from './dom.ts';
import { type HistoryAnswer, HistoryStore } from './history-store.ts';
import { escapeMarkup, formatTime } from './numbers.ts';
import { type About, aboutMarkup, doubts, peersMarkup, tilesMarkup } from './overview.ts';

/** One poll for each sample of the probe. */
const POLL_MS = 5_000;
/** After an error the pause doubles up to this. */
const POLL_MS_MAX = 60_000;
const ANSWER_MS_MAX = 10_000;
/** Width of the time axis. */
const SPAN_SECONDS = 900;
const THEMES = ['auto', 'light', 'dark'];

interface Answer {
  readonly about: About;
  readonly history: HistoryAnswer;
}

const store = new HistoryStore();
let charts: readonly Chart[] = [];
let about: About | undefined;
/** The sample under the reader's cursor, by chart; absent: the last one. */
const cursors: Map<string, number> = new Map();
let paused = false;
let pauseMs = POLL_MS;
let timer: ReturnType<typeof setTimeout> | undefined;

async function poll(): Promise<void> {
  try {
    const since = store.last === undefined ? '' : `?since=${store.last}`;
    const response = await fetch(`api/v1/history.json${since}`, {
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    if (!response.ok) throw new Error(`the probe answered ${response.status}`);
    const answer: Answer = JSON.parse(await response.text());
    take(answer);
    pauseMs = POLL_MS;
  } catch (error) {
    setStatus('bad', `No answer: ${error instanceof Error ? error.message : String(error)}`);
    pauseMs = Math.min(2 * pauseMs, POLL_MS_MAX);
  }
  if (!paused) timer = setTimeout(() => void poll(), pauseMs);
}

function take(answer: Answer): void {
  // Another start: the counters began again at 0.
  if (about !== undefined && about.startedSeconds !== answer.about.startedSeconds) store.clear();
  about = answer.about;
  store.add(answer.history);
  cursors.clear();
  const found = doubts(store, about);
  const last = store.last;
  if (found.length > 0) setStatus('doubt', 'The numbers are doubtful');
  else setStatus('good', last === undefined ? 'Waiting for samples' : `Up to ${formatTime(last)}`);
  const list = byId('doubts');
  list.hidden = found.length === 0;
  list.innerHTML = found.map((doubt) => `<li>${escapeMarkup(doubt)}</li>`).join('');
  draw();
}

function setStatus(state: string, text: string): void {
  const status = byId('status');
  if (status.textContent !== text) status.textContent = text;
  status.dataset['state'] = state;
}

function draw(): void {
  if (about === undefined) return;
  charts = chartsOf(store);
  byId('about').innerHTML = aboutMarkup(about);
  byId('tiles').innerHTML = tilesMarkup(store, about);
  byId('peers').innerHTML = peersMarkup(store);
  for (const chart of charts) drawChart(chart);
}

function drawChart(chart: Chart): void {
  const figure = byId(chart.id);
  const last = store.timestamps.length - 1;
  const cursor = cursors.get(chart.id) ?? -1;
  const shown = cursor < 0 ? last : cursor;
  part(figure, '.plot').innerHTML = chartSvg(chart, store.timestamps, spanOf(), cursor);
  part(figure, '.legend').innerHTML = legendMarkup(chart, shown);
  const sentence = legendSentence(chart, shown, store.timestamps[shown]);
  const now = part(figure, '.now');
  // Spoken only while the reader moves along the chart, not at every poll.
  now.setAttribute('aria-live', cursor < 0 ? 'off' : 'polite');
  now.textContent = sentence;
  part(figure, 'table').innerHTML = tableMarkup(chart, store.timestamps);
}

function part(figure: PageElement, selector: string): PageElement {
  const found = figure.querySelector(selector);
  if (found === null) throw new Error(`a chart has no ${selector}`);
  return found;
}

function spanOf(): TimeSpan {
  const to = store.last ?? 0;
  return { from: to - SPAN_SECONDS, to };
}

function moveCursor(figure: PageElement, sample: number): void {
  const chart = charts.find(({ id }) => id === figure.getAttribute('id'));
  if (chart === undefined) return;
  if (sample < 0) cursors.delete(chart.id);
  else cursors.set(chart.id, Math.min(sample, store.timestamps.length - 1));
  drawChart(chart);
}

function listenToCharts(): void {
  for (const figure of byId('charts').querySelectorAll('figure')) {
    const plot = part(figure, '.plot');
    plot.addEventListener('pointermove', (event) => {
      const { left, width } = plot.getBoundingClientRect();
      const edge = (event.clientX - left) / width;
      moveCursor(figure, nearestSample(store.timestamps, spanOf(), edge));
    });
    plot.addEventListener('pointerleave', () => moveCursor(figure, -1));
    plot.addEventListener('blur', () => moveCursor(figure, -1));
    plot.addEventListener('keydown', (event) => {
      const last = store.timestamps.length - 1;
      const at = cursors.get(figure.getAttribute('id') ?? '') ?? last;
      const steps: Readonly<Record<string, number>> = {
        ArrowLeft: Math.max(0, at - 1),
        ArrowRight: at + 1,
        PageUp: Math.max(0, at - 12),
        PageDown: at + 12,
        Home: 0,
        End: last,
        Escape: -1,
      };
      const target = steps[event.key];
      if (target === undefined) return;
      event.preventDefault();
      moveCursor(figure, target);
    });
  }
}

function listenToButtons(): void {
  const theme = byId('theme');
  const setTheme = (name: string) => {
    page.documentElement.dataset['theme'] = name;
    theme.textContent = `Theme: ${name}`;
  };
  const known = remembered('sipgauge-theme');
  setTheme(known !== null && THEMES.includes(known) ? known : 'auto');
  theme.addEventListener('click', () => {
    const now = THEMES.indexOf(page.documentElement.dataset['theme'] ?? 'auto');
    const next = THEMES[(now + 1) % THEMES.length] ?? 'auto';
    remember('sipgauge-theme', next);
    setTheme(next);
  });
  const pause = byId('pause');
  pause.addEventListener('click', () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    clearTimeout(timer);
    if (!paused) void poll();
  });
}

listenToButtons();
listenToCharts();
void poll();
