/** sipgauge completion: the script for the shell in use, and what that script asks for, both by yargs. */
import { ANY_INTERFACE, deviceNames } from '../capture/devices.ts';
import type { Config } from '../config/config.ts';
import { ExitCode } from '../core/operator-error.ts';
import { describe } from './help.ts';
import type { ProbeIo } from './io.ts';

/** yargs takes the shell from SHELL, and prints the script itself. */
export async function run(_config: Config, _io: ProbeIo): Promise<ExitCode> {
  describe({ interfaces: [] }).showCompletionScript();
  return ExitCode.OK;
}

/** The answer to the script's question, `--get-yargs-completions` and the words typed so far: yargs prints it. */
export async function completeWords(argv: readonly string[]): Promise<void> {
  const interfaces = [...deviceNames(), ANY_INTERFACE];
  await describe({ interfaces })
    .completion('completion', false, withoutShortForms)
    .parseAsync([...argv]);
}

type Done = (words: string[]) => void;
type ByYargs = (take: (error: Error | null, words: string[] | undefined) => void) => void;

/** yargs offers the short forms too, with two dashes, which nobody types. */
function withoutShortForms(_word: string, _argv: unknown, byYargs: ByYargs, done: Done): void {
  byYargs((_error, words) => done(words?.filter((word) => !/^--\w$/.test(word)) ?? []));
}
