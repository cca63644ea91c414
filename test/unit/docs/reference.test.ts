import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { configSchema } from '../../../docs/make/config-schema.ts';
import { configurationPage } from '../../../docs/make/configuration.ts';
import { manPage } from '../../../docs/make/man-page.ts';
import { CONFIGURABLE, OPTIONS } from '../../../src/config/options.ts';
import { repoRoot } from '../../helpers/paths.ts';

const again = 'is not what the table of options says: npm run docs';

function committed(path: string): string {
  return readFileSync(join(repoRoot, path), 'utf8');
}

describe('what derives from the table of options', () => {
  it('docs/CONFIGURATION.md is what npm run docs writes, and names every option', () => {
    const page = committed('docs/CONFIGURATION.md');
    assert.equal(page, configurationPage(), `docs/CONFIGURATION.md ${again}`);
    for (const { name } of OPTIONS) assert.ok(page.includes(name), name);
  });

  it('man/sipgauge.1 is what npm run docs writes', () => {
    assert.equal(committed('man/sipgauge.1'), manPage(), `man/sipgauge.1 ${again}`);
  });

  it('deploy/config.schema.json is what npm run docs writes, and knows every key', () => {
    const text = committed('deploy/config.schema.json');
    assert.equal(text, configSchema(), `deploy/config.schema.json ${again}`);
    const { properties } = JSON.parse(text);
    assert.deepEqual(
      Object.keys(properties),
      CONFIGURABLE.map((option) => option.name),
    );
  });

  it('the schema accepts every default', () => {
    const { properties } = JSON.parse(configSchema());
    for (const { name, fallback, many } of CONFIGURABLE) {
      if (fallback === undefined) continue;
      const values = many === true ? fallback.split(',') : [fallback];
      for (const value of values) assert.ok(accepts(properties[name], value), `${name}: ${value}`);
    }
  });
});

interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly anyOf?: readonly Schema[];
}

/** As much of JSON Schema as the scalars of this one use. */
function accepts(schema: Schema, text: string): boolean {
  if (schema.anyOf !== undefined) return schema.anyOf.some((each) => accepts(each, text));
  if (schema.enum !== undefined) return schema.enum.includes(text);
  if (schema.type === 'boolean') return text === 'true' || text === 'false';
  if (schema.type === 'integer') return /^\d+$/.test(text);
  if (schema.type !== 'string') return false;
  return schema.pattern === undefined || new RegExp(schema.pattern).test(text);
}
