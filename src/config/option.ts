/**
 * What one option is, as data. Flags, the configuration file, the environment, --help, the shell completion,
 * the man page, the JSON Schema and docs/CONFIGURATION.md all derive from a table of these.
 */

export const COMMANDS = [
  'replay',
  'live',
  'hep',
  'devices',
  'check-config',
  'doctor',
  'top',
  'report',
  'completion',
] as const;
export type Command = (typeof COMMANDS)[number];

/** The commands that read traffic, count it, and can serve what they counted. */
export const PROBING: readonly Command[] = ['replay', 'live', 'hep'];
/** Those that read packets, not HEP datagrams. */
export const CAPTURING: readonly Command[] = ['replay', 'live'];
/** The file may hold options of any probing command, so checking it knows them all. */
export const CHECKING: readonly Command[] = [...PROBING, 'check-config'];

/** The grammar of an option's value; config/value-grammar.ts reads each. */
export type ValueKind =
  | 'flag'
  | 'text'
  | 'choice'
  | 'integer'
  | 'duration'
  | 'size'
  | 'speed'
  | 'epoch'
  | 'port-range'
  | 'endpoint'
  | 'network'
  | 'peer'
  | 'address-port'
  | 'hep-listener';

export const GROUPS = [
  'Capture',
  'Replay',
  'HEP',
  'What is measured',
  'Limits',
  'Exposition',
  'Process',
] as const;
export type Group = (typeof GROUPS)[number];

export interface Option {
  /** As typed after `--`, and as the key in the configuration file. */
  readonly name: string;
  readonly alias?: string;
  readonly kind: ValueKind;
  /** The value's name in help texts; '' for a flag. */
  readonly placeholder: string;
  /** As an operator would write it; undefined when there is none. Lists are written with commas. */
  readonly fallback?: string;
  /** May be given several times, or as a list. */
  readonly many?: boolean;
  readonly choices?: readonly string[];
  /** Bounds of an integer; of a duration in seconds; of a size in bytes. */
  readonly min?: number;
  readonly max?: number;
  readonly commands: readonly Command[];
  readonly group: Group;
  /** A SIGHUP takes over a changed value. */
  readonly reloadable?: boolean;
  /** Only where it makes sense: a secret or a one-shot flag has no place in the file. */
  readonly flagOnly?: boolean;
  /** One or two sentences, the first without a full stop at its end when alone. */
  readonly text: string;
}

/** SIPGAUGE_WEB_LISTEN_ADDRESS for `web.listen-address`. */
export function environmentName(option: Option): string {
  return `SIPGAUGE_${option.name.toUpperCase().replaceAll(/[-.]/g, '_')}`;
}
