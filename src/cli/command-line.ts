/**
 * argv → command, operands and flags, by yargs' own parser. It knows names and shapes only; what a value means is
 * for config/ to say. All of yargs, ten times as slow to load, is left to cli/help.ts.
 */
import parser from 'yargs-parser';
import { nearestName } from '../config/nearest-name.ts';
import { COMMANDS, type Command, type Option } from '../config/option.ts';
import { OPTIONS, optionNamed, optionsOf } from '../config/options.ts';
import { type CommandLine, usageError } from '../config/parse-config.ts';

/** Commands whose operands are files: a list option of theirs takes one value, not all that follow. */
const WITH_FILES: readonly Command[] = ['replay', 'report', 'check-config'];
const WITH_OPERANDS: readonly Command[] = [...WITH_FILES, 'live', 'doctor'];

export type Invocation =
  | { readonly kind: 'help'; readonly command: Command | undefined }
  | { readonly kind: 'version' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'run'; readonly line: CommandLine };

/** Throws OperatorError USAGE for an unknown command or option, or one without its value. */
export function readCommandLine(argv: readonly string[]): Invocation {
  const name = argv.find((word) => !word.startsWith('-'));
  if (name === 'help') return readCommandLine([...argv.filter((word) => word !== name), '--help']);
  const command = COMMANDS.find((candidate) => candidate === name);
  const options = command === undefined ? globalOptions() : optionsOf(command);
  const parsed = parse(argv, options, command === undefined || WITH_FILES.includes(command));
  const flags = collectFlags(parsed.argv, options);

  if (flags.get('help')?.[0] === 'true') return { kind: 'help', command };
  if (flags.get('version')?.[0] === 'true') return { kind: 'version' };
  // Which options there are depends on the command: without it nothing can be said about them.
  if (command === undefined && name !== undefined) {
    throw usageError(undefined, [unknownCommand(name)]);
  }
  const problems = unknownNames(parsed.argv, command, options);
  if (parsed.error !== null) problems.push(parserProblem(parsed.error.message));
  if (command === undefined) {
    if (problems.length > 0) throw usageError(undefined, problems);
    return { kind: 'nothing' };
  }
  return { kind: 'run', line: commandLine(command, parsed.argv._.map(String), flags, problems) };
}

function commandLine(
  command: Command,
  words: readonly string[],
  flags: Map<string, readonly string[]>,
  problems: string[],
): CommandLine {
  const operands = words.slice(1);
  if (operands.length > 0 && !WITH_OPERANDS.includes(command)) {
    problems.push(`${command} takes no "${operands[0]}"`);
  }
  if (problems.length > 0) throw usageError(command, problems);
  if (command === 'check-config' && operands.length > 0) flags.set('config', operands);
  return { command, operands, flags };
}

/** Before the command is known: only --help and --version mean something. */
function globalOptions(): readonly Option[] {
  return OPTIONS.filter((option) => option.commands.length === COMMANDS.length);
}

function parse(
  argv: readonly string[],
  options: readonly Option[],
  filesFollow: boolean,
): parser.DetailedArguments {
  const withValue = options.filter((option) => option.kind !== 'flag');
  const lists = withValue.filter((option) => option.many === true);
  return parser.detailed([...argv], {
    alias: Object.fromEntries(options.flatMap(({ alias, name }) => (alias ? [[name, alias]] : []))),
    array: lists.map((option) => option.name),
    boolean: options.filter((option) => option.kind === 'flag').map((option) => option.name),
    string: withValue.map((option) => option.name),
    narg: Object.fromEntries(
      withValue.filter((option) => !option.many || filesFollow).map(({ name }) => [name, 1]),
    ),
    configuration: {
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': !filesFollow,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'strip-aliased': true,
    },
  });
}

/** The values of known options as the texts that were typed. */
function collectFlags(
  argv: Readonly<Record<string, unknown>>,
  options: readonly Option[],
): Map<string, readonly string[]> {
  const flags = new Map<string, readonly string[]>();
  for (const { name } of options) {
    const value = argv[name];
    if (value === undefined) continue;
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    flags.set(name, values.map(String));
  }
  return flags;
}

function parserProblem(message: string): string {
  const name = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  return name === undefined ? message : `--${name} needs a value`;
}

function unknownNames(
  argv: Readonly<Record<string, unknown>>,
  command: Command | undefined,
  options: readonly Option[],
): string[] {
  const known = options.map((option) => option.name);
  const names = Object.keys(argv).filter((name) => name !== '_' && !known.includes(name));
  return names.map((name) => unknownOption(name, command, known));
}

function unknownOption(
  name: string,
  command: Command | undefined,
  known: readonly string[],
): string {
  const dashed = name.length === 1 ? `-${name}` : `--${name}`;
  const elsewhere = optionNamed(name);
  if (elsewhere !== undefined && command !== undefined) {
    return `${dashed} is no option of ${command}, but of ${elsewhere.commands.join(', ')}`;
  }
  const nearest = nearestName(
    name,
    command === undefined ? OPTIONS.map((each) => each.name) : known,
  );
  return `unknown option ${dashed}${nearest === undefined ? '' : `, did you mean --${nearest}?`}`;
}

function unknownCommand(name: string): string {
  const nearest = nearestName(name, COMMANDS);
  const meant = nearest === undefined ? '' : `, did you mean ${nearest}?`;
  return `unknown command "${name}"${meant}`;
}
