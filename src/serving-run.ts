/**
 * A probe that serves: capture, data plane and HTTP server, started in an order that leaves nothing half
 * open, run until a signal, and ended within a second. A replay can serve too.
 */
import { randomBytes } from 'node:crypto';
import type { PacketSource } from './capture/packet-source.ts';
import type { ProbeIo } from './cli/io.ts';
import type { Config } from './config/config.ts';
import type { Endpoint } from './core/address-set.ts';
import type { Log } from './core/log.ts';
import { ExitCode } from './core/operator-error.ts';
import { DataPlane, endpointsOf } from './data-plane.ts';
import { IdleClock } from './idle-clock.ts';
import { hepSource, liveEndpoints, liveSource } from './live-sources.ts';
import { endpointText, inferredLocal, lookAtMessages } from './local-inference.ts';
import { planeOptions, REPLAY_SEED } from './plane-options.ts';
import { probeLog } from './probe-log.ts';
import { reloadPeers } from './reload.ts';
import { ScrapeServer } from './scrape-server.ts';
import { ServingChores } from './serving-chores.ts';
import { filesOf, mergedOf, replaySource } from './sources.ts';
import { warmUp } from './warm-up.ts';

interface Prepared {
  readonly source: PacketSource;
  readonly plane: DataPlane;
  /** The local side as a person reads it, at the start. */
  readonly localText: string;
  readonly limitPrivileges: () => void;
}

export async function runServing(config: Config, io: ProbeIo): Promise<ExitCode> {
  const log = probeLog(config, io);
  const prepared = await prepare(config, log);
  const { source, plane } = prepared;
  const chores = new ServingChores(config, plane, prepared.localText, log);
  const server = new ScrapeServer(config, plane, () => chores.localText, log);
  const stop = (): void => void source.close();
  try {
    if (config.command !== 'replay') await warmUp(config, io.signal);
    await source.open();
    await server.start();
    prepared.limitPrivileges();
    io.signal.addEventListener('abort', stop);
    if (io.signal.aborted) stop();
    io.onReload(() => void reloadPeers(config, plane, log, io));
    log.info('started', { command: config.command, local: prepared.localText, ...server.where() });
    await drain(config, io, prepared, chores);
    // A replay that is over goes on being served.
    if (config.command === 'replay') await aborted(io.signal);
    log.info('stopped');
    return ExitCode.OK;
  } finally {
    io.signal.removeEventListener('abort', stop);
    await server.close();
    await source.close();
  }
}

async function prepare(config: Config, log: Log): Promise<Prepared> {
  if (config.command === 'replay') return prepareReplay(config, log);
  const notices = {
    info: (message: string): void => log.info(message),
    warn: (message: string): void => log.warn(message),
  };
  const live = config.command === 'hep' ? hepSource(config) : await liveSource(config, notices);
  const local = config.command === 'hep' ? endpointsOf(config.local) : liveEndpoints(config);
  const seed = randomBytes(4).readInt32LE(0);
  const plane = new DataPlane(planeOptions(config, local, seed, false, live.libpcapVersion));
  plane.source = live.source;
  plane.startedUs = Math.floor(Date.now() / 1000) * 1e6;
  return {
    source: live.source,
    plane,
    localText: textOf(config, local),
    limitPrivileges: () => live.limitPrivileges(),
  };
}

async function prepareReplay(config: Config, log: Log): Promise<Prepared> {
  let local = endpointsOf(config.local);
  if (local.length === 0) {
    const looked = await inferFromFiles(config);
    local = looked === undefined ? [] : [looked];
    log.info('inferred the local side', { local: endpointText(looked) });
  }
  const source = replaySource(config, (line) => log.warn(line));
  const plane = new DataPlane(planeOptions(config, local, REPLAY_SEED, false));
  plane.source = source;
  return { source, plane, localText: textOf(config, local), limitPrivileges: () => undefined };
}

async function inferFromFiles(config: Config): Promise<Endpoint | undefined> {
  const plane = new DataPlane(planeOptions(config, [], REPLAY_SEED, true));
  const source = mergedOf(filesOf(config.replay.files, () => undefined));
  try {
    await source.open();
    await lookAtMessages(source, plane, Number.POSITIVE_INFINITY, () => false);
    return inferredLocal(plane);
  } finally {
    await source.close();
  }
}

function textOf(config: Config, local: readonly Endpoint[]): string {
  return config.local.length > 0 ? config.local.join(' ') : local.map(endpointText).join(' ');
}

/** Packets into the data plane until the source ends or is closed. */
async function drain(
  config: Config,
  io: ProbeIo,
  prepared: Prepared,
  chores: ServingChores,
): Promise<void> {
  const { source, plane } = prepared;
  const live = config.command !== 'replay';
  const idle = new IdleClock(plane.pipeline, live);
  plane.lagSeconds = live ? () => idle.lagSeconds() : undefined;
  const untilUs = config.replay.untilUs ?? Number.POSITIVE_INFINITY;
  while (!io.signal.aborted) {
    const batch = await source.next();
    if (batch === undefined) {
      if (!live) plane.pipeline.finish(untilUs);
      return;
    }
    idle.before();
    if (!plane.consume(batch, untilUs)) {
      plane.pipeline.idle(untilUs);
      return;
    }
    idle.after(batch);
    await chores.afterBatch();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}
