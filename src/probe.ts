/** The composition root: what a configuration asks for, started, run and ended. */
import type { ProbeIo } from './cli/io.ts';
import type { Config } from './config/config.ts';
import type { ExitCode } from './core/operator-error.ts';
import { runReplay } from './replay-run.ts';

/** Runs until the files are read, or until the signal is aborted. Throws OperatorError. */
export async function runProbe(config: Config, io: ProbeIo): Promise<ExitCode> {
  const serving = config.command !== 'replay' || config.replay.serve || config.replay.loop;
  if (!serving) return runReplay(config, io);
  // The server and what it needs cost start-up time that a replay should not pay.
  const { runServing } = await import('./serving-run.ts');
  return runServing(config, io);
}

/** Reads what --web.config.file names, and the files that it names in turn. Throws OperatorError when one is bad. */
export async function checkWebConfig(path: string): Promise<void> {
  const { readWebFiles } = await import('./http/web-config.ts');
  await readWebFiles(path);
}
