/**
 * Reads chosen values by name and kind, and collects every problem on the way instead of stopping at the first.
 * Where a value is no value, the default (or zero) stands in; nobody sees it, since problems end the run.
 */
import { assert } from '../core/assert.ts';
import type { ChosenValue } from './chosen-values.ts';
import type { Option, ValueKind } from './option.ts';
import { optionNamed } from './options.ts';
import {
  type AddressPort,
  type HepListener,
  type PeerName,
  type PortRange,
  Problem,
  parseAddressPort,
  parseChoice,
  parseDurationUs,
  parseEndpointText,
  parseEpochUs,
  parseFlag,
  parseHepListener,
  parseInteger,
  parseNetwork,
  parsePeer,
  parsePortRange,
  parseSize,
  parseSpeed,
} from './value-grammar.ts';

type Parse<T> = (text: string, option: Option) => T | Problem;

export class OptionReader {
  readonly problems: string[] = [];
  private readonly chosen: ReadonlyMap<string, ChosenValue>;

  constructor(chosen: ReadonlyMap<string, ChosenValue>) {
    this.chosen = chosen;
  }

  flag(name: string): boolean {
    return this.one(name, 'flag', parseFlag) ?? false;
  }

  text(name: string): string | undefined {
    return this.one(name, 'text', (text) => (text === '' ? new Problem('is empty') : text));
  }

  texts(name: string): readonly string[] {
    return this.list(name, 'text', (text) => text);
  }

  integer(name: string): number {
    return this.one(name, 'integer', parseInteger) ?? 0;
  }

  durationUs(name: string): number | undefined {
    return this.one(name, 'duration', parseDurationUs);
  }

  size(name: string): number | undefined {
    return this.one(name, 'size', parseSize);
  }

  speed(name: string): number {
    return this.one(name, 'speed', parseSpeed) ?? Number.POSITIVE_INFINITY;
  }

  epochUs(name: string): number | undefined {
    return this.one(name, 'epoch', parseEpochUs);
  }

  /** One of `choices`, the first of which stands in for a wrong one. */
  choice<T extends string>(name: string, choices: readonly [T, ...T[]]): T {
    const text = this.one(name, 'choice', (given) => parseChoice(given, choices));
    return choices.find((choice) => choice === text) ?? choices[0];
  }

  choices<T extends string>(name: string, choices: readonly T[]): readonly T[] {
    const texts = this.list(name, 'choice', (given) => parseChoice(given, choices));
    return choices.filter((choice) => texts.includes(choice));
  }

  portRanges(name: string): readonly PortRange[] {
    return this.list(name, 'port-range', parsePortRange);
  }

  endpoints(name: string): readonly string[] {
    return this.list(name, 'endpoint', parseEndpointText);
  }

  networks(name: string): readonly string[] {
    return this.list(name, 'network', parseNetwork);
  }

  peers(name: string): readonly PeerName[] {
    return this.list(name, 'peer', parsePeer);
  }

  addressPorts(name: string): readonly AddressPort[] {
    return this.list(name, 'address-port', parseAddressPort);
  }

  hepListeners(name: string): readonly HepListener[] {
    return this.list(name, 'hep-listener', parseHepListener);
  }

  private one<T>(name: string, kind: ValueKind, parse: Parse<T>): T | undefined {
    const option = optionOf(name, kind);
    const value = this.chosen.get(name);
    const text = value?.texts[0];
    if (value === undefined || text === undefined) return undefined;
    if (value.texts.length > 1) {
      this.problems.push(`${value.origin}: given ${value.texts.length} times, takes one value`);
    }
    return this.parsed(value, text, parse, option);
  }

  private list<T>(name: string, kind: ValueKind, parse: Parse<T>): readonly T[] {
    const option = optionOf(name, kind);
    assert(option.many === true, `${name} is a list`);
    const value = this.chosen.get(name);
    if (value === undefined) return [];
    if (value.texts.length === 0) this.problems.push(`${value.origin}: has no value`);
    const results = value.texts.map((text) => this.parsed(value, text, parse, option));
    return results.filter((result) => result !== undefined);
  }

  private parsed<T>(
    value: ChosenValue,
    text: string,
    parse: Parse<T>,
    option: Option,
  ): T | undefined {
    const result = parse(text, option);
    if (!(result instanceof Problem)) return result;
    this.problems.push(`${value.origin}: "${text}" ${result.text}`);
    return undefined;
  }
}

/** The option, which the caller knows to exist and to be of this kind: a slip here is our bug. */
function optionOf(name: string, kind: ValueKind): Option {
  const option = optionNamed(name);
  assert(option !== undefined, `an option ${name} is in the table`);
  assert(option.kind === kind, `${name} is of the kind ${kind}`);
  return option;
}
