import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type About, aboutMarkup } from '../../../src/http/dashboard/client/about.ts';
import {
  type Chart,
  Colour,
  nearestSample,
  spanOf,
} from '../../../src/http/dashboard/client/chart.ts';
import { chartSvg, cursorMarkup } from '../../../src/http/dashboard/client/chart-drawing.ts';
import { legendSentence, tableMarkup } from '../../../src/http/dashboard/client/chart-text.ts';
import { chartsOf } from '../../../src/http/dashboard/client/charts.ts';
import { factsMarkup, healthOf } from '../../../src/http/dashboard/client/health.ts';
import type { HistoryAnswer } from '../../../src/http/dashboard/client/history-store.ts';
import { HistoryStore, percentile } from '../../../src/http/dashboard/client/history-store.ts';
import {
  escapeMarkup,
  formatNumber,
  formatRatio,
  formatSeconds,
  scaleTicks,
} from '../../../src/http/dashboard/client/numbers.ts';
import { peersMarkup, peersNote } from '../../../src/http/dashboard/client/peers.ts';
import { tilesMarkup } from '../../../src/http/dashboard/client/tiles.ts';
import { CHART_FRAMES } from '../../../src/http/dashboard/document.ts';
import { dashboardPages, HISTORY_PATH } from '../../../src/http/dashboard-pages.ts';
import { ask, startServer } from '../../helpers/http-fixture.ts';

const ABOUT: About = {
  version: '1.2.3',
  local: '192.0.2.1',
  source: 'live',
  startedSeconds: 1,
  interfaces: [],
};

function answer(
  timestamps: readonly number[],
  columns: Readonly<Record<string, readonly number[]>>,
): HistoryAnswer {
  return {
    intervalSeconds: 5,
    samplesMax: 4,
    timestamps,
    columns,
    histograms: { 'pdd.in': [1, 2, 4] },
    codes: ['200', '486'],
    peers: ['other', '<b>'],
  };
}

function storeOf(columns: Readonly<Record<string, readonly number[]>>): HistoryStore {
  const store = new HistoryStore();
  store.add(answer([5, 10, 15], columns));
  return store;
}

test('numbers are short and have units', () => {
  assert.deepEqual(
    [0, 0.123, 12.34, 123.4, 1234, 12345, 1.5e6, 2e9, Number.NaN].map(formatNumber),
    ['0', '0.12', '12.3', '123', '1\u202f234', '12.3 k', '1.5 M', '2 G', '–'],
  );
  assert.deepEqual([0.0123, 2.5, 180, 7200].map(formatSeconds), [
    '12.3 ms',
    '2.5 s',
    '3 min',
    '2 h',
  ]);
  assert.equal(formatRatio(0.5), '50 %');
  assert.equal(formatRatio(0 / 0), '–');
});

test('a scale begins at 0, holds the largest value and has few, round lines', () => {
  for (const largest of [0, 0.003, 0.7, 1, 9.99, 10, 47, 1234, 1e9]) {
    const ticks = scaleTicks(largest);
    assert.equal(ticks[0], 0);
    assert.ok((ticks.at(-1) ?? 0) >= largest, `${largest}`);
    assert.ok(ticks.length <= 6, `${largest}: ${ticks.join(' ')}`);
  }
  assert.deepEqual(scaleTicks(9.99), [0, 2.5, 5, 7.5, 10]);
});

test('percentiles interpolate within a bucket, as histogram_quantile does', () => {
  const bounds = [1, 2, 4];
  assert.equal(percentile(bounds, [10, 0, 0, 0], 0.5), 0.5);
  assert.equal(percentile(bounds, [0, 10, 0, 0], 0.5), 1.5);
  assert.equal(percentile(bounds, [5, 0, 5, 0], 0.75), 3);
  assert.equal(percentile(bounds, [0, 0, 0, 3], 0.5), 4);
  assert.ok(Number.isNaN(percentile(bounds, [0, 0, 0, 0], 0.5)));
});

