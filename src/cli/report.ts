/** sipgauge report: capture files as one report, plain text or HTML. */
import type { Config } from '../config/config.ts';
import type { ExitCode } from '../core/operator-error.ts';
import { runReport } from '../report/run-report.ts';
import type { ProbeIo } from './io.ts';

export function run(config: Config, io: ProbeIo): Promise<ExitCode> {
  return runReport(config, io);
}
