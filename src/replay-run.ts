/**
 * Counts capture files once, as fast as they can be read, and prints what was counted. Where the local side
 * has to be inferred, the prefix decides; if the whole file says otherwise, it is counted again.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FileProgress } from './capture/file-source.ts';
import type { PacketSource } from './capture/packet-source.ts';
import { RecordedSource } from './capture/recorded-source.ts';
import type { ProbeIo } from './cli/io.ts';
import type { Config } from './config/config.ts';
import type { Endpoint } from './core/address-set.ts';
import { ExitCode } from './core/operator-error.ts';
import { DataPlane, endpointsOf } from './data-plane.ts';
import { dropReader } from './early-reader.ts';
import { endpointText, inferredLocal, lookAtMessages } from './local-inference.ts';
import { ExpositionFormat } from './metrics/exposition.ts';
import { planeOptions, REPLAY_SEED } from './plane-options.ts';
import { readAheadOf } from './read-ahead.ts';
import { Progress } from './replay-progress.ts';
import { explanation, foreignWarning, summaryLines } from './replay-summary.ts';
import { filesOf, isRepeatable, mergedOf } from './sources.ts';
import { writeAll } from './write-all.ts';

/** Of a pipe, kept in memory while the local side is being inferred. */
const PREFIX_BYTES_MAX = 16 * 1024 * 1024;
/** The longest that signals and the progress bar wait. */
const TURN_SECONDS = 0.05;

interface Input {
  readonly source: PacketSource;
  readonly progress: () => readonly FileProgress[];
}

/** What was counted, and for which local side where that was inferred. */
interface Counted {
  readonly plane: DataPlane;
  readonly inferred: string | undefined;
}

export async function runReplay(config: Config, io: ProbeIo): Promise<ExitCode> {
  const startedSeconds = process.uptime();
  const warn = onceEach((line) => io.stderr.write(`warning: ${line}\n`));
  const counted = await countFiles(config, io, warn);
  if (io.signal.aborted) return ExitCode.OPERATOR;
  const { plane, inferred } = counted;
  const seconds = process.uptime() - startedSeconds;
  const text = inferred ?? config.local.join(' ');
  io.stderr.write(summaryLines(plane, { text, inferred: inferred !== undefined }, seconds));
  const foreign = foreignWarning(plane);
  if (foreign !== undefined) warn(foreign);
  if (config.replay.explain) io.stderr.write(explanation(plane));
  plane.registry.refresh(plane);
  await writeAll(io.stdout, plane.registry.render(ExpositionFormat.CLASSIC));
  return ExitCode.OK;
}

/** A file that is read twice says what it has to say once. */
function onceEach(write: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (!said.has(line)) write(line);
    said.add(line);
  };
}

async function countFiles(
  config: Config,
  io: ProbeIo,
  warn: (line: string) => void,
): Promise<Counted> {
  if (config.local.length > 0) {
    const local = endpointsOf(config.local);
    const plane = await count(config, io, inputOf(config, warn), local);
    return { plane, inferred: undefined };
  }
  return isRepeatable(config) ? countTwice(config, io, warn) : countPipe(config, io, warn);
}

/** A first look at the beginning; then all; then all again, where the whole says otherwise. */
async function countTwice(
  config: Config,
  io: ProbeIo,
  warn: (line: string) => void,
): Promise<Counted> {
  const beginning = mergedOf(filesOf(config.replay.files, warn));
  let endpoint: Endpoint | undefined;
  try {
    await beginning.open();
    endpoint = await look(config, beginning, () => false);
  } finally {
    await beginning.close();
  }
  let plane = await count(config, io, inputOf(config, warn), listOf(endpoint));
  const winner = inferredLocal(plane);
  if (endpointText(winner) !== endpointText(endpoint)) {
    endpoint = winner;
    plane = await count(config, io, inputOf(config, warn), listOf(winner));
  }
  return { plane, inferred: endpointText(endpoint) };
}

/** What can be read only once is recorded for as long as the first look lasts. */
async function countPipe(
  config: Config,
  io: ProbeIo,
  warn: (line: string) => void,
): Promise<Counted> {
  const { source, progress } = plainInputOf(config, warn);
  const recorded = new RecordedSource(source, PREFIX_BYTES_MAX);
  try {
    await recorded.open();
    const endpoint = await look(config, recorded, () => recorded.full);
    recorded.rewind();
    const input = { source: recorded, progress };
    const plane = await countOpened(config, io, input, planeOf(config, listOf(endpoint)));
    const winner = endpointText(inferredLocal(plane));
    if (winner !== endpointText(endpoint)) {
      warn(`later messages point to ${winner} as the local side; give --local`);
    }
    return { plane, inferred: endpointText(endpoint) };
  } finally {
    await recorded.close();
  }
}

function inputOf(config: Config, warn: (line: string) => void): Input {
  const source = readAheadOf(config, warn);
  if (source === undefined) {
    dropReader();
    return plainInputOf(config, warn);
  }
  return { source, progress: () => source.progress() };
}

function plainInputOf(config: Config, warn: (line: string) => void): Input {
  const files = filesOf(config.replay.files, warn);
  return { source: mergedOf(files), progress: () => files.map((file) => file.progress()) };
}

function listOf(endpoint: Endpoint | undefined): Endpoint[] {
  return endpoint === undefined ? [] : [endpoint];
}

/** The local side as the beginning of an open source has it. */
async function look(
  config: Config,
  source: PacketSource,
  enough: () => boolean,
): Promise<Endpoint | undefined> {
  const untilUs = config.replay.untilUs ?? Number.POSITIVE_INFINITY;
  const plane = new DataPlane(planeOptions(config, [], REPLAY_SEED, true));
  await lookAtMessages(source, plane, untilUs, enough);
  return inferredLocal(plane);
}

async function count(
  config: Config,
  io: ProbeIo,
  input: Input,
  local: readonly Endpoint[],
): Promise<DataPlane> {
  try {
    const opening = input.source.open();
    // Meanwhile: files are opened elsewhere.
    const plane = planeOf(config, local);
    await opening;
    return await countOpened(config, io, input, plane);
  } finally {
    await input.source.close();
  }
}

function planeOf(config: Config, local: readonly Endpoint[]): DataPlane {
  const inferring = config.local.length === 0;
  return new DataPlane(planeOptions(config, local, REPLAY_SEED, inferring));
}

async function countOpened(
  config: Config,
  io: ProbeIo,
  input: Input,
  plane: DataPlane,
): Promise<DataPlane> {
  const { source, progress } = input;
  plane.source = source;
  const untilUs = config.replay.untilUs ?? Number.POSITIVE_INFINITY;
  const bar = io.isTerminal ? new Progress(io.stderr, progress) : undefined;
  let turnSeconds = process.uptime();
  for (;;) {
    const batch = await source.next();
    if (batch === undefined || io.signal.aborted) break;
    if (!plane.consume(batch, untilUs)) break;
    if (process.uptime() - turnSeconds < TURN_SECONDS) continue;
    bar?.show(plane.counters);
    await nextTurn();
    turnSeconds = process.uptime();
  }
  bar?.clear();
  plane.pipeline.finish(untilUs);
  return plane;
}
