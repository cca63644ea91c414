/** The table of all options, and look-ups in it. */
import { CAPTURE_OPTIONS } from './capture-options.ts';
import { MEASURE_OPTIONS } from './measure-options.ts';
import type { Command, Option } from './option.ts';
import { SERVICE_OPTIONS } from './service-options.ts';

export const OPTIONS: readonly Option[] = [
  ...CAPTURE_OPTIONS,
  ...MEASURE_OPTIONS,
  ...SERVICE_OPTIONS,
];

const byName: ReadonlyMap<string, Option> = new Map(OPTIONS.map((option) => [option.name, option]));

export function optionNamed(name: string): Option | undefined {
  return byName.get(name);
}

export function optionsOf(command: Command): readonly Option[] {
  return OPTIONS.filter((option) => option.commands.includes(command));
}

/** Options a configuration file or the environment may set. */
export const CONFIGURABLE: readonly Option[] = OPTIONS.filter((option) => !option.flagOnly);
