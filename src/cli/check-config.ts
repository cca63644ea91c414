/**
 * sipgauge check-config [FILE]: reads the configuration as a probe would, with the web configuration it names, and
 * says that it is right, or each thing that is wrong with it.
 */
import type { Config } from '../config/config.ts';
import { nearestName } from '../config/nearest-name.ts';
import { environmentName } from '../config/option.ts';
import { CONFIGURABLE } from '../config/options.ts';
import { ExitCode } from '../core/operator-error.ts';
import { checkWebConfig } from '../probe.ts';
import type { ProbeIo } from './io.ts';

const PREFIX = 'SIPGAUGE_';

export async function run(config: Config, io: ProbeIo): Promise<ExitCode> {
  if (config.web.configFile !== undefined) await checkWebConfig(config.web.configFile);
  const reloadable = CONFIGURABLE.filter((option) => option.reloadable === true);
  const names = reloadable.map((option) => option.name).join(', ');
  const source = config.file === undefined ? 'flags and environment' : config.file;
  io.stdout.write(`${source}: valid\n`);
  if (config.web.configFile !== undefined) io.stdout.write(`${config.web.configFile}: valid\n`);
  io.stdout.write(`taken over by SIGHUP: ${names}; the rest by a restart\n`);
  for (const line of strangeVariables(Object.keys(io.environment))) io.stdout.write(`${line}\n`);
  return ExitCode.OK;
}

/**
 * Variables that look like an option's but are none. A probe leaves them alone, since Kubernetes sets such ones for a
 * service called sipgauge; only what is nearly an option's name is worth a word.
 */
function strangeVariables(variables: readonly string[]): string[] {
  const known = [...CONFIGURABLE.map(environmentName), `${PREFIX}CONFIG`].map(withoutPrefix);
  const given = variables.filter((name) => name.startsWith(PREFIX)).map(withoutPrefix);
  return given.sort().flatMap((name) => {
    const nearest = known.includes(name) ? undefined : nearestName(name, known);
    if (nearest === undefined) return [];
    return [`${PREFIX}${name} is not read: did you mean ${PREFIX}${nearest}?`];
  });
}

function withoutPrefix(name: string): string {
  return name.slice(PREFIX.length);
}
