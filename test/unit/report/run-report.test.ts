import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { run } from '../../../src/cli/run.ts';
import { ExitCode } from '../../../src/core/operator-error.ts';
import { MemoryIo } from '../../helpers/memory-io.ts';
import { sharedRoot } from '../../helpers/paths.ts';

const folder = mkdtempSync(join(tmpdir(), 'sipgauge-report-'));
after(() => rmSync(folder, { recursive: true }));

const skip = sharedRoot === undefined ? 'the captures beside the checkout are not there' : false;
const capture = join(sharedRoot ?? '', 'corpus', 'made', 'full_call.pcap');

describe('sipgauge report', { skip }, () => {
  it('counts what the metrics count, and finds the slowest calls', async () => {
    const io = new MemoryIo();
    assert.equal(await run(['report', capture], io), ExitCode.OK, io.stderr.text);
    assert.match(io.stdout.text, /^call attempts +10$/m);
    assert.match(io.stdout.text, /^ {2}200 +10 +0$/m);
    const slowest = io.stdout.text.split('slowest calls')[1] ?? '';
    const delays = [...slowest.matchAll(/(\d+\.\d{3}) s/g)].map((match) => Number(match[1]));
    assert.ok(delays.length >= 10);
    assert.deepEqual(
      delays,
      delays.toSorted((left, right) => right - left),
    );
  });

  it('names calls in the HTML only when asked to', async () => {
    const path = join(folder, 'report.html');
    const written = async (...more: string[]): Promise<string> => {
      const io = new MemoryIo();
      assert.equal(await run(['report', capture, '--html', path, ...more], io), ExitCode.OK);
      assert.equal(io.stdout.text, '');
      return readFileSync(path, 'utf8');
    };
    assert.doesNotMatch(await written(), /<code>[^<]*@/);
    assert.match(await written('--show-call-ids'), /<code>[^<]*@[\d.]+<\/code>/);
  });

  it('wants the local side named for stdin, and a place to write to', async () => {
    const io = new MemoryIo();
    assert.equal(await run(['report', '-'], io), ExitCode.USAGE);
    assert.match(io.stderr.text, /cannot be inferred from stdin\. Name it: --local/);
    const other = new MemoryIo();
    const path = join(folder, 'no', 'such', 'folder.html');
    assert.equal(await run(['report', capture, '--html', path], other), ExitCode.OPERATOR);
    assert.match(other.stderr.text, /cannot write .*folder\.html: no such file/);
  });
});
