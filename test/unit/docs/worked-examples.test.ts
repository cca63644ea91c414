/** The worked examples of docs/METRICS.md: replayed, and the packets they name looked at. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { run } from '../../../src/cli/run.ts';
import { CATALOGUE } from '../../../src/metrics/catalogue.ts';
import { MemoryIo } from '../../helpers/memory-io.ts';
import { samplesOf } from '../../helpers/metrics-fixture.ts';
import { repoRoot } from '../../helpers/paths.ts';
import { readPcap } from '../../helpers/read-pcap.ts';

const LIVE_ONLY = 'sipgauge_capture_lag_seconds';
const folder = join(repoRoot, 'pcaps');
const latin1 = new TextDecoder('latin1');

interface Example {
  readonly file: string;
  readonly options: readonly string[];
  readonly packets: string;
  readonly samples: readonly string[];
}

/** The rows of all tables whose header is the examples'. */
function examples(): readonly Example[] {
  const page = readFileSync(join(repoRoot, 'docs/METRICS.md'), 'utf8');
  const rows = page.split('| replay | packets | gives |\n').slice(1);
  return rows.flatMap((table) =>
    (table.split('\n\n')[0] ?? '')
      .split('\n')
      .slice(1)
      .map((line) => {
        const [replay = '', packets = '', gives = ''] = line.slice(2, -2).split(' | ');
        const [file = '', ...options] = replay.replaceAll('`', '').split(' ');
        const samples = [...gives.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
        return { file, options, packets, samples };
      }),
  );
}

/** The exposition of a replay, with the file's name in place of its path. */
async function replayed({ file, options }: Example): Promise<Map<string, string>> {
  const io = new MemoryIo();
  const path = join(folder, file);
  assert.equal(await run(['replay', path, ...options], io), 0, io.stderr.text);
  return samplesOf(io.stdout.text.replaceAll(path, file));
}

function withVersions(sample: string): string {
  const { version } = JSON.parse(readFileSync(join(repoRoot, 'package.json'), 'utf8'));
  return sample.replace('VERSION', version).replace('NODE', process.versions.node);
}

describe('the worked examples of METRICS.md', () => {
  const all = examples();
  const expositions = new Map<string, Map<string, string>>();
  const key = ({ file, options }: Example) => [file, ...options].join(' ');

  before(async () => {
    for (const example of all) {
      if (!expositions.has(key(example))) expositions.set(key(example), await replayed(example));
    }
  });

  it('give what a replay prints', () => {
    for (const example of all) {
      assert.ok(example.samples.length > 0, example.packets);
      for (const sample of example.samples.map(withVersions)) {
        const end = sample.lastIndexOf(' ');
        const name = sample.slice(0, end);
        const actual = expositions.get(key(example))?.get(name);
        assert.equal(`${name} ${actual}`, sample, `sipgauge replay pcaps/${key(example)}`);
      }
    }
  });

  it('are there for every family', () => {
    const named = all.flatMap(({ samples }) => samples.map((sample) => /^\w+/.exec(sample)?.[0]));
    const shown = new Set(named.map((name) => name?.replace(/_(bucket|sum|count)$/, '')));
    const without = CATALOGUE.map(({ name }) => name).filter((name) => !shown.has(name));
    assert.deepEqual(without, [LIVE_ONLY]);
  });

  it('name packets that are what is said of them', () => {
    let looked = 0;
    for (const { file, packets } of all) {
      const frames = readPcap(join(folder, file)).map(({ data }) => latin1.decode(data));
      for (const [, number = '', word = ''] of packets.matchAll(
        /#(\d+)(?: ([A-Z]{3,}|\d{3})\b)?/g,
      )) {
        const frame = frames[Number(number) - 1];
        assert.ok(frame !== undefined, `${file} has no packet ${number}`);
        if (word === '') continue;
        looked += 1;
        const start = /^\d/.test(word) ? `SIP/2.0 ${word} ` : `${word} sip:`;
        assert.ok(frame.includes(start), `${file} #${number} is no ${word}`);
      }
    }
    assert.ok(looked > 100, `${looked} packets`);
  });
});
