import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as parser from '../../../src/sip-parser/parse-message.ts';
import { repoRoot } from '../../helpers/paths.ts';
import { bytesOf, messageText } from '../../helpers/sip-text.ts';

const page = readFileSync(join(repoRoot, 'docs', 'SIP-PARSER.md'), 'utf8');

describe('docs/SIP-PARSER.md', () => {
  it('shows an example that runs', () => {
    const [, example = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
    const [, imported = '', body = ''] =
      /^import \{([^}]*)\} from [^\n]*\n([\s\S]*)$/.exec(example) ?? [];
    const names = imported
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const exported = new Map<string, unknown>(Object.entries(parser));
    for (const name of names) assert.ok(exported.has(name), name);
    const show: unknown = new Function(...names, `${body}\nreturn show;`)(
      ...names.map((name) => exported.get(name)),
    );
    assert.ok(typeof show === 'function');
    const good = messageText({ lines: ['Subject : x'] });
    assert.equal(show(bytesOf(good)), 'OPTIONS 0 c1@192.0.2.1 space_before_colon');
    assert.equal(show(bytesOf('nonsense')), 'bad: request_uri_missing');
  });

  it('names every span and every number of a message', () => {
    for (const name of Object.keys(parser.Span)) assert.ok(page.includes(`\`${name}\``), name);
    const { error: _, ...fields } = { ...new parser.SipMessage() };
    for (const name of Object.keys(fields)) assert.ok(page.includes(name), name);
  });
});