test('rates are growth by time, and the first sample has none', () => {
  const store = storeOf({ a: [0, 10, 30], b: [1, 1, 6] });
  assert.deepEqual(store.rates('a'), [Number.NaN, 2, 4]);
  assert.deepEqual(store.rates('a', 'b'), [Number.NaN, 2, 5]);
  assert.deepEqual(store.rates('absent'), [Number.NaN, 0, 0]);
  assert.deepEqual(store.growths('a', 1), [0, 10, 20]);
});

test('answers are put together, columns that come later begin at 0, old samples fall out', () => {
  const store = storeOf({ a: [1, 2, 3] });
  store.add(answer([20], { a: [4], b: [7] }));
  store.add(answer([25], {}));
  assert.deepEqual(store.timestamps, [10, 15, 20, 25]);
  assert.deepEqual(store.values('a'), [2, 3, 4, 0]);
  assert.deepEqual(store.values('b'), [0, 0, 7, 0]);
  store.clear();
  assert.equal(store.last, undefined);
});

test('the charts of the script are the figures of the document', () => {
  assert.deepEqual(
    chartsOf(storeOf({}), 'live')
      .map(({ id }) => id)
      .sort(),
    CHART_FRAMES.map(({ id }) => id).sort(),
  );
});

test('results are answered, and the failures that grew by code', () => {
  const store = storeOf({ 'results.200': [0, 5, 5], 'results.486': [0, 0, 10] });
  const charts = chartsOf(store, 'live');
  const results = charts.find(({ id }) => id === 'results');
  assert.deepEqual(results?.series, [
    { label: 'answered', values: [Number.NaN, 1, 0], colour: Colour.GREEN },
    { label: '486', values: [Number.NaN, 0, 2], colour: Colour.BLUE },
  ]);
});

test('a colour means the same code while others come and go', () => {
  const colourOf = (columns: Readonly<Record<string, readonly number[]>>, label: string) => {
    const store = storeOf(columns);
    store.codes = ['200', '480', '500', '486'];
    const results = chartsOf(store, 'live').find(({ id }) => id === 'results');
    return results?.series.find((series) => series.label === label)?.colour;
  };
  const few = { 'results.486': [0, 0, 1] };
  const more = { ...few, 'results.480': [0, 0, 9], 'results.500': [0, 0, 9] };
  assert.equal(colourOf(few, '486'), Colour.BLUE);
  assert.equal(colourOf(more, '486'), Colour.BLUE);
  assert.notEqual(colourOf(more, '500'), colourOf(more, '480'));
});

const CHART: Chart = {
  id: 'x',
  stacked: false,
  series: [
    { label: 'a<', values: [1, Number.NaN, 3], colour: Colour.BLUE },
    { label: 'b', values: [0, 0, 0], colour: Colour.ORANGE, dashed: true },
  ],
  format: formatNumber,
  empty: 'nothing here',
};
const FRAME = { width: 560, span: { from: 0, to: 900 } };

test('a line has a gap where there is no value, and a dot where one stands alone', () => {
  const svg = chartSvg(CHART, [0, 450, 900], FRAME);
  assert.match(svg, /<path class="line c0" d="M50\.0 \d+\.\dh0M550\.0 8\.0h0"\/>/);
  assert.match(svg, /<path class="line c1 dashed"/);
  assert.doesNotMatch(svg, /NaN/);
});

test('layers of a stack lie on each other', () => {
  const stacked = { ...CHART, stacked: true };
  const svg = chartSvg(stacked, [0, 450, 900], FRAME);
  assert.match(svg, /class="area c1".*class="area c0"/);
  assert.doesNotMatch(svg, /NaN/);
});

test('a moment is marked on every line that has a value then', () => {
  assert.match(cursorMarkup(CHART, [0, 450, 900], FRAME, 2), /^<line x1="550\.0".*c0.*c1/);
  assert.doesNotMatch(cursorMarkup(CHART, [0, 450, 900], FRAME, 1), /c0|NaN/);
  assert.equal(cursorMarkup(CHART, [], FRAME, -1), '');
});

test('a chart without anything to draw says so', () => {
  const empty = {
    ...CHART,
    series: [{ label: 'a', values: [0, Number.NaN], colour: Colour.BLUE }],
  };
  const svg = chartSvg(empty, [0, 5], FRAME);
  assert.match(svg, />nothing here<\/text>/);
  assert.doesNotMatch(svg, /<path/);
});

