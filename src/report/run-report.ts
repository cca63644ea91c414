/**
 * `sipgauge report`: capture files through the probe's own data plane, then the report as text or HTML. The local side is
 * inferred from the whole of the files when it is not given, so they are read twice then.
 */
import { writeFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ProbeIo } from '../cli/io.ts';
import type { Config } from '../config/config.ts';
import type { Endpoint } from '../core/address-set.ts';
import { ExitCode, OperatorError } from '../core/operator-error.ts';
import { systemReason } from '../core/system-reason.ts';
import { DataPlane, endpointsOf } from '../data-plane.ts';
import { endpointText, inferredLocal } from '../local-inference.ts';
import { ExpositionFormat } from '../metrics/exposition.ts';
import { planeOptions, REPLAY_SEED } from '../plane-options.ts';
import { filesOf, isRepeatable, mergedOf } from '../sources.ts';
import { Exposition } from './exposition-reader.ts';
import { reportHtml } from './report-html.ts';
import { type ReportModel, reportModel } from './report-model.ts';
import { noting } from './report-observer.ts';
import { reportText } from './report-text.ts';
import { SlowestCalls } from './slowest-calls.ts';
import { TimeBins } from './time-bins.ts';

/** The longest that a signal waits. */
const TURN_MS = 50;

export async function runReport(config: Config, io: ProbeIo): Promise<ExitCode> {
  const warn = (line: string): void => void io.stderr.write(`warning: ${line}\n`);
  const local = await localSide(config, io, warn);
  const model = await readFiles(config, io, local, warn);
  if (io.signal.aborted) return ExitCode.OPERATOR;
  if (config.tool.html === undefined) io.stdout.write(reportText(model));
  else await writeReport(config.tool.html, reportHtml(model));
  return ExitCode.OK;
}

async function writeReport(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    const hint = 'Give another file to --html';
    throw new OperatorError(
      'REPORT_NOT_WRITTEN',
      `cannot write ${path}: ${systemReason(error)}`,
      hint,
      undefined,
      error,
    );
  }
}

async function localSide(
  config: Config,
  io: ProbeIo,
  warn: (line: string) => void,
): Promise<Endpoint[]> {
  if (config.local.length > 0) return endpointsOf(config.local);
  if (!isRepeatable(config)) {
    const hint = 'Name it: --local ADDRESS. A file can be read twice, stdin cannot';
    throw new OperatorError(
      'NO_LOCAL_SIDE',
      'the local side cannot be inferred from stdin',
      hint,
      ExitCode.USAGE,
    );
  }
  const plane = new DataPlane(planeOptions(config, [], REPLAY_SEED, true));
  await drain(config, io, plane, warn);
  const found = inferredLocal(plane);
  return found === undefined ? [] : [found];
}

async function readFiles(
  config: Config,
  io: ProbeIo,
  local: readonly Endpoint[],
  warn: (line: string) => void,
): Promise<ReportModel> {
  const notes = {
    calls: new TimeBins(),
    retransmissions: new TimeBins(),
    slowest: new SlowestCalls(),
  };
  const plane: DataPlane = new DataPlane({
    ...planeOptions(config, local, REPLAY_SEED, false),
    wrapObserver: (collectors) => noting(collectors, notes, () => plane.tracker),
  });
  const silent = config.local.length > 0 ? warn : () => undefined;
  const { firstUs, lastUs } = await drain(config, io, plane, silent);
  plane.startedUs = firstUs;
  plane.registry.refresh(plane);
  const metrics = new Exposition(plane.registry.render(ExpositionFormat.CLASSIC));
  const subject = {
    files: config.replay.files,
    localSide: local.map(endpointText).join(' '),
    firstUs,
    lastUs,
    calls: notes.calls,
    retransmissions: notes.retransmissions,
    slowest: notes.slowest.list(),
    showCallIds: config.tool.showCallIds,
  };
  return reportModel(subject, metrics);
}

interface Span {
  readonly firstUs: number;
  readonly lastUs: number;
}

async function drain(
  config: Config,
  io: ProbeIo,
  plane: DataPlane,
  warn: (line: string) => void,
): Promise<Span> {
  const source = mergedOf(filesOf(config.replay.files, warn));
  plane.source = source;
  let firstUs = 0;
  let turnMs = performance.now();
  try {
    await source.open();
    for (;;) {
      const batch = await source.next();
      if (batch === undefined || io.signal.aborted) break;
      if (firstUs === 0 && batch.count > 0) firstUs = batch.timestampUs[0] ?? 0;
      plane.pipeline.consume(batch, 0, Number.POSITIVE_INFINITY);
      if (performance.now() - turnMs < TURN_MS) continue;
      await nextTurn();
      turnMs = performance.now();
    }
    plane.pipeline.finish(Number.POSITIVE_INFINITY);
  } finally {
    await source.close();
  }
  return { firstUs, lastUs: plane.packetClockUs() };
}
