import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Chart } from '../../../src/http/dashboard/client/chart.ts';
import {
  chartSvg,
  legendSentence,
  nearestSample,
  tableMarkup,
} from '../../../src/http/dashboard/client/chart.ts';
import { chartsOf } from '../../../src/http/dashboard/client/charts.ts';
import type { HistoryAnswer } from '../../../src/http/dashboard/client/history-store.ts';
import { HistoryStore, percentile } from '../../../src/http/dashboard/client/history-store.ts';
import {
  escapeMarkup,
  formatNumber,
  formatRatio,
  formatSeconds,
  scaleTicks,
} from '../../../src/http/dashboard/client/numbers.ts';
import type { About } from '../../../src/http/dashboard/client/overview.ts';
import { doubts, peersMarkup, tilesMarkup } from '../../../src/http/dashboard/client/overview.ts';
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
    chartsOf(storeOf({}))
      .map(({ id }) => id)
      .sort(),
    CHART_FRAMES.map(({ id }) => id).sort(),
  );
});

test('results are answered, and the failures that grew by code', () => {
  const charts = chartsOf(storeOf({ 'results.200': [0, 5, 5], 'results.486': [0, 0, 10] }));
  const results = charts.find(({ id }) => id === 'results');
  assert.deepEqual(results?.series, [
    { label: 'answered', values: [Number.NaN, 1, 0] },
    { label: '486', values: [Number.NaN, 0, 2] },
  ]);
});

const CHART: Chart = {
  id: 'x',
  stacked: false,
  series: [
    { label: 'a<', values: [1, Number.NaN, 3] },
    { label: 'b', values: [0, 0, 0] },
  ],
  format: formatNumber,
};

test('a line has a gap where there is no value', () => {
  const svg = chartSvg(CHART, [0, 450, 900], { from: 0, to: 900 }, -1);
  assert.match(svg, /<path class="line c0" d="M56\.0 \d+\.\dM592\.0 \d+\.\d"\/>/);
  assert.doesNotMatch(svg, /NaN/);
});

test('layers of a stack lie on each other', () => {
  const stacked = { ...CHART, stacked: true };
  const svg = chartSvg(stacked, [0, 450, 900], { from: 0, to: 900 }, 1);
  assert.match(svg, /class="area c1".*class="area c0"/);
  assert.match(svg, /class="cursor"/);
  assert.doesNotMatch(svg, /NaN/);
});

test('the same numbers are a sentence and a table, and labels are no markup', () => {
  assert.match(legendSentence(CHART, 2, 900), /^At \d\d:\d\d:\d\d: a< 3, b 0$/);
  assert.equal(legendSentence(CHART, -1, undefined), 'no samples yet');
  const table = tableMarkup(CHART, [0, 450, 900]);
  assert.match(table, /<th scope="col">a&lt;<\/th>/);
  assert.equal(table.match(/<tr>/g)?.length, 4);
  assert.match(peersMarkup(storeOf({})), /&lt;b&gt;/);
  assert.equal(escapeMarkup('<&">'), '&lt;&amp;&quot;&gt;');
});

test('the nearest sample is found from the pointer', () => {
  const span = { from: 0, to: 900 };
  assert.equal(nearestSample([0, 450, 900], span, 0), 0);
  assert.equal(nearestSample([0, 450, 900], span, 0.55), 1);
  assert.equal(nearestSample([0, 450, 900], span, 1), 2);
  assert.equal(nearestSample([], span, 0.5), -1);
});

test('what makes the numbers doubtful is named', () => {
  const down = { ...ABOUT, interfaces: [{ name: 'eth0', up: false, packets: 1, dropped: 0 }] };
  assert.deepEqual(doubts(storeOf({}), down), ['Interface eth0 is down: nothing is read from it.']);
  assert.match(
    doubts(storeOf({ dropped: [0, 0, 9], packets: [0, 0, 99] }), ABOUT)[0] ?? '',
    /9 packets/,
  );
  assert.match(doubts(storeOf({ foreign: [0, 0, 9] }), ABOUT)[0] ?? '', /--local/);
  assert.match(doubts(storeOf({ evictions: [0, 0, 1] }), ABOUT)[0] ?? '', /table was full/);
  assert.deepEqual(doubts(storeOf({ packets: [0, 0, 9] }), ABOUT), []);
});

test('a replay has no capture lag', () => {
  const store = storeOf({});
  assert.match(tilesMarkup(store, ABOUT), /Capture lag<\/dt><dd>0 ms/);
  assert.match(tilesMarkup(store, { ...ABOUT, source: 'replay' }), /Capture lag<\/dt><dd>–/);
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
  assert.match(markup, /href="\/numbers"/);
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
