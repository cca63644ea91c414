/**
 * The whole, in ratios measured side by side in one run: the program against reading the file only and against
 * the bare C++ loop where that is at hand, each stage's share, what a live row costs, and how it grows.
 *   npm run bench [-- --quick | --conversations=N]
 *   npm run bench -- bench --only=dialogs …      one part: limit, stages, transactions, dialogs, storm
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { once } from '../helpers/bench-once.ts';
import { writeLoad } from '../helpers/load/load-runs.ts';
import { makeLoad } from '../helpers/load/load-stories.ts';
import { repoRoot, sharedRoot } from '../helpers/paths.ts';
import { type GrowthResult, growDialogs, growTransactions } from './whole/growth-run.ts';
import { runStage, STAGES, type StageResult } from './whole/stage-run.ts';
import { runStorm } from './whole/storm-run.ts';

const SEED = 5;
const CONVERSATIONS = 60_000;
const QUICK_CONVERSATIONS = once ? 500 : 3000;
/** Of so many calls: seven each. */
const SHARED_MESSAGES = 7 * CONVERSATIONS;
const GROUP_EVERY_US = 90_000;
const TURNS = 5;
const LIVE = [10_000, 100_000, 1_000_000];

const quick = once || process.argv.includes('--quick');
const only = optionOf('only');

function optionOf(name: string): string | undefined {
  const prefix = `--${name}=`;
  return process.argv.find((word) => word.startsWith(prefix))?.slice(prefix.length);
}

