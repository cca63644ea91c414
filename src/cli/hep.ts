/** sipgauge hep: counts what HEP senders mirror and serves it. */
import type { Config } from '../config/config.ts';
import type { ExitCode } from '../core/operator-error.ts';
import { runProbe } from '../probe.ts';
import type { ProbeIo } from './io.ts';

export function run(config: Config, io: ProbeIo): Promise<ExitCode> {
  return runProbe(config, io);
}
