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
const TURN_MS = 50;

interface Opened {
  readonly source: PacketSource;
  readonly progress: () => readonly FileProgress[];
}

export async function runReplay(config: Config, io: ProbeIo): Promise<ExitCode> {
  const startedMs = performance.now();
  const warn = (line: string): void => void io.stderr.write(`warning: ${line}\n`);
  const given = endpointsOf(config.local);
  const inferring = given.length === 0;
  let opened = openFiles(config, warn);
  let endpoint: Endpoint | undefined;
  let plane: DataPlane;
  try {
    if (inferring) {
      const first = await firstLook(config, opened);
      endpoint = first.endpoint;
      opened = first.opened;
    } else {
      await opened.source.open();
    }
    plane = await count(config, io, opened, inferring ? listOf(endpoint) : given);
    const winner = inferring ? inferredLocal(plane) : undefined;
    if (endpointText(winner) !== endpointText(endpoint)) {
      if (isRepeatable(config)) {
        await opened.source.close();
        opened = openFiles(config, () => undefined);
        await opened.source.open();
        endpoint = winner;
        plane = await count(config, io, opened, listOf(winner));
      } else {
        warn(`later messages point to ${endpointText(winner)} as the local side; give --local`);
      }
    }
  } finally {
    await opened.source.close();
  }
  if (io.signal.aborted) return ExitCode.OPERATOR;
  const seconds = (performance.now() - startedMs) / 1000;
  const text = inferring ? endpointText(endpoint) : config.local.join(' ');
  io.stderr.write(summaryLines(plane, { text, inferred: inferring }, seconds));
  const foreign = foreignWarning(plane);
  if (foreign !== undefined) warn(foreign);
  if (config.replay.explain) io.stderr.write(explanation(plane));
  plane.registry.refresh(plane);
  await writeAll(io.stdout, plane.registry.render(ExpositionFormat.CLASSIC));
  return ExitCode.OK;
}

function openFiles(config: Config, warn: (line: string) => void): Opened {
  const ahead = readAheadOf(config, warn);
  if (ahead !== undefined) return { source: ahead, progress: () => ahead.progress() };
  const files = filesOf(config.replay.files, warn);
  return { source: mergedOf(files), progress: () => files.map((file) => file.progress()) };
}

function listOf(endpoint: Endpoint | undefined): Endpoint[] {
  return endpoint === undefined ? [] : [endpoint];
}

/** Infers from the beginning, and leaves a source that is open at the beginning. */
async function firstLook(
  config: Config,
  opened: Opened,
): Promise<{ endpoint: Endpoint | undefined; opened: Opened }> {
  const untilUs = config.replay.untilUs ?? Number.POSITIVE_INFINITY;
  const plane = new DataPlane(planeOptions(config, [], REPLAY_SEED, true));
  if (!isRepeatable(config)) {
    const recorded = new RecordedSource(opened.source, PREFIX_BYTES_MAX);
    await recorded.open();
    await lookAtMessages(recorded, plane, untilUs, () => recorded.full);
    recorded.rewind();
    return { endpoint: inferredLocal(plane), opened: { ...opened, source: recorded } };
  }
  await opened.source.open();
  await lookAtMessages(opened.source, plane, untilUs, () => false);
  await opened.source.close();
  // What the files had to say about themselves was said on the first look.
  const again = openFiles(config, () => undefined);
  await again.source.open();
  return { endpoint: inferredLocal(plane), opened: again };
}

async function count(
  config: Config,
  io: ProbeIo,
  opened: Opened,
  local: readonly Endpoint[],
): Promise<DataPlane> {
  const { source, progress } = opened;
  const inferring = config.local.length === 0;
  const plane = new DataPlane(planeOptions(config, local, REPLAY_SEED, inferring));
  plane.source = source;
  const untilUs = config.replay.untilUs ?? Number.POSITIVE_INFINITY;
  const bar = io.isTerminal ? new Progress(io.stderr, progress) : undefined;
  let turnMs = performance.now();
  for (;;) {
    const batch = await source.next();
    if (batch === undefined || io.signal.aborted) break;
    if (plane.startedUs === 0 && batch.count > 0) plane.startedUs = batch.timestampUs[0] ?? 0;
    if (plane.pipeline.consume(batch, 0, untilUs) < batch.count) break;
    if (performance.now() - turnMs < TURN_MS) continue;
    bar?.show(plane.counters);
    await nextTurn();
    turnMs = performance.now();
  }
  bar?.clear();
  plane.pipeline.finish(untilUs);
  return plane;
}
