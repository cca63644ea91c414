/** The rules of docs/ARCHITECTURE.md and docs/STYLE.md that no linter can say. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { repoRoot } from '../helpers/paths.ts';

const FILE_LINES_MAX = 400;
const PCAP_BYTES_MAX = 65_536;
const SKIPPED = ['node_modules', 'build', 'dist', 'coverage', '.git', '.setup', 'prebuilds'];

function filesBelow(folder: string): readonly string[] {
  const absolute = join(repoRoot, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.includes(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function text(path: string): string {
  return readFileSync(join(repoRoot, path), 'utf8');
}

const FOLDERS = ['src', 'native', 'wasm', 'scripts', 'test', 'pcaps/make', 'docs/make'];
const code = FOLDERS.flatMap(filesBelow).filter((path) => /\.(ts|mjs|c|cc|h|sh)$/.test(path));
const shipped = code.filter((path) => path.startsWith('src/'));

/** Lines of `paths` that match, as path:line: text. */
function matches(
  paths: readonly string[],
  pattern: RegExp,
  strip: (line: string) => string = (line) => line,
): readonly string[] {
  return paths.flatMap((path) =>
    text(path)
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(strip(line)) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
      ),
  );
}

describe('the house', () => {
  it('has no file of more than 400 lines', () => {
    const long = code.filter((path) => text(path).split('\n').length - 1 > FILE_LINES_MAX);
    assert.deepEqual(long, []);
  });

  it('has no marker of unfinished work', () => {
    // Put together here, so that this file is held to it like any other.
    const words = ['TO', 'FIX', 'X', 'HA'].map((head, i) => head + ['DO', 'ME', 'XX', 'CK'][i]);
    const marker = new RegExp(`\\b(${words.join('|')})\\b`);
    assert.deepEqual(matches(code, marker), []);
  });

  it('asserts a type only for a brand, or in the two adapters of typed arrays', () => {
    const adapters = ['src/core/bytes.ts', 'src/core/columns.ts'];
    const others = shipped.filter((path) => !adapters.includes(path));
    const found = matches(others, /[\w)\]] as (?!const\b|unknown\b)\w+/, (line) =>
      line.replaceAll(
        /'[^']*'|"[^"]*"|`[^`]*`|\/\/.*|^\s*\/?\*.*|^(import|export) .*|.*<\/.*/g,
        '',
      ),
    );
    assert.deepEqual(
      found.filter((line) => !/ as \w+Row\b/.test(line)),
      [],
    );
  });

  it('begins every file of src with a comment that says what it is', () => {
    const bare = shipped.filter((path) => !/^(#!.*\n)?(\/\*\*|\/\/|import )/.test(text(path)));
    assert.deepEqual(bare, []);
    const without = shipped.filter((path) => !text(path).slice(0, 1200).includes('/**'));
    assert.deepEqual(without, []);
  });

  it('lists every capture of pcaps/ in its README, none larger than 64 KiB', () => {
    const captures = filesBelow('pcaps').filter((path) => /\.(pcap|pcapng)(\.gz)?$/.test(path));
    assert.ok(captures.length >= 12, `${captures.length} captures`);
    const readme = text('pcaps/README.md');
    for (const path of captures) {
      assert.ok(readme.includes(path.slice('pcaps/'.length)), `${path} is not in pcaps/README.md`);
      assert.ok(statSync(join(repoRoot, path)).size <= PCAP_BYTES_MAX, `${path} is too large`);
    }
  });

  it('skips a test only with its reason', () => {
    const tests = code.filter((path) => path.startsWith('test/'));
    const unreasoned = /\b(skip|only): true\b|\.(only|todo)\b\(/;
    assert.deepEqual(matches(tests, unreasoned), []);
  });

  it('names no download address in the lock file', () => {
    assert.doesNotMatch(text('package-lock.json'), /"resolved": *"http/);
  });

  it('lists every exported limit of the code in ARCHITECTURE.md', () => {
    const page = text('docs/ARCHITECTURE.md');
    const names = shipped.flatMap((path) =>
      [...text(path).matchAll(/^export const ([A-Z][A-Z0-9_]*_MAX)\b/gm)].map(
        (match) => match[1] ?? '',
      ),
    );
    assert.ok(names.length > 0);
    const unlisted = [...new Set(names)].filter((name) => !page.includes(`\`${name}\``));
    assert.deepEqual(unlisted, []);
  });

  it('has an unreleased heading on top of the changelog', () => {
    const heading = /^## .*$/m.exec(text('CHANGELOG.md'))?.[0];
    assert.equal(heading, '## unreleased');
  });

  it('links to nothing that is not there, in README and docs', () => {
    const pages = [
      'README.md',
      'CONTRIBUTING.md',
      ...filesBelow('docs').filter((path) => path.endsWith('.md')),
    ];
    const broken = pages.flatMap((page) =>
      [...text(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
        .map((match) => join(page, '..', match[1] ?? ''))
        .filter((target) => !existsSync(join(repoRoot, target)))
        .map((target) => `${page}: ${target}`),
    );
    assert.deepEqual(broken, []);
  });
});
