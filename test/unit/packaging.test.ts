/** What `npm pack` would put into the package. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { repoRoot } from '../helpers/paths.ts';

const skip = existsSync(join(repoRoot, 'dist')) ? false : 'dist is not built';

function packedFiles(): readonly string[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const answer: unknown = JSON.parse(
    execFileSync('npm', args, { cwd: repoRoot, encoding: 'utf8' }),
  );
  const paths = [...JSON.stringify(answer).matchAll(/"path":"([^"]+)"/g)].map(
    (match) => match[1] ?? '',
  );
  return paths.sort();
}

describe('the npm package', { skip }, () => {
  const files = skip === false ? packedFiles() : [];

  it('has the program, the sources of its addon, its demo capture and its papers', () => {
    for (const needed of [
      'package.json',
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
      'dist/main.js',
      'dist/sip-parser/parse-message.js',
      'dist/sip-parser/parse-message.d.ts',
      'native/binding.gyp',
      'native/src/addon.cc',
      'scripts/install.mjs',
      'scripts/build-native.mjs',
      'pcaps/demo.pcap',
      'man/sipgauge.1',
      'docs/METRICS.md',
      'deploy/config.schema.json',
    ]) {
      assert.ok(files.includes(needed), `${needed} is missing`);
    }
  });

  it('has nothing else', () => {
    const allowed =
      /^(dist\/|native\/(binding\.gyp|src\/|prebuilds\/)|scripts\/(install|build-native)\.mjs$|scripts\/lib\/|pcaps\/[^/]+\.pcap$|man\/|docs\/([^/]+\.md$|alerts\/|img\/)|deploy\/|(package\.json|README\.md|CHANGELOG\.md|LICENSE)$)/;
    assert.deepEqual(
      files.filter((file) => !allowed.test(file)),
      [],
    );
    assert.deepEqual(
      files.filter((file) => /\.test\.|(^|\/)test\//.test(file)),
      [],
    );
  });
});
