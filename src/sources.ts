/** Which source a configuration asks for: files merged, paced and looped; interfaces; a HEP listener. */
import { CHUNK_BYTES } from './capture/block-reader.ts';
import { FileSource } from './capture/file-source.ts';
import { LoopedSource } from './capture/looped-source.ts';
import { MergedSource } from './capture/merged-source.ts';
import { PacedSource } from './capture/paced-source.ts';
import type { PacketSource } from './capture/packet-source.ts';
import type { Config } from './config/config.ts';

/** Files open at once read smaller pieces, so that many cost no more memory than one. */
const MERGED_CHUNK_BYTES = 256 * 1024;

/** The files of a replay, in one order of time. `blocking`: the thread stands still while it reads. */
export function filesOf(
  files: readonly string[],
  warn: (line: string) => void,
  blocking = false,
): FileSource[] {
  const chunkBytes = files.length === 1 ? CHUNK_BYTES : MERGED_CHUNK_BYTES;
  return files.map((path) => new FileSource({ path, warn, chunkBytes, blocking }));
}

export function mergedOf(files: readonly FileSource[]): PacketSource {
  const [only] = files;
  return files.length === 1 && only !== undefined ? only : new MergedSource(files);
}

/** The files at the pace, and as often, as asked for. */
export function replaySource(config: Config, warn: (line: string) => void): PacketSource {
  const { speed, loop } = config.replay;
  const once = (): PacketSource => mergedOf(filesOf(config.replay.files, warn));
  const source = loop ? new LoopedSource(once) : once();
  return speed === Number.POSITIVE_INFINITY ? source : new PacedSource({ source, speed });
}

/** True when a file can be opened again from its start. */
export function isRepeatable(config: Config): boolean {
  return !config.replay.files.includes('-');
}
