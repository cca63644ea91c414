import type { ProbeIo } from './cli/io.ts';
import type { Config } from './config/config.ts';
import { Log } from './core/log.ts';

/** The log of one run: to stderr, in the format and from the level that were asked for. */
export function probeLog(config: Config, io: ProbeIo): Log {
  return new Log({
    level: config.log.level,
    format: config.log.format,
    write: (line) => void io.stderr.write(`${line}\n`),
    nowMs: () => Date.now(),
  });
}