test('the time axis grows from two minutes to a quarter of an hour', () => {
  assert.deepEqual(spanOf([]), { from: -120, to: 0 });
  assert.deepEqual(spanOf([1000, 1005]), { from: 885, to: 1005 });
  assert.deepEqual(spanOf([1000, 1600]), { from: 1000, to: 1600 });
  assert.deepEqual(spanOf([1000, 1905]), { from: 1005, to: 1905 });
});

test('the same numbers are a sentence and a table, and labels are no markup', () => {
  assert.match(legendSentence(CHART, 2, 900), /^At \d\d:\d\d:\d\d: a< 3, b 0$/);
  assert.equal(legendSentence(CHART, -1, undefined), 'no samples yet');
  const table = tableMarkup(CHART, [0, 450, 900]);
  assert.match(table, /<th scope="col">a&lt;<\/th>/);
  assert.equal(table.match(/<tr>/g)?.length, 4);
  assert.equal(escapeMarkup('<&">'), '&lt;&amp;&quot;&gt;');
});

test('named peers come first, the rest last', () => {
  const store = storeOf({ 'peer.1.attempts': [0, 0, 20], 'peer.1.last_response': [0, 0, 12] });
  const markup = peersMarkup(store, 'live');
  assert.match(markup, /&lt;b&gt;.*2\/s.*20.*3 s ago.*all others/);
  assert.equal(peersNote(store), '');
  store.peers = ['other'];
  assert.match(peersNote(store), /--peer NAME=CIDR/);
});

test('the nearest sample is found from the pointer', () => {
  assert.equal(nearestSample([0, 450, 900], FRAME, 0), 0);
  assert.equal(nearestSample([0, 450, 900], FRAME, 310), 1);
  assert.equal(nearestSample([0, 450, 900], FRAME, 560), 2);
  assert.equal(nearestSample([], FRAME, 280), -1);
});

const UP = { name: 'eth0', up: true, packets: 1, dropped: 0 };
const LIVE: About = { ...ABOUT, interfaces: [UP] };
const BOTH = { 'messages.in': [0, 50, 100], 'messages.out': [0, 50, 100], packets: [0, 100, 200] };

test('numbers without a doubt are to be trusted', () => {
  const { state, doubts } = healthOf(storeOf(BOTH), LIVE);
  assert.deepEqual([state, doubts], ['good', []]);
});

test('what makes the numbers doubtful is named, with what to do', () => {
  const doubt = (columns: Readonly<Record<string, readonly number[]>>, about: About = LIVE) => {
    const { state, doubts } = healthOf(storeOf({ ...BOTH, ...columns }), about);
    assert.equal(state, 'doubt');
    assert.equal(doubts.length, 1);
    return `${doubts[0]?.what} ${doubts[0]?.advice}`;
  };
  assert.match(doubt({ dropped: [0, 0, 9] }), /^9 packets were dropped .*--buffer-size/);
  assert.match(doubt({ truncated: [0, 0, 9] }), /^9 messages were cut .*--snaplen/);
  assert.match(doubt({ foreign: [0, 0, 900] }), /^81\.8 % .*192\.0\.2\.1.*--local/);
  assert.match(doubt({ evictions: [0, 0, 1] }), /table was full: 1 row was/);
  assert.match(doubt({ lag_seconds: [0, 0, 7] }), /counted 7 s after/);
  assert.match(doubt({ 'messages.out': [0, 0, 0] }), /^Only messages to the local side/);
  assert.match(doubt({ 'messages.in': [0, 0, 0] }), /^Only messages from the local side/);
  const one = { ...ABOUT, interfaces: [UP, { ...UP, name: 'eth1', up: false }] };
  assert.match(doubt({}, one), /^Interface eth1 is down/);
});

