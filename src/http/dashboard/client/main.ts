/** The page's script: polls the history, and draws what it says. No library, no outside resource. */
import type { About } from './about.ts';
import { aboutMarkup, whereText } from './about.ts';
import { chartsOf } from './charts.ts';
import { byId, page, pageHost, remember, remembered, setText, whenResized } from './dom.ts';
import { Figures } from './figures.ts';
import type { Health } from './health.ts';
import { doubtMarkup, factsMarkup, healthOf } from './health.ts';
import { type HistoryAnswer, HistoryStore } from './history-store.ts';
import { formatTime } from './numbers.ts';
import { peersMarkup, peersNote } from './peers.ts';
import { callRate, tilesMarkup } from './tiles.ts';

/** One poll for each sample of the probe. */
const POLL_MS = 5_000;
/** After an error the pause doubles up to this. */
const POLL_MS_MAX = 60_000;
const ANSWER_MS_MAX = 10_000;
const THEMES = ['auto', 'light', 'dark'];
const TITLE_MARKS = { wait: '', good: '', doubt: '! ', bad: '✕ ' } as const;

interface Answer {
  readonly about: About;
  readonly history: HistoryAnswer;
}

const store = new HistoryStore();
const figures = new Figures();
let about: About | undefined;
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
    pauseMs = Math.min(2 * pauseMs, POLL_MS_MAX);
    showSilence(error);
  }
  if (!paused) timer = setTimeout(() => void poll(), pauseMs);
}

function take(answer: Answer): void {
  // Another start: the counters began again at 0.
  if (about !== undefined && about.startedSeconds !== answer.about.startedSeconds) store.clear();
  about = answer.about;
  store.add(answer.history);
  showHealth(healthOf(store, about));
  byId('facts').innerHTML = factsMarkup(store, about);
  page.documentElement.classList.toggle('stale', false);
  if (!page.hidden) draw();
}

/** The probe does not answer: what is on the page is old, and looks it. */
function showSilence(error: unknown): void {
  const last = store.last === undefined ? '' : ` What is below ends at ${formatTime(store.last)}.`;
  page.documentElement.classList.toggle('stale', true);
  showHealth({
    state: 'bad',
    title: 'The probe does not answer',
    detail: `${reasonOf(error)}; asked again in ${pauseMs / 1000} s.${last}`,
    doubts: [],
  });
  byId('facts').innerHTML = '';
}

/** A browser's own words for it say nothing to a reader. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TypeError') return 'no connection';
  return error.name === 'TimeoutError' ? `nothing within ${ANSWER_MS_MAX / 1000} s` : error.message;
}

function showHealth({ state, title, detail, doubts }: Health): void {
  byId('health').dataset['state'] = state;
  setText(byId('status'), title);
  setText(byId('since'), detail);
  const list = byId('doubts');
  list.hidden = doubts.length === 0;
  const markup = doubts.map(doubtMarkup).join('');
  if (list.innerHTML !== markup) list.innerHTML = markup;
  const calls = store.timestamps.length > 1 ? `${callRate(store)} calls · ` : '';
  page.title = `${TITLE_MARKS[state]}${calls}sipgauge`;
}

function draw(): void {
  if (about === undefined) return;
  setText(byId('where'), whereText(about, pageHost));
  byId('about').innerHTML = aboutMarkup(about, store.last ?? 0);
  byId('tiles').innerHTML = tilesMarkup(store);
  byId('peers').innerHTML = peersMarkup(store, about.source);
  const note = byId('peers-note');
  setText(note, peersNote(store));
  note.hidden = note.textContent === '';
  figures.draw(chartsOf(store, about.source), store.timestamps);
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
figures.listen();
whenResized(draw);
page.addEventListener('visibilitychange', draw);
void poll();
