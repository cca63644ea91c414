/** The help texts, laid out by yargs from the table of options. Loaded only when help or completion is asked for. */
import type { Argv, Options } from 'yargs';
import yargs from 'yargs';
import { COMMANDS, type Command, type Option } from '../config/option.ts';
import { OPTIONS, optionsOf } from '../config/options.ts';
import { COMMAND_TEXTS } from './command-texts.ts';

const COLUMNS = 100;

/** A yargs parser that knows every command and option, and only describes them. */
export function describe(): Argv {
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
      'Every option can also stand in a file (--config) or in the environment: see the man page.',
    );
  for (const command of COMMANDS) {
    const { usage, text, examples } = COMMAND_TEXTS[command];
    parser.command(`${command}${usage}`, text, (builder) => {
      for (const option of optionsOf(command)) {
        if (!everywhere.includes(option)) builder.option(option.name, yargsOption(option));
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
  const { alias, fallback, choices } = option;
  const isFlag = option.kind === 'flag';
  const shownDefault = isFlag && fallback === 'false' ? undefined : fallback;
  return {
    group: `${option.group}:`,
    describe: describeOption(option),
    ...(isFlag ? { type: 'boolean' } : { requiresArg: true }),
    ...(alias === undefined ? {} : { alias }),
    ...(choices === undefined ? {} : { choices }),
    ...(shownDefault === undefined ? {} : { defaultDescription: shownDefault }),
  };
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
  const parser = describe().help('help');
  const words = command === undefined ? ['--help'] : [command, '--help'];
  const text = await new Promise<string>((resolve) => {
    parser.parse(words, {}, (_error: unknown, _argv: unknown, output: string) => resolve(output));
  });
  return `${text.trimEnd()}\n`;
}
