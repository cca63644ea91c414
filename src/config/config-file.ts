/** Reads a configuration file, YAML or JSON: a map from option names to scalars or lists of them. */
import { readFile, stat } from 'node:fs/promises';
import { OperatorError } from '../core/operator-error.ts';
import { systemReason } from '../core/system-reason.ts';
import type { TextsByName } from './chosen-values.ts';
import { nearestName } from './nearest-name.ts';
import { CONFIGURABLE, optionNamed } from './options.ts';

export interface ConfigFile {
  readonly texts: TextsByName;
  readonly problems: readonly string[];
}

const FILE_BYTES_MAX = 1_048_576;

/** Throws OperatorError when the file cannot be read or is no map; what is wrong inside are `problems`. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const text = await readText(path);
  // Only who has a file waits for the YAML parser.
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { prettyErrors: true });
  const error = document.errors[0];
  if (error !== undefined) {
    const [line] = error.message.split('\n');
    throw fileError(path, `is not YAML or JSON: ${line?.replace(/:$/, '')}`, error);
  }
  const content: unknown = document.toJS();
  if (content === null) return { texts: new Map(), problems: [] };
  if (!isMap(content)) throw fileError(path, 'is not a map of option names to values');
  return readEntries(path, content);
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) throw fileError(path, `is larger than ${FILE_BYTES_MAX} bytes`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const hint = 'check the path, its permissions, and for whom the program runs';
    const message = `${path} cannot be read: ${systemReason(error)}`;
    throw new OperatorError('BAD_CONFIG_FILE', message, hint, undefined, error);
  }
}

function fileError(path: string, message: string, cause?: unknown): OperatorError {
  const hint = 'deploy/sipgauge.yaml shows what one looks like';
  return new OperatorError('BAD_CONFIG_FILE', `${path} ${message}`, hint, undefined, cause);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readEntries(path: string, content: Readonly<Record<string, unknown>>): ConfigFile {
  const texts = new Map<string, readonly string[]>();
  const problems: string[] = [];
  for (const [key, value] of Object.entries(content)) {
    const option = optionNamed(key);
    if (option === undefined || option.flagOnly === true) {
      problems.push(`${path}: ${unknownKey(key)}`);
      continue;
    }
    const read = option.kind === 'peer' && isMap(value) ? peerTexts(value) : scalarTexts(value);
    if (read === undefined)
      problems.push(`${path}: ${key}: is neither a value nor a list of values`);
    else texts.set(key, read);
  }
  return { texts, problems };
}

function unknownKey(key: string): string {
  if (optionNamed(key) !== undefined) return `"${key}" is a flag only, no key of this file`;
  const names = CONFIGURABLE.map((option) => option.name);
  const nearest = nearestName(key, names);
  const meant = nearest === undefined ? '' : `, did you mean "${nearest}"?`;
  return `unknown key "${key}"${meant}`;
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  return undefined;
}

function scalarTexts(value: unknown): readonly string[] | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = values.map(scalarText);
  const complete = texts.filter((text) => text !== undefined);
  return complete.length === texts.length ? complete : undefined;
}

/** `peer: { trunk-a: [192.0.2.0/24, 2001:db8::/32] }` as the flag would say it. */
function peerTexts(peers: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const texts: string[] = [];
  for (const [name, networks] of Object.entries(peers)) {
    const read = scalarTexts(networks);
    if (read === undefined) return undefined;
    texts.push(`${name}=${read.join(',')}`);
  }
  return texts;
}
