/** What the pages for operators name has to exist: metrics, options, and places in other pages. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { OPTIONS } from '../../../src/config/options.ts';
import { CATALOGUE } from '../../../src/metrics/catalogue.ts';
import { repoRoot } from '../../helpers/paths.ts';
import { knownMetrics, metricsIn } from '../../helpers/rule-files.ts';

const folder = join(repoRoot, 'docs');
const PAGES = ['COMPARISON', 'DRACHTIO', 'FLEET', 'OPERATIONS', 'SECURITY', 'TROUBLESHOOTING'];
const pages = [
  ...PAGES.map((name) => `${name}.md`),
  ...readdirSync(join(folder, 'alerts')).map((name) => `alerts/${name}`),
];

/** Options of other programs that a page names. */
const FOREIGN_OPTIONS = ['privileged', 'prometheus-scrape-port', 'query.replica-label'];

function text(page: string): string {
  return readFileSync(join(folder, page), 'utf8');
}

/** Code between back quotes, and in blocks. */
function codeIn(page: string): readonly string[] {
  return [...text(page).matchAll(/```[^`]*```|`([^`]+)`/g)].map((match) => match[1] ?? match[0]);
}

/** The anchor that a heading gets. */
function anchorOf(heading: string): string {
  const words = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '');
  return words.trim().replaceAll(' ', '-');
}

function anchors(path: string): readonly string[] {
  const headings = readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm);
  return [...headings].map((match) => anchorOf(match[1] ?? ''));
}

describe('the pages for operators', () => {
  it('name no metric that does not exist', () => {
    const known = new Set([
      ...knownMetrics(),
      ...CATALOGUE.flatMap(({ name, serverName }) => [name, serverName ?? name]),
    ]);
    for (const page of pages) {
      const whole = codeIn(page).filter((code) => !/[*…]/.test(code));
      for (const name of whole.flatMap(metricsIn)) assert.ok(known.has(name), `${page}: ${name}`);
    }
  });

  it('name no option that does not exist', () => {
    const known = new Set([...OPTIONS.map(({ name }) => name), ...FOREIGN_OPTIONS]);
    for (const page of pages) {
      for (const code of codeIn(page)) {
        for (const [, name = ''] of code.matchAll(/(?<![\w-])--(?:no-)?([a-z][\w.-]*)/g)) {
          assert.ok(known.has(name), `${page}: --${name}`);
        }
      }
    }
  });

  it('quote what the program says in its own words', () => {
    const rows = text('TROUBLESHOOTING.md').split('| it says | do |\n|---|---|\n')[1] ?? '';
    const phrases = [...rows.matchAll(/^\| ([^|]+) \|/gm)].map((match) => match[1] ?? '');
    assert.ok(phrases.length >= 5);
    const sources = readdirSync(join(repoRoot, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(repoRoot, 'src', path), 'utf8'));
    for (const phrase of phrases) {
      assert.ok(
        sources.some((source) => source.includes(phrase)),
        phrase,
      );
    }
  });

  it('link to headings that are there', () => {
    for (const page of pages) {
      for (const [, file = '', anchor = ''] of text(page).matchAll(/\]\(([\w./-]*)#([^)]+)\)/g)) {
        const path = file === '' ? join(folder, page) : join(folder, dirname(page), file);
        assert.ok(anchors(path).includes(anchor), `${page}: ${file}#${anchor}`);
      }
    }
  });
});
