/** argv → exit code: finds the command, makes its Config, runs it, and says one line about what went wrong. */
import type { Config } from '../config/config.ts';
import type { Command } from '../config/option.ts';
import { ExitCode, OperatorError } from '../core/operator-error.ts';
import { readCommandLine } from './command-line.ts';
import type { ProbeIo } from './io.ts';
import { OutputWatch } from './output-watch.ts';

/** A command's own module is loaded when it is run: start-up counts. */
type RunCommand = (config: Config, io: ProbeIo) => Promise<ExitCode>;

const COMMAND_MODULES: Readonly<Record<Command, () => Promise<{ readonly run: RunCommand }>>> = {
  replay: () => import('./replay.ts'),
  live: () => import('./live.ts'),
  hep: () => import('./hep.ts'),
  devices: () => import('./devices.ts'),
  'check-config': () => import('./check-config.ts'),
  doctor: () => import('./doctor.ts'),
  top: () => import('./top.ts'),
  report: () => import('./report.ts'),
  completion: () => import('./completion.ts'),
};

/** Never rejects: every failure has an exit code. */
export async function run(argv: readonly string[], io: ProbeIo): Promise<ExitCode> {
  const output = new OutputWatch(io.stdout);
  try {
    const code = await runArguments(argv, io);
    await output.check();
    return code;
  } catch (error) {
    return reportFailure(error, io);
  }
}

async function runArguments(argv: readonly string[], io: ProbeIo): Promise<ExitCode> {
  if (argv.includes('--get-yargs-completions')) {
    const { completeWords } = await import('./completion.ts');
    await completeWords(argv);
    return ExitCode.OK;
  }
  const invocation = readCommandLine(argv);
  switch (invocation.kind) {
    case 'version': {
      const { programVersion } = await import('../config/version.ts');
      io.stdout.write(`sipgauge ${programVersion()}\n`);
      return ExitCode.OK;
    }
    case 'help':
    case 'nothing': {
      const { helpText } = await import('./help.ts');
      const asked = invocation.kind === 'help';
      const text = await helpText(asked ? invocation.command : undefined);
      (asked ? io.stdout : io.stderr).write(text);
      return asked ? ExitCode.OK : ExitCode.USAGE;
    }
    case 'run': {
      const { parseConfig } = await import('../config/parse-config.ts');
      const reread = (): Promise<Config> => parseConfig(invocation.line, io.environment);
      const config = await reread();
      const module = await COMMAND_MODULES[invocation.line.command]();
      return module.run(config, { ...io, reread });
    }
  }
}

/** One line for the operator's problem; the stack too for what is our bug. */
function reportFailure(error: unknown, io: ProbeIo): ExitCode {
  if (error instanceof OperatorError) {
    io.stderr.write(`sipgauge: ${sentence(error.message)} ${capital(sentence(error.hint))}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write(`sipgauge: this is a bug in sipgauge: ${text}\n`);
  return ExitCode.BUG;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** In one line, with its full stop. */
function sentence(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return /[.?!:]$/.test(line) || line === '' ? line : `${line}.`;
}
