/**
 * sipgauge check-config [FILE]: reads the configuration as a probe would, and says that it is right, or each thing
 * that is wrong with it.
 */
import type { Config } from '../config/config.ts';
import { CONFIGURABLE } from '../config/options.ts';
import { ExitCode } from '../core/operator-error.ts';
import type { ProbeIo } from './io.ts';

export async function run(config: Config, io: ProbeIo): Promise<ExitCode> {
  const reloadable = CONFIGURABLE.filter((option) => option.reloadable === true);
  const names = reloadable.map((option) => option.name).join(', ');
  const source = config.file === undefined ? 'flags and environment' : config.file;
  io.stdout.write(`${source}: valid\n`);
  io.stdout.write(`taken over by SIGHUP: ${names}; the rest by a restart\n`);
  return ExitCode.OK;
}
