/**
 * The value of each option after precedence: flag, else environment, else file, else default. Still as texts, the
 * way an operator writes them, each with the words that name where it came from.
 */

import { environmentName, type Option } from './option.ts';
import { CONFIGURABLE, OPTIONS } from './options.ts';

export interface ChosenValue {
  readonly texts: readonly string[];
  /** For messages: `--snaplen`, `SIPGAUGE_SNAPLEN`, `probe.yml: snaplen`. */
  readonly origin: string;
}

export type TextsByName = ReadonlyMap<string, readonly string[]>;
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ValueSources {
  readonly flags: TextsByName;
  readonly environment: Environment;
  readonly file: TextsByName;
  readonly fileName: string;
}

/** A peer's own networks are separated by commas; all other lists are. */
function separator(option: Option): RegExp {
  return option.kind === 'peer' ? /[\s;]+/ : /[\s;,]+/;
}

function asList(option: Option, texts: readonly string[]): readonly string[] {
  if (option.many !== true) return texts;
  return texts.flatMap((text) => text.split(separator(option))).filter((text) => text !== '');
}

function fromEnvironment(option: Option, environment: Environment): ChosenValue | undefined {
  const origin = environmentName(option);
  const text = environment[origin];
  if (text === undefined) return undefined;
  return { texts: asList(option, [text]), origin };
}

/**
 * Every option that has a value. Variables of other names are left alone even if they begin with SIPGAUGE_:
 * Kubernetes sets such ones for a service called sipgauge.
 */
export function chooseValues(sources: ValueSources): ReadonlyMap<string, ChosenValue> {
  const chosen = new Map<string, ChosenValue>();
  for (const option of OPTIONS) {
    if (option.fallback === undefined) continue;
    chosen.set(option.name, { texts: asList(option, [option.fallback]), origin: 'the default' });
  }
  for (const option of CONFIGURABLE) {
    const texts = sources.file.get(option.name);
    const origin = `${sources.fileName}: ${option.name}`;
    if (texts !== undefined) chosen.set(option.name, { texts: asList(option, texts), origin });
    const value = fromEnvironment(option, sources.environment);
    if (value !== undefined) chosen.set(option.name, value);
  }
  for (const option of OPTIONS) {
    const texts = sources.flags.get(option.name);
    if (texts === undefined) continue;
    chosen.set(option.name, { texts: asList(option, texts), origin: `--${option.name}` });
  }
  return chosen;
}
