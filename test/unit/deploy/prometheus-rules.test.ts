/** deploy/prometheus: what promtool says of it, and that it names nothing that does not exist. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CATALOGUE } from '../../../src/metrics/catalogue.ts';
import { repoRoot } from '../../helpers/paths.ts';
import { knownMetrics, metricsIn, RULES_FOLDER, ruleGroups } from '../../helpers/rule-files.ts';

const skip =
  spawnSync('promtool', ['--version']).status === 0 ? false : 'promtool is not installed';

function promtool(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync('promtool', args, {
    cwd: RULES_FOLDER,
    encoding: 'utf8',
  });
  assert.equal(status, 0, `${stdout}${stderr}`);
}

const groups = ['rules.yml', 'alerts.yml'].flatMap(ruleGroups);
const alerts = ruleGroups('alerts.yml').flatMap((group) => group.rules);

describe('promtool', { skip }, () => {
  it('accepts the example configuration and the rules', () => {
    promtool('check', 'config', 'prometheus.yml');
  });

  for (const file of readdirSync(RULES_FOLDER).filter((name) => name.endsWith('_test.yml'))) {
    it(`finds ${file} to hold`, () => promtool('test', 'rules', file));
  }
});

describe('the rules', () => {
  it('name no metric that is not in the catalogue, recorded, or of Prometheus', () => {
    const known = knownMetrics();
    for (const { rules } of groups) {
      for (const { record, alert, expr } of rules) {
        const named = metricsIn(expr);
        assert.ok(named.length > 0, expr);
        for (const name of named) assert.ok(known.has(name), `${record ?? alert}: ${name}`);
      }
    }
  });

  it('are the same over 5 minutes and over an hour', () => {
    const [short, long] = ['sipgauge-5m', 'sipgauge-1h'].map((name) =>
      groups.find((group) => group.name === name),
    );
    assert.ok((short?.rules.length ?? 0) > 20);
    const asHour = JSON.parse(JSON.stringify(short?.rules).replaceAll('5m', '1h'));
    assert.deepEqual(long?.rules, asHour);
  });

  it('are all in METRICS.md, which names no others', () => {
    const page = readFileSync(join(repoRoot, 'docs/METRICS.md'), 'utf8');
    const named = [...page.matchAll(/`([a-z_]+:\w+:\w+)`/g)].map((match) => match[1] ?? '');
    const recorded = ruleGroups('rules.yml')
      .filter(({ name }) => name !== 'sipgauge-1h')
      .flatMap(({ rules }) => rules.map(({ record }) => record ?? ''));
    assert.deepEqual([...new Set(named)].sort(), [...new Set(recorded)].sort());
  });

  it('sum over instances without naming the labels that stay', () => {
    for (const { rules } of ruleGroups('rules.yml')) {
      for (const { record, expr } of rules) {
        assert.doesNotMatch(expr, /\bby \(/, record);
        if (/\b(rate|sip_\w+)\b/.test(expr) && !expr.includes(':')) {
          assert.match(expr, /without \(instance\b/, record);
        }
      }
    }
  });
});

describe('the alerts', () => {
  const pages = readdirSync(join(repoRoot, 'docs/alerts')).map((name) => name.slice(0, -3));

  it('have a page each, and no page is without its alert', () => {
    assert.deepEqual(alerts.map(({ alert }) => alert).sort(), pages.sort());
    for (const { alert, annotations } of alerts) {
      assert.equal(annotations?.['runbook'], `docs/alerts/${alert}.md`);
      const page = readFileSync(join(repoRoot, annotations['runbook']), 'utf8');
      assert.ok(page.startsWith(`# ${alert}\n`), alert);
    }
  });

  it('have a severity, a summary and a test each', () => {
    const tests = readFileSync(join(RULES_FOLDER, 'alerts_test.yml'), 'utf8');
    for (const { alert, labels, annotations } of alerts) {
      assert.match(labels?.['severity'] ?? '', /^(info|warning|critical)$/, alert);
      assert.ok(annotations?.['summary'], alert);
      assert.ok(
        tests.includes(`runbook: docs/alerts/${alert}.md`),
        `${alert} is never seen to fire`,
      );
    }
  });

  it('have pages that name no metric that does not exist', () => {
    const known = new Set([...knownMetrics(), ...CATALOGUE.map(({ name }) => name)]);
    for (const page of pages) {
      const text = readFileSync(join(repoRoot, 'docs/alerts', `${page}.md`), 'utf8');
      const code = [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
      for (const name of code.flatMap(metricsIn)) assert.ok(known.has(name), `${page}: ${name}`);
    }
  });
});
