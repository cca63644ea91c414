/** sipgauge completion: the script for the shell in use, and what that script asks for, both by yargs. */
import type { Config } from '../config/config.ts';
import { ExitCode } from '../core/operator-error.ts';
import { describe } from './help.ts';
import type { ProbeIo } from './io.ts';

/** yargs takes the shell from SHELL, and prints the script itself. */
export async function run(_config: Config, _io: ProbeIo): Promise<ExitCode> {
  describe().showCompletionScript();
  return ExitCode.OK;
}

/** The answer to the script's question, `--get-yargs-completions` and the words typed so far: yargs prints it. */
export async function completeWords(argv: readonly string[]): Promise<void> {
  await describe()
    .completion('completion', false)
    .parseAsync([...argv]);
}
