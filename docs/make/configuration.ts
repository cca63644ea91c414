/** docs/CONFIGURATION.md from the table of options. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentName, GROUPS, type Option } from '../../src/config/option.ts';
import { OPTIONS } from '../../src/config/options.ts';
import { packageRoot } from '../../src/config/version.ts';

const INTRODUCTION = `# Configuration

Every option has one name. It is a flag (\`--max-dialogs 5000\`), a key of the configuration file (\`max-dialogs: 5000\`)
and a variable of the environment (\`SIPGAUGE_MAX_DIALOGS=5000\`: upper case, \`-\` and \`.\` become \`_\`).

**Precedence**: flag, then environment, then file, then the default. A list replaces a list; nothing is merged.

**The file** (\`--config FILE\`, or \`SIPGAUGE_CONFIG\`) is YAML or JSON: a map from option names to values. A list option takes
one value or a list; \`peer\` also a map of names to networks. Unknown keys are refused, and the nearest name is
suggested. \`deploy/config.schema.json\` is its JSON Schema for editors:

\`\`\`yaml
# yaml-language-server: $schema=./config.schema.json
interface: [eth0, eth1]
local: 192.0.2.10
peer:
  trunk-a: [198.51.100.0/24, "2001:db8:a::/48"]
  trunk-b: 203.0.113.7
web.listen-address: ["127.0.0.1:9099", "[::1]:9099"]
\`\`\`

In the environment the values of a list are separated by spaces, \`;\` or (not for \`peer\`, whose networks have
them) commas. Variables that begin with \`SIPGAUGE_\` but belong to no option are left alone, since Kubernetes sets such ones
for a service called sipgauge.

\`sipgauge check-config FILE\` reads a file as the probe would, with the web configuration and the certificates it names, and reports
all problems at once; a variable that is nearly an option's is named. **SIGHUP** reads the file again: what the column *reload* marks is taken over without losing a count; a change to anything else is named in the log and
waits for a restart; a file with problems changes nothing, and the log says so.

Durations: \`5ms\`, \`32s\`, \`1h\`, \`24h\`, \`1h30m\`, or plain seconds. Sizes: \`64KiB\`, \`1MiB\`, \`2GiB\`, or plain bytes.

*This page is written by \`npm run docs\` from the table in \`src/config\`; a test compares them.*
`;

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function code(text: string): string {
  return text === '' ? '' : `\`${cell(text)}\``;
}

function flagOf({ name, alias, kind, fallback, placeholder }: Option): string {
  const negated = kind === 'flag' && fallback === 'true';
  const names = `${alias === undefined ? '' : `-${alias}, `}--${negated ? 'no-' : ''}${name}`;
  return placeholder === '' ? names : `${names} ${placeholder}`;
}

function notes(option: Option): string {
  const { many, choices, min, max, kind } = option;
  const unit = kind === 'duration' ? ' s' : kind === 'size' ? ' bytes' : '';
  const parts = [
    ...(many === true ? ['repeatable'] : []),
    ...(choices === undefined ? [] : [`one of ${choices.join(', ')}`]),
    ...(max === undefined ? [] : [`${min ?? 0} to ${max}${unit}`]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

function row(option: Option): string {
  const isFlag = option.kind === 'flag';
  const variable = option.flagOnly === true ? '' : environmentName(option);
  const fallback = isFlag && option.fallback === 'false' ? '' : (option.fallback ?? '');
  const columns = [
    code(flagOf(option)),
    code(variable),
    code(fallback),
    option.reloadable === true ? 'yes' : '',
    cell(`${option.text}${notes(option)}`),
    option.commands.join(', '),
  ];
  return `| ${columns.join(' | ')} |`;
}

/** The file's content. */
export function configurationPage(): string {
  const sections = GROUPS.map((group) => {
    const options = OPTIONS.filter((option) => option.group === group);
    const head =
      '| flag | variable | default | reload | what | commands |\n|---|---|---|---|---|---|';
    return `\n## ${group}\n\n${head}\n${options.map(row).join('\n')}\n`;
  });
  return `${INTRODUCTION}${sections.join('')}`;
}

if (import.meta.filename === process.argv[1]) {
  writeFileSync(join(packageRoot(), 'docs', 'CONFIGURATION.md'), configurationPage());
}
