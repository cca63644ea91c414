import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Chromium, chromiumMissing } from '../helpers/chromium.ts';
import { startDashboard } from '../helpers/dashboard-fixture.ts';
import { repoRoot } from '../helpers/paths.ts';

const NO_CHROMIUM = chromiumMissing ? { skip: 'chromium is not installed' } : {};
/** A folder to leave pictures of the page in: `SIPGAUGE_SCREENSHOTS=docs/img`. */
const SCREENSHOTS = process.env['SIPGAUGE_SCREENSHOTS'];
const LINES = `document.querySelectorAll('#calls .plot path.line').length === 2`;
const LEGEND = `document.querySelector('#calls .plot').getAttribute('aria-valuetext')`;

test(
  'the page draws its charts without a complaint or an outside request, and they move',
  NO_CHROMIUM,
  async (t) => {
    const { port, advance } = await startDashboard(t);
    const chromium = await Chromium.start();
    t.after(() => chromium.close());
    await chromium.view({ width: 1400, height: 900, colourScheme: 'light' });
    await chromium.open(`http://127.0.0.1:${port}/`);
    await chromium.until(LINES);
    const drawn = await chromium.evaluate(
      `[...document.querySelectorAll('figure')].filter((f) => f.querySelector('.plot path, .plot .empty')).length`,
    );
    assert.equal(drawn, 15);
    const before = await chromium.evaluate(LEGEND);
    advance();
    // The page polls every five seconds.
    await chromium.until(`${LEGEND} !== ${JSON.stringify(before)}`);
    const peers = await chromium.evaluate(
      `[...document.querySelectorAll('#peers tbody th')].map((cell) => cell.textContent)`,
    );
    assert.deepEqual(peers, ['carrier-a', 'pbx <script>', 'sbc-2', 'all others']);
    assert.deepEqual(chromium.complaints, []);
    for (const url of chromium.requests.filter((address) => address !== 'about:blank')) {
      assert.ok(url.startsWith(`http://127.0.0.1:${port}/`), url);
    }
  },
);

test('the keyboard moves along a chart, and the numbers are said', NO_CHROMIUM, async (t) => {
  const { port } = await startDashboard(t);
  const chromium = await Chromium.start();
  t.after(() => chromium.close());
  await chromium.open(`http://127.0.0.1:${port}/`);
  await chromium.until(LINES);
  await chromium.evaluate(`document.querySelector('#calls .plot').focus()`);
  const last = await chromium.evaluate(LEGEND);
  await chromium.press('ArrowLeft');
  await chromium.until(`document.querySelector('#calls .cursor line')`);
  assert.notEqual(await chromium.evaluate(LEGEND), last);
  const marked = `document.querySelectorAll('figure .cursor line').length`;
  assert.equal(await chromium.evaluate(marked), 15, 'all charts show the same moment');
  await chromium.press('Escape');
  await chromium.until(`!document.querySelector('#calls .cursor line')`);
  assert.equal(await chromium.evaluate(LEGEND), last);
});

test(
  'the theme follows the system until it is chosen, and the choice is kept',
  NO_CHROMIUM,
  async (t) => {
    const { port } = await startDashboard(t);
    const chromium = await Chromium.start();
    t.after(() => chromium.close());
    const ground = `getComputedStyle(document.body).backgroundColor`;
    await chromium.view({ width: 800, height: 600, colourScheme: 'dark' });
    await chromium.open(`http://127.0.0.1:${port}/`);
    await chromium.until(LINES);
    assert.equal(await chromium.evaluate(ground), 'rgb(15, 19, 24)');
    await chromium.evaluate(`document.getElementById('theme').click()`);
    assert.equal(await chromium.evaluate(ground), 'rgb(238, 241, 245)');
    await chromium.open(`http://127.0.0.1:${port}/?again`);
    await chromium.until(LINES);
    assert.equal(await chromium.evaluate(ground), 'rgb(238, 241, 245)');
  },
);

test('losses are named on the page', NO_CHROMIUM, async (t) => {
  const { port, advance, losePackets } = await startDashboard(t);
  losePackets(5_000);
  advance();
  const chromium = await Chromium.start();
  t.after(() => chromium.close());
  await chromium.open(`http://127.0.0.1:${port}/`);
  await chromium.until(LINES);
  const doubts = `document.getElementById('doubts').textContent`;
  assert.match(String(await chromium.evaluate(doubts)), /5.000 packets were dropped/);
  assert.equal(await chromium.evaluate(`document.getElementById('health').dataset.state`), 'doubt');
});

test('a probe that is gone is said, and what is left looks old', NO_CHROMIUM, async (t) => {
  const { port } = await startDashboard(t);
  const chromium = await Chromium.start();
  t.after(() => chromium.close());
  await chromium.open(`http://127.0.0.1:${port}/`);
  await chromium.until(LINES);
  const state = `document.getElementById('health').dataset.state`;
  assert.equal(await chromium.evaluate(state), 'good');
  await chromium.evaluate(`void (window.fetch = () => Promise.reject(new TypeError('gone')))`);
  await chromium.until(`${state} === 'bad'`);
  const said = `document.getElementById('health').textContent + document.title`;
  const text = String(await chromium.evaluate(said));
  assert.match(
    text,
    /The probe does not answerno connection; asked again in 10 s.*ends at [\s\S]*✕ /,
  );
  const pale = `getComputedStyle(document.getElementById('tiles')).opacity < 0.6`;
  assert.equal(await chromium.evaluate(pale), true);
});

for (const colourScheme of ['light', 'dark'] as const) {
  test(
    `axe finds nothing serious on the ${colourScheme} page, wide and narrow`,
    NO_CHROMIUM,
    async (t) => {
      const axe = join(repoRoot, 'node_modules', 'axe-core', 'axe.min.js');
      if (!existsSync(axe)) {
        t.skip('axe-core is not installed');
        return;
      }
      const { port } = await startDashboard(t);
      const chromium = await Chromium.start();
      t.after(() => chromium.close());
      for (const width of [1400, 360]) {
        await chromium.view({ width, height: 800, colourScheme });
        await chromium.open(`http://127.0.0.1:${port}/?${width}`);
        await chromium.until(LINES);
        if (SCREENSHOTS !== undefined) {
          const path = join(SCREENSHOTS, `dashboard-${colourScheme}-${width}.webp`);
          await chromium.screenshot(path, width, width < 600 ? 1300 : 1150);
        }
        const overflow = `document.documentElement.scrollWidth - document.documentElement.clientWidth`;
        assert.equal(await chromium.evaluate(overflow), 0, `no scrolling sideways at ${width}`);
        await chromium.evaluate(readFileSync(axe, 'utf8'));
        const findings = await chromium.evaluate(
          `axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) =>
           id + ' ' + impact + ' ' + nodes.map((node) => node.html).join(' ')))`,
        );
        assert.deepEqual(findings, [], `at ${width}`);
      }
    },
  );
}