function wants(part: string): boolean {
  return only === undefined ? part !== 'storm' : only === part;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function row(...cells: readonly (string | number)[]): void {
  say(
    cells
      .map((cell, i) => (i === 0 ? String(cell).padEnd(34) : String(cell).padStart(12)))
      .join(''),
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** This program again, for one measurement. */
function child(...words: readonly string[]): unknown {
  const program = fileURLToPath(import.meta.url);
  const size = once ? ['--once'] : [];
  const args = ['--enable-source-maps', '--expose-gc', program, ...size, '--child', ...words];
  const { stdout, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}`);
  return JSON.parse(stdout);
}

async function runChild(words: readonly string[]): Promise<void> {
  const [kind = '', first = '', second = ''] = words;
  let result: StageResult | GrowthResult;
  if (kind === 'stage')
    result = await runStage(STAGES.find((name) => name === first) ?? 'read', second);
  else if (kind === 'transactions') result = await growTransactions(Number(first));
  else result = await growDialogs(Number(first));
  process.stdout.write(JSON.stringify(result));
}

/** Where this is set, Node reads certificates at every start, which takes as long as 25,000 messages. */
const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;

/** Seconds by the wall. */
function timed(command: string, args: readonly string[]): number {
  const started = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'ignore', env: environment });
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
  return (performance.now() - started) / 1000;
}

/** The bare loop, compiled on the fly; undefined without its source or a compiler. */
function limitProgram(folder: string): string | undefined {
  const source = sharedRoot === undefined ? '' : join(sharedRoot, 'bench', 'limit.cc');
  if (!existsSync(source)) return undefined;
  const program = join(folder, 'limit');
  const flags = ['-O3', '-march=x86-64-v2', '-o', program, source, '-lpcap'];
  return spawnSync('g++', flags, { stdio: 'ignore' }).status === 0 ? program : undefined;
}

/** The load that others were measured with: undefined where its generator is not at hand. */
function sharedLoad(folder: string): string | undefined {
  const generator = sharedRoot === undefined ? '' : join(sharedRoot, 'bench', 'make-load.cjs');
  if (quick || !existsSync(generator)) return undefined;
  const path = join(folder, 'shared.pcap');
  const { status } = spawnSync(process.execPath, [generator, String(CONVERSATIONS), path]);
  return status === 0 ? path : undefined;
}

function compareWhole(folder: string, path: string, messages: number): void {
  const program = join(repoRoot, 'dist', 'main.js');
  const limit = limitProgram(folder);
  const runs = new Map<string, [string, readonly string[]]>();
  if (limit !== undefined) {
    runs.set('read by libpcap, nothing else', [limit, [path, 'only']]);
    runs.set('bare C++ loop', [limit, [path]]);
  }
  runs.set('node, nothing else', [process.execPath, ['-e', '0']]);
  if (existsSync(program)) {
    runs.set('sipgauge replay', [
      process.execPath,
      [program, 'replay', path, '--local', '10.0.0.2'],
    ]);
  }
  const seconds = new Map([...runs.keys()].map((name) => [name, [] as number[]]));
  for (let turn = 0; turn < (quick ? 1 : TURNS); turn++) {
    for (const [name, [command, args]] of runs) seconds.get(name)?.push(timed(command, args));
  }
  const unit = median(seconds.get('bare C++ loop') ?? []);
  row('whole process, median', 's', '× the loop', 'messages/s');
  for (const [name, all] of seconds) {
    const s = median(all);
    const ratio = Number.isNaN(unit) ? '–' : (s / unit).toFixed(2);
    row(name, s.toFixed(3), ratio, (messages / s).toFixed(0));
  }
  if (limit === undefined)
    say('(the bare loop is not at hand: no source, no compiler or no libpcap)');
}

function stageTable(path: string): void {
  say('');
  row(
    'up to this stage',
    'ns/packet',
    'share',
    'first pass',
    'stall ms',
    'GCs',
    'GC ms',
    'peak MiB',
  );
  const results = STAGES.map((stage) => child('stage', stage, path) as StageResult);
  const whole = results.at(-1)?.nsPerPacket ?? Number.NaN;
  let before = 0;
  for (const [i, result] of results.entries()) {
    const share = `${((100 * (result.nsPerPacket - before)) / whole).toFixed(0)} %`;
    before = result.nsPerPacket;
    row(
      STAGES[i] ?? '',
      result.nsPerPacket.toFixed(0),
      share,
      result.firstNsPerPacket.toFixed(0),
      result.worstStallMs.toFixed(2),
      result.collections,
      result.collectionMs.toFixed(1),
      result.residentMb.toFixed(0),
    );
  }
}

function growthTable(kind: 'transactions' | 'dialogs'): void {
  say('');
  row(`live ${kind}`, 'rows', 'ns/message', '× the least', 'stall ms', 'bytes/row', 'gauges ms');
  let least = Number.NaN;
  for (const live of quick ? LIVE.slice(0, 1) : LIVE) {
    const result = child(kind, String(live)) as GrowthResult;
    if (Number.isNaN(least)) least = result.nsPerMessage;
    row(
      live,
      result.rows,
      result.nsPerMessage.toFixed(0),
      (result.nsPerMessage / least).toFixed(2),
      result.worstStallMs.toFixed(2),
      result.bytesPerRow.toFixed(0),
      result.gaugesMs.toFixed(2),
    );
  }
}

async function runAll(): Promise<void> {
  const conversations = Number(
    optionOf('conversations') ?? (quick ? QUICK_CONVERSATIONS : CONVERSATIONS),
  );
  const folder = mkdtempSync(join(tmpdir(), 'sipgauge-bench-'));
  try {
    const path = optionOf('file') ?? join(folder, 'load.pcap');
    const load = makeLoad(conversations, SEED, GROUP_EVERY_US);
    if (wants('limit') || wants('stages')) {
      const { packets, bytes } = writeLoad(path, load.groups);
      const mean = (bytes / packets).toFixed(0);
      say(
        `${conversations} conversations, ${load.ledger.messages} messages, ${mean} bytes a packet\n`,
      );
    }
    if (wants('limit')) {
      compareWhole(folder, path, load.ledger.messages);
      const shared = sharedLoad(folder);
      if (shared !== undefined) {
        say(
          `\n${CONVERSATIONS} calls of shared/bench/make-load.cjs, ${SHARED_MESSAGES} messages\n`,
        );
        compareWhole(folder, shared, SHARED_MESSAGES);
      }
    }
    if (wants('stages')) stageTable(path);
    if (wants('transactions')) growthTable('transactions');
    if (wants('dialogs')) growthTable('dialogs');
    if (wants('storm')) await runStorm(say, quick ? 20_000 : 1_000_000);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const childAt = process.argv.indexOf('--child');
if (childAt >= 0) await runChild(process.argv.slice(childAt + 1));
else await runAll();