test('a probe whose interfaces are all down captures nothing', () => {
  const down = { ...ABOUT, interfaces: [{ ...UP, up: false }] };
  const health = healthOf(storeOf(BOTH), down);
  assert.deepEqual([health.state, health.title], ['bad', 'Nothing is captured']);
  assert.match(factsMarkup(storeOf(BOTH), down), /data-state="bad"><dt>eth0<\/dt><dd>down/);
});

test('where there is no SIP, the page says what there is instead', () => {
  const detail = (columns: Readonly<Record<string, readonly number[]>>, about: About = LIVE) => {
    const health = healthOf(storeOf(columns), about);
    assert.equal(health.state, 'wait');
    return health.detail;
  };
  assert.match(detail({}), /No packet has passed the filter on eth0/);
  assert.match(detail({ packets: [0, 0, 7] }), /7 packets read on eth0, none of them SIP/);
  assert.match(detail({ packets: [0, 0, 7], tls_flows: [0, 0, 2] }), /2 flows of TLS/);
  assert.match(detail({}, { ...LIVE, source: 'hep' }), /No HEP packet/);
  assert.equal(healthOf(new HistoryStore(), LIVE).title, 'Waiting for the first samples');
});

test('tiles are of the last minute, and name what failed most', () => {
  const store = storeOf({ ...BOTH, 'results.200': [0, 0, 3], 'results.486': [0, 0, 1] });
  const markup = tilesMarkup(store);
  assert.match(markup, /Answered<\/dt><dd>75 %<small>486 25 %/);
  assert.match(markup, /Messages<\/dt><dd>20\/s<small>none bad/);
  assert.match(tilesMarkup(storeOf({})), /Answered<\/dt><dd>–<small>no call has ended/);
});

test('a replay has no capture lag', () => {
  const lag = (source: string) =>
    chartsOf(storeOf({ lag_seconds: [0, 0, 1] }), source).find(({ id }) => id === 'lag')?.series;
  assert.equal(lag('live')?.length, 1);
  assert.equal(lag('replay')?.length, 0);
  assert.doesNotMatch(factsMarkup(storeOf({}), { ...ABOUT, source: 'replay' }), /lag/);
});

test('the probe says since when it runs', () => {
  assert.match(aboutMarkup(ABOUT, 7201), /1970-01-01 00:00:01 UTC, 2 h ago/);
  assert.match(aboutMarkup({ ...ABOUT, startedSeconds: 0 }, 5), /not yet/);
});

test('the pages are served under a strict policy, with all that they load', async (t) => {
  const asked: number[] = [];
  const pages = dashboardPages({
    version: '1.2.3<',
    telemetryPath: '/numbers',
    about: () => ({ ...ABOUT, source: 'replay' }),
    history: (since) => {
      asked.push(since);
      return { timestamps: [] };
    },
  });
  const { port } = await startServer(t, { pages, telemetryPath: '/numbers' });
  const document = await ask(port, '/');
  assert.match(
    String(document.headers['content-security-policy']),
    /^default-src 'none'; script-src 'self';/,
  );
  const markup = document.body.toString();
  assert.match(markup, /href="numbers"/);
  assert.match(markup, /1\.2\.3&lt;/);
  assert.doesNotMatch(markup, /https?:|style="|<script>| on\w+="/);
  const scripts = new Set(['/assets/main.js']);
  for (const [, path] of markup.matchAll(/(?:src|href)="(assets\/[^"]+)"/g))
    scripts.add(`/${path}`);
  for (const path of scripts) {
    const { status, body } = await ask(port, path);
    assert.equal(status, 200, path);
    for (const [, name] of body.toString().matchAll(/from '\.\/([^']+)'/g)) {
      scripts.add(`/assets/${name}`);
    }
    assert.doesNotMatch(body.toString(), /sourceMappingURL/);
  }
  const history = await ask(port, `${HISTORY_PATH}?since=17.5`);
  assert.deepEqual(JSON.parse(history.body.toString()), {
    about: { ...ABOUT, source: 'replay' },
    history: { timestamps: [] },
  });
  await ask(port, HISTORY_PATH);
  await ask(port, `${HISTORY_PATH}?since=nonsense`);
  const all = Number.NEGATIVE_INFINITY;
  assert.deepEqual(asked, [17.5, all, all]);
});
