/**
 * What node --test prints here: a line per finished file, failures whole, skipped tests by name with their
 * reason. The totals go to the file SIPGAUGE_TEST_TOTALS as JSON, since several runs are added up.
 */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

const rootFolder = new URL('../../', import.meta.url).pathname;

/** The test's source, whether the runner names that (by a source map) or the compiled file. */
function sourceOf(data) {
  return relative(rootFolder, data.file ?? '')
    .replace(/^build\//, '')
    .replace(/\.js$/, '.ts');
}

function isSuite(data) {
  return data.details?.type === 'suite';
}

/** What stands before or after a suite's tests failed, which none of them says. */
function isHookFailure(data) {
  return data.details?.error?.failureType === 'hookFailed';
}

/** A file whose process ended badly without one failing test in it is reported under its own path. */
function isFile(data) {
  return data.nesting === 0 && typeof data.name === 'string' && data.name === data.file;
}

function reasonOf(skip) {
  return typeof skip === 'string' && skip !== '' ? skip : 'no reason given';
}

class Totals {
  passed = 0;
  failed = 0;
  skipped = [];
  failures = [];
  files = new Map();

  add(type, data) {
    const file = sourceOf(data);
    const row = this.files.get(file) ?? { passed: 0, failed: 0, skipped: 0, ms: 0 };
    this.files.set(file, row);
    if (data.nesting === 0) row.ms += data.details?.duration_ms ?? 0;
    if (isSuite(data) && !isHookFailure(data)) return;
    if (isFile(data) && type === 'test:pass') return;
    if (data.skip !== undefined || data.todo !== undefined) {
      row.skipped++;
      this.skipped.push({ file, name: data.name, reason: reasonOf(data.skip ?? data.todo) });
    } else if (type === 'test:pass') {
      row.passed++;
      this.passed++;
    } else {
      row.failed++;
      this.failed++;
      this.failures.push({ file, name: data.name });
    }
  }
}

function failureText(file, data) {
  const error = data.details?.error;
  const cause = error?.cause ?? error;
  const text = cause?.stack ?? String(cause);
  return `\n✖ ${file}: ${data.name}\n${text.replaceAll(/^/gm, '    ')}\n\n`;
}

// node --test takes a reporter by its default export alone.
// biome-ignore lint/style/noDefaultExport: the runner's interface
export default async function* report(source) {
  const totals = new Totals();
  for await (const { type, data } of source) {
    if (type === 'test:stderr' || type === 'test:stdout') {
      if (type === 'test:stderr') yield data.message;
      continue;
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    totals.add(type, data);
    const subtestsFailed = data.details?.error?.failureType === 'subtestsFailed';
    if (type === 'test:fail' && !subtestsFailed) yield failureText(sourceOf(data), data);
  }
  for (const [file, row] of totals.files) {
    const counts = `${row.passed} passed${row.failed > 0 ? `, ${row.failed} failed` : ''}`;
    const skipped = row.skipped > 0 ? `, ${row.skipped} skipped` : '';
    yield `${row.failed > 0 ? '✖' : '✔'} ${file}: ${counts}${skipped} (${Math.round(row.ms)} ms)\n`;
  }
  const { passed, failed, skipped, failures } = totals;
  const path = process.env.SIPGAUGE_TEST_TOTALS;
  if (path !== undefined)
    writeFileSync(path, JSON.stringify({ passed, failed, skipped, failures }));
}
