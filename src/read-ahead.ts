/** Whether a replay's files are read by a thread of their own. */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Config } from './config/config.ts';
import { SpanHash } from './core/span-hash.ts';
import { endpointsOf } from './data-plane.ts';
import { READ_AHEAD_BYTES } from './early-reader.ts';
import { REPLAY_SEED } from './plane-options.ts';
import { ReadAheadSource } from './read-ahead-source.ts';
import { usualPorts } from './usual-ports.ts';

/** The source that reads ahead, where it pays; undefined where it does not. */
export function readAheadOf(
  config: Config,
  warn: (line: string) => void,
): ReadAheadSource | undefined {
  const { files } = config.replay;
  if (availableParallelism() < 2 || sizeOf(files) < READ_AHEAD_BYTES) return undefined;
  // The data plane would read all packets itself (DataPlane.usualPacketsOf).
  const byPort = endpointsOf(config.local).some(({ port }) => port !== 0);
  if (byPort || (config.capture.dedupWindowUs ?? 0) > 0) return undefined;
  const { seedLo, seedHi } = new SpanHash(REPLAY_SEED);
  const seeds = { seedLo, seedHi };
  return new ReadAheadSource({ files, warn, portSets: usualPorts(config), seeds });
}

/** Bytes of all files together; 0 when one of them is none, as standard input is none. */
function sizeOf(paths: readonly string[]): number {
  let bytes = 0;
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isFile() !== true) return 0;
    bytes += stats.size;
  }
  return bytes;
}
