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

/** In the order of the page; the script finds each by its id. */
export const CHART_FRAMES: readonly ChartFrame[] = [
  { id: 'calls', title: 'Calls', note: 'Call attempts a second' },
  { id: 'results', title: 'Results of calls', note: 'Results of call attempts a second, by code' },
  { id: 'pdd', title: 'Post-dial delay', note: 'INVITE to the first ringing, within a minute' },
  { id: 'answer', title: 'Time to answer', note: 'INVITE to 2xx, within a minute' },
  { id: 'dialogs', title: 'Dialogs', note: 'Calls that stand, and calls being set up' },
  { id: 'registrations', title: 'Registrations', note: 'Live bindings' },
  { id: 'messages', title: 'Messages', note: 'SIP messages a second, repeated ones included' },
  { id: 'retransmissions', title: 'Retransmissions', note: 'Repeated messages a second' },
  { id: 'requests-in', title: 'Requests received', note: 'A second, by method' },
  { id: 'requests-out', title: 'Requests sent', note: 'A second, by method' },
  { id: 'packets', title: 'Packets', note: 'Packets a second: read, discarded, not SIP' },
  { id: 'trouble', title: 'Trouble', note: 'What makes the numbers doubtful, a second' },
];

export function documentMarkup({ version, telemetryPath }: DocumentOptions): string {
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
<h1>sipgauge</h1>
<p id="status" role="status" data-state="good">Connecting</p>
<nav aria-label="Tools">
<button type="button" id="pause" aria-pressed="false">Pause</button>
<button type="button" id="theme">Theme: auto</button>
</nav>
</header>
<main>
<noscript><p>Without JavaScript this page shows nothing but links: the numbers are at <a href="${escapeAttribute(telemetryPath)}">the metrics</a>.</p></noscript>
<ul id="doubts" role="alert" hidden></ul>
<section aria-label="Now"><dl id="tiles"></dl></section>
<section id="charts" aria-label="The last 15 minutes" tabindex="-1">
${CHART_FRAMES.map(frameMarkup).join('\n')}
</section>
<section>
<h2 id="peers-title">Peers</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="peers-title"><table id="peers"></table></div>
</section>
<section aria-labelledby="about-title">
<h2 id="about-title">This probe</h2>
<dl id="about"><div><dt>Version</dt><dd>${escapeAttribute(version)}</dd></div></dl>
<p class="links"><a href="${escapeAttribute(telemetryPath)}">Metrics</a> <a href="healthz">Health</a> <a href="readyz">Readiness</a> <a href="api/v1/history.json">History as JSON</a></p>
</section>
</main>
</body>
</html>
`;
}

function frameMarkup({ id, title, note }: ChartFrame): string {
  return `<figure id="${id}">
<figcaption><h2 id="${id}-title">${title}</h2><p>${note}</p></figcaption>
<div class="plot" tabindex="0" role="group" aria-label="${title}: move with the arrow keys"></div>
<p id="${id}-now" class="now"></p>
<ul class="legend" aria-hidden="true"></ul>
<details><summary>${title} as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="${title}, table"><table></table></div></details>
</figure>`;
}

function escapeAttribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
