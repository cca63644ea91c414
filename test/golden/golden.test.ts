/** Every bundled capture: its events, packet by packet, and what it left on /metrics, as they were looked at. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { expectGolden, goldenFolder } from '../helpers/expect-golden.ts';
import { repoRoot } from '../helpers/paths.ts';
import { replayFile } from '../helpers/replay.ts';

const folder = join(repoRoot, 'pcaps');
/** Its calls are those of the others, many times over. */
const UNWRITTEN: readonly string[] = ['demo.pcap'];
const captures = readdirSync(folder).filter(
  (file) => file.endsWith('.pcap') && !UNWRITTEN.includes(file),
);

/** A header per packet that said something: its number and its seconds from the first. */
async function eventsOf(path: string, local: string): Promise<[string, string]> {
  const text: string[] = [];
  let header = '';
  let written = 0;
  let startUs = -1;
  const flush = (lines: readonly string[]): void => {
    if (lines.length > written)
      text.push(header, ...lines.slice(written).map((line) => `  ${line}`));
    written = lines.length;
  };
  const run = await replayFile(path, {
    flags: { local: [local] },
    onPacket: (frame, timestampUs, events) => {
      flush(events.lines);
      if (startUs < 0) startUs = timestampUs;
      header = `#${frame} ${((timestampUs - startUs) / 1e6).toFixed(6)}`;
    },
  });
  flush(run.events.lines);
  return [`${text.join('\n')}\n`, run.exposition()];
}

/** Limits of the run. */
const SETTINGS = /^(#|$|sipgauge_table_capacity|sipgauge_build_info)/;

/** What moved; that the rest is there, at 0, is shown where expositions are rendered. Wherever the checkout lies. */
function usedSamples(exposition: string): string {
  const lines = exposition
    .replaceAll(`${repoRoot}/`, '')
    .split('\n')
    .filter((line) => !SETTINGS.test(line) && !line.endsWith(' 0'));
  return `${lines.join('\n')}\n`;
}

for (const file of captures) {
  test(`${file}: the events and the exposition that were looked at`, async () => {
    const path = join(folder, file);
    const local = (await replayFile(path)).inferredLocal();
    const [events, exposition] = await eventsOf(path, local);
    const name = file.replace('.pcap', '');
    expectGolden(`${name}.events`, `local ${local}\n${events}`);
    expectGolden(`${name}.prom`, usedSamples(exposition));
  });
}

test('every golden file belongs to a bundled capture', () => {
  const names = captures.map((file) => file.replace('.pcap', ''));
  const files = readdirSync(goldenFolder).filter((file) => /\.(events|prom)$/.test(file));
  const stale = files.filter((file) => !names.includes(file.replace(/\.(events|prom)$/, '')));
  assert.deepEqual(stale, []);
});
