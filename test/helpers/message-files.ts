/** Reads test/messages/*.md: SIP messages in fenced blocks, each with a list of what must be found in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from './paths.ts';
import { bytesOf } from './sip-text.ts';

export interface MessageCase {
  readonly title: string;
  readonly bytes: Uint8Array;
  readonly expected: ReadonlyMap<string, string>;
}

const FOLDER = join(repoRoot, 'test', 'messages');

export function messageCases(): readonly MessageCase[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .flatMap((name) => casesOf(readFileSync(join(FOLDER, name), 'utf8'), name));
}

function casesOf(page: string, file: string): readonly MessageCase[] {
  return page
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [, title = '', text = '', list = ''] =
        /^(.*)\n[^`]*```\n([\s\S]*?)\n```\n([\s\S]*)$/.exec(section) ?? [];
      const expected = new Map<string, string>();
      for (const [, field = '', value = ''] of list.matchAll(/^- ([\w ]+): (.*)$/gm)) {
        expected.set(field, value);
      }
      return { title: `${file}: ${title}`, bytes: bytesOf(unescaped(text)), expected };
    });
}

/** Every line of a block ends with CRLF, the last one too. */
function unescaped(text: string): string {
  return `${text}\n`
    .replaceAll('\n', '\r\n')
    .replaceAll('\\t', '\t')
    .replaceAll('\\0', '\0')
    .replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
}
