/** sipgauge doctor: says what a live capture would see, and what to do about what it would not. */
import type { Config } from '../config/config.ts';
import type { ExitCode } from '../core/operator-error.ts';
import { runDoctor } from '../diagnosis/run-doctor.ts';
import type { ProbeIo } from './io.ts';

export function run(config: Config, io: ProbeIo): Promise<ExitCode> {
  return runDoctor(config, io);
}
