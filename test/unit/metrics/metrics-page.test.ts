import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CATALOGUE } from '../../../src/metrics/catalogue.ts';
import { repoRoot } from '../../helpers/paths.ts';

const page = readFileSync(join(repoRoot, 'docs', 'METRICS.md'), 'utf8');

/** The rows of the tables whose header line is `| ${header} |`, as cells without back quotes. */
function rows(header: string): string[][] {
  const found: string[][] = [];
  let inside = false;
  for (const line of page.split('\n')) {
    if (line === `| ${header} |`) inside = true;
    else if (!line.startsWith('|')) inside = false;
    else if (inside && !line.startsWith('|---')) {
      found.push(
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim().replaceAll('`', '')),
      );
    }
  }
  return found;
}

test('the page has a row for every family, with its type and labels, in the order of exposition', () => {
  assert.deepEqual(
    rows('name | type | labels | value').map(([name, type, labels]) => [name, type, labels]),
    CATALOGUE.map(({ name, type, labels }) => [name, type, labels.map((l) => l.name).join(', ')]),
  );
});

test('every row says what its family means', () => {
  for (const [name, , , value] of rows('name | type | labels | value')) {
    assert.ok((value ?? '').length > 0, name);
  }
});

test('the page has the bounds of every histogram', () => {
  assert.deepEqual(
    rows('name | bounds in seconds | why').map(([name, bounds]) => [name, bounds]),
    CATALOGUE.filter(({ type }) => type === 'histogram')
      .map(({ name, bucketsSeconds }) => [name, (bucketsSeconds ?? []).join(' ')])
      .sort(([a], [b]) => order(a) - order(b)),
  );
});

function order(name: string | undefined): number {
  return CATALOGUE.findIndex((definition) => definition.name === name);
}

test('the page has the names of current drachtio releases', () => {
  assert.deepEqual(
    rows('documented name | name of current releases'),
    CATALOGUE.filter(({ serverName }) => serverName !== undefined).map(({ name, serverName }) => [
      name,
      serverName,
    ]),
  );
});

test('the page has the values of every closed list', () => {
  const documented = new Map<string, string>();
  for (const [label, families, values] of rows('label | of | values')) {
    for (const family of (families ?? '').split(', ')) {
      documented.set(`${family} ${label}`, values ?? '');
    }
  }
  for (const { name, labels } of CATALOGUE) {
    for (const { name: label, values } of labels) {
      if (typeof values === 'string' || label === 'code') continue;
      if (label === 'method' && name !== 'sip_proxy_forward_seconds') continue;
      const listed =
        documented.get(`${name} ${label}`) ?? documented.get(`all families with it ${label}`);
      assert.equal(
        listed,
        values.filter((value) => value !== 'none').join(' '),
        `${name} ${label}`,
      );
    }
  }
});
