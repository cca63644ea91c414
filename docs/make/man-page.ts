/** man/sipgauge.1 from the table of options and the commands' texts, in man(7) macros. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_TEXTS } from '../../src/cli/command-texts.ts';
import { COMMANDS, environmentName, GROUPS, type Option } from '../../src/config/option.ts';
import { OPTIONS } from '../../src/config/options.ts';
import { packageRoot, programVersion } from '../../src/config/version.ts';

/** Text as roff takes it: no accidental macros, hyphens that can be copied. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '\\&.\\|.\\|.')
    .replaceAll('’', "'")
    .replaceAll(/^([.'])/gm, '\\&$1');
}

function optionEntry(option: Option): string {
  const { name, alias, kind, fallback, placeholder, many, choices } = option;
  const negated = kind === 'flag' && fallback === 'true';
  const flag = `${alias === undefined ? '' : `-${alias}, `}--${negated ? 'no-' : ''}${name}`;
  const value = placeholder === '' ? '' : ` \\fI${roff(placeholder)}\\fR`;
  const facts = [
    ...(many === true ? ['repeatable'] : []),
    ...(choices === undefined ? [] : [`one of ${choices.join(', ')}`]),
    ...(fallback === undefined || kind === 'flag' ? [] : [`default ${fallback}`]),
    ...(option.flagOnly === true ? [] : [environmentName(option)]),
    `for ${option.commands.length === COMMANDS.length ? 'all commands' : option.commands.join(', ')}`,
  ];
  const text = `${negated ? `do not ${option.text}` : option.text} (${facts.join('; ')}).`;
  return `.TP\n\\fB${roff(flag)}\\fR${value}\n${roff(capitalised(text))}\n`;
}

function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function commandEntry(command: (typeof COMMANDS)[number]): string {
  const { usage, text } = COMMAND_TEXTS[command];
  return `.TP\n\\fBsipgauge ${roff(command)}\\fR${roff(usage)}\n${roff(text)}.\n`;
}

function exampleEntries(): string {
  return COMMANDS.flatMap((command) =>
    COMMAND_TEXTS[command].examples.map(
      ([line, what]) => `.TP\n.B sipgauge ${roff(line)}\n${roff(capitalised(what))}.\n`,
    ),
  ).join('');
}

const EXIT_CODES: readonly (readonly [string, string])[] = [
  ['0', 'Done.'],
  ['1', 'A problem the operator can solve; one line on stderr says how.'],
  ['2', 'Wrong use: an unknown command or option, a value that is none.'],
  ['70', 'A bug in sipgauge. The metrics are not to be trusted; the program ended instead.'],
  ['75', 'To be started again: an interface was created anew after privileges had been dropped.'],
];

/** The file's content. */
export function manPage(): string {
  const groups = GROUPS.map((group) => {
    const options = OPTIONS.filter((option) => option.group === group);
    return `.SS ${roff(group)}\n${options.map(optionEntry).join('')}`;
  });
  const codes = EXIT_CODES.map(([exit, text]) => `.TP\n.B ${exit}\n${roff(text)}\n`);
  return [
    '.\\" Written by npm run docs from the table of options.\n',
    `.TH SIPGAUGE 1 "" "sipgauge ${programVersion()}" "User Commands"\n`,
    '.SH NAME\nsipgauge \\- passive SIP metrics probe for Prometheus\n',
    '.SH SYNOPSIS\n.B sipgauge\n.I COMMAND\n[\\fIOPTION\\fR ...]\n',
    '.SH DESCRIPTION\n',
    'Reads SIP from network interfaces, capture files or HEP senders, and serves what it counts and times to\n',
    'Prometheus. It sends nothing and needs no change to what it watches.\n',
    `.SH COMMANDS\n${COMMANDS.map(commandEntry).join('')}`,
    `.SH OPTIONS\n${groups.join('')}`,
    '.SH CONFIGURATION FILE\n',
    roff(
      'Any option may stand in a YAML or JSON file (--config) under its name, or in the environment under its ',
    ),
    roff(
      'variable. A flag wins over the environment, that over the file, that over the default.\n',
    ),
    '.SH SIGNALS\n.TP\n.B SIGHUP\nRead the configuration file again and take over what can change.\n',
    '.TP\n.B SIGTERM, SIGINT\nStop capturing and serving, and end within a second.\n',
    `.SH EXIT STATUS\n${codes.join('')}`,
    `.SH EXAMPLES\n${exampleEntries()}`,
  ].join('');
}

if (import.meta.filename === process.argv[1]) {
  writeFileSync(join(packageRoot(), 'man', 'sipgauge.1'), manPage());
}
