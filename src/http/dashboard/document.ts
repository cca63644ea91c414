/**
 * The page's markup: everything that does not change while it is open, so that it says what it is before any script
 * runs and without one. All that it loads comes from the probe itself.
 */

export interface DocumentOptions {
  readonly version: string;
  readonly telemetryPath: string;
}

interface ChartFrame {
  readonly id: string;
  readonly title: string;
  readonly note: string;
}

interface ChartGroup {
  readonly id: string;
  readonly title: string;
  readonly frames: readonly ChartFrame[];
}

/** In the order of the page; the script finds each chart by its id. */
const CHART_GROUPS: readonly ChartGroup[] = [
  {
    id: 'charts',
    title: 'Calls',
    frames: [
      { id: 'calls', title: 'Call attempts', note: 'Started per second' },
      { id: 'results', title: 'Results', note: 'Attempts ended per second, by code' },
      { id: 'dialogs', title: 'Active dialogs', note: 'Calls that stand, and calls being set up' },
      { id: 'pdd', title: 'Post-dial delay', note: 'INVITE to ringing, over a minute' },
      { id: 'answer', title: 'Time to answer', note: 'INVITE to 2xx, over a minute' },
      { id: 'registrations', title: 'Registrations', note: 'Live bindings' },
    ],
  },
  {
    id: 'signalling',
    title: 'Signalling',
    frames: [
      { id: 'messages', title: 'Messages', note: 'Per second, repeated ones included' },
      { id: 'requests-in', title: 'Requests received', note: 'Per second, by method' },
      { id: 'requests-out', title: 'Requests sent', note: 'Per second, by method' },
      { id: 'retransmissions', title: 'Retransmissions', note: 'Repeated messages per second' },
      { id: 'responses-in', title: 'Responses received', note: 'Per second, by class' },
      { id: 'responses-out', title: 'Responses sent', note: 'Per second, by class' },
    ],
  },
  {
    id: 'capture',
    title: 'Capture',
    frames: [
      { id: 'packets', title: 'Packets', note: 'Per second' },
      { id: 'trouble', title: 'Lost or doubtful', note: 'Per second' },
      { id: 'lag', title: 'Capture lag', note: 'Packet clock behind the wall clock' },
    ],
  },
];

export const CHART_FRAMES: readonly ChartFrame[] = CHART_GROUPS.flatMap(({ frames }) => frames);

export function documentMarkup({ version, telemetryPath }: DocumentOptions): string {
  // Relative, as all links are: the page may lie below a prefix of a reverse proxy.
  const metrics = escapeAttribute(telemetryPath.slice(1));
  const [calls = '', signalling = '', capture = ''] = CHART_GROUPS.map(groupMarkup);
  return `<!doctype html>
<html lang="en" data-theme="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>sipgauge</title>
<link rel="icon" href="assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="assets/dashboard.css">
<script type="module" src="assets/main.js"></script>
</head>
<body>
<a class="skip" href="#charts">Skip to the charts</a>
<header>
<img src="assets/icon.svg" alt="" width="28" height="28">
<h1>sipgauge</h1>
<p id="where"></p>
<nav aria-label="Tools">
<button type="button" id="pause" aria-pressed="false">Pause</button>
<button type="button" id="theme">Theme: auto</button>
</nav>
</header>
<main>
<noscript><p>Without JavaScript this page shows nothing but links: the numbers are at <a href="${metrics}">the metrics</a>.</p></noscript>
<section id="health" data-state="wait" aria-label="Can these numbers be trusted?">
<div><p id="status" role="status">Connecting</p><p id="since"></p></div>
<ul id="doubts" role="alert" hidden></ul>
<dl id="facts"></dl>
</section>
<section aria-label="The last minute"><dl id="tiles"></dl></section>
${calls}
<section aria-labelledby="peers-title">
<h2 id="peers-title">Peers</h2>
<div class="panel scroll" tabindex="0" role="region" aria-label="Peers, table"><table id="peers"></table></div>
<p id="peers-note" class="soft" hidden></p>
</section>
${signalling}
${capture}
<section aria-labelledby="about-title">
<h2 id="about-title">This probe</h2>
<dl id="about" class="panel"><div><dt>Version</dt><dd>${escapeAttribute(version)}</dd></div></dl>
<p class="links"><a href="${metrics}">Metrics</a> <a href="healthz">Health</a> <a href="readyz">Readiness</a> <a href="api/v1/history.json">History as JSON</a></p>
<p class="soft">Times are of this browser’s clock. In a chart: arrow keys, Page Up and Page Down, Home and End move through time, Escape leaves it.</p>
</section>
</main>
</body>
</html>
`;
}

function groupMarkup({ id, title, frames }: ChartGroup): string {
  return `<section id="${id}" aria-labelledby="${id}-group" tabindex="-1">
<h2 id="${id}-group">${title}</h2>
<div class="charts">
${frames.map(frameMarkup).join('\n')}
</div>
</section>`;
}

function frameMarkup({ id, title, note }: ChartFrame): string {
  return `<figure id="${id}" class="panel">
<figcaption><h3>${title}</h3><p class="soft">${note}</p><p class="at" aria-hidden="true"></p></figcaption>
<div class="plot" tabindex="0" role="slider" aria-label="${title}, moment" aria-valuemin="0" aria-valuemax="0" aria-valuenow="0" aria-valuetext="no samples yet"></div>
<ul class="legend" aria-hidden="true"></ul>
<details><summary aria-label="${title} as a table">Table</summary><div class="scroll" tabindex="0" role="region" aria-label="${title}, table"><table></table></div></details>
</figure>`;
}

function escapeAttribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
