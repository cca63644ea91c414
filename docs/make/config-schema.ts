/** deploy/config.schema.json, the JSON Schema of the configuration file, from the table of options. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Option, ValueKind } from '../../src/config/option.ts';
import { CONFIGURABLE } from '../../src/config/options.ts';
import { packageRoot } from '../../src/config/version.ts';

type Schema = Readonly<Record<string, unknown>>;

const PORT_RANGE = '^[0-9]{1,5}(-[0-9]{1,5})?$';

/** The pattern of a value's text; what a pattern cannot say, check-config says. */
const PATTERNS: Readonly<Partial<Record<ValueKind, string>>> = {
  duration: '^([0-9]+(\\.[0-9]+)?|([0-9]+(\\.[0-9]+)?(ms|[smhd]))+)$',
  size: '^[0-9]+(\\.[0-9]+)? ?([KMG]i?B|B)?$',
  'port-range': PORT_RANGE,
  'address-port': '^.*:[0-9]{1,5}$',
  'hep-listener': '^(udp|tcp):.*:[0-9]{1,5}$',
  peer: '^[A-Za-z0-9][A-Za-z0-9._-]*=[^ ]+$',
};

function valueSchema(option: Option): Schema {
  const { kind, choices, min, max } = option;
  if (kind === 'flag') return { type: 'boolean' };
  if (choices !== undefined) return { enum: choices };
  const bounds = {
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
  };
  if (kind === 'integer') return { type: 'integer', ...bounds };
  const pattern = PATTERNS[kind];
  const text = { type: 'string', ...(pattern === undefined ? {} : { pattern }) };
  if (kind === 'port-range')
    return { anyOf: [{ type: 'integer', minimum: 1, maximum: 65_535 }, text] };
  if (kind === 'duration' || kind === 'size')
    return { anyOf: [{ type: 'number', minimum: 0 }, text] };
  return text;
}

/** A list option takes one value, a list, and a peer also a map of names to networks. */
function optionSchema(option: Option): Schema {
  const description = option.text;
  const one = valueSchema(option);
  if (option.many !== true) return { description, ...one };
  const list = { type: 'array', items: one, minItems: 1 };
  const networks = { type: 'string' };
  const map = {
    type: 'object',
    additionalProperties: { anyOf: [networks, { type: 'array', items: networks, minItems: 1 }] },
  };
  return { description, anyOf: option.kind === 'peer' ? [one, list, map] : [one, list] };
}

/** The file's content. */
export function configSchema(): string {
  const properties = Object.fromEntries(
    CONFIGURABLE.map((option) => [option.name, optionSchema(option)]),
  );
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: "sipgauge's configuration file",
    type: 'object',
    additionalProperties: false,
    properties,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (import.meta.filename === process.argv[1]) {
  writeFileSync(join(packageRoot(), 'deploy', 'config.schema.json'), configSchema());
}
