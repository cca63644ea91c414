/** The help texts, laid out by yargs from the table of options. Loaded only when help or completion is asked for. */
import type { Argv, Options } from 'yargs';
import yargs from 'yargs';
import { COMMANDS, type Command, type Option } from '../config/option.ts';
import { OPTIONS, optionsOf } from '../config/options.ts';
import { COMMAND_TEXTS } from './command-texts.ts';

const COLUMNS = 100;

interface Surroundings {
  /** What --interface may be, for the completion; a help text names none. */
  readonly interfaces: readonly string[];
}

/** A yargs parser that knows every command and option, and only describes them. */
export function describe({ interfaces }: Surroundings): Argv {
  const everywhere = OPTIONS.filter((option) => option.commands.length === COMMANDS.length);
  const parser = yargs()
    .scriptName('sipgauge')
    .usage('$0 COMMAND [OPTION…]\n\nMeasures SIP from the wire and serves it to Prometheus.')
    .wrap(COLUMNS)
    .exitProcess(false)
    .version(false)
    .help(false)
    .parserConfiguration({ 'dot-notation': false, 'camel-case-expansion': false })
    .epilogue(
      'Every option can also stand in a file (--config) or in the environment: man sipgauge,\ndocs/CONFIGURATION.md. Exit codes: 0 well, 1 something to mend, 2 usage, 70 a bug, 75 start again.',
    );
  for (const command of COMMANDS) {
    const { usage, text, examples } = COMMAND_TEXTS[command];
    parser.command(`${command}${usage}`, text, (builder) => {
      for (const option of optionsOf(command)) {
        if (everywhere.includes(option)) continue;
        const choices = option.name === 'interface' ? interfaces : option.choices;
        builder.option(option.name, yargsOption({ ...option, choices: choices ?? [] }));
      }
      for (const [line, what] of examples) builder.example(`$0 ${line}`, what);
      return builder.usage(`$0 ${command}${usage}\n\n${text}`);
    });
  }
  for (const option of everywhere) parser.option(option.name, yargsOption(option));
  for (const command of ['live', 'replay', 'doctor'] as const) {
    const [line, what] = COMMAND_TEXTS[command].examples[0] ?? [command, ''];
    parser.example(`$0 ${line}`, what);
  }
  return parser;
}

function yargsOption(option: Option): Options {
  const { alias, fallback } = option;
  const isFlag = option.kind === 'flag';
  const shownDefault = isFlag && fallback === 'false' ? undefined : fallback;
  return {
    group: `${option.group}:`,
    describe: describeOption(option),
    ...(isFlag ? { type: 'boolean' } : { requiresArg: true }),
    ...(alias === undefined ? {} : { alias }),
    ...(showsChoices(option) ? { choices: option.choices } : {}),
    ...(shownDefault === undefined ? {} : { defaultDescription: shownDefault }),
  };
}

/** The default of a list says which there are; its choices would say it again. */
function showsChoices({ name, choices = [], many }: Option): boolean {
  return choices.length > 0 && (many !== true || name === 'interface');
}

/** The placeholder stands before the text, since yargs has no column for it. */
export function describeOption(option: Option): string {
  const negated = option.kind === 'flag' && option.fallback === 'true';
  const prefix = option.placeholder === '' ? '' : `${option.placeholder}: `;
  const repeatable = option.many === true ? ' (repeatable)' : '';
  return `${prefix}${option.text}${repeatable}${negated ? `; --no-${option.name} turns it off` : ''}`;
}

/** The whole help, or one command's. */
export async function helpText(command: Command | undefined): Promise<string> {
  const parser = describe({ interfaces: [] }).help('help', 'print this help and end');
  const words = command === undefined ? ['--help'] : [command, '--help'];
  const text = await new Promise<string>((resolve) => {
    parser.parse(words, {}, (_error: unknown, _argv: unknown, output: string) => resolve(output));
  });
  return `${text.trimEnd()}\n`;
}
