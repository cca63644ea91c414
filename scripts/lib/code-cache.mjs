/**
 * Runs the built program once, over a bundled capture, and keeps what V8 has compiled meanwhile beside its files, where
 * dist/bundle-loader.js looks for it. A program of its own: the one that it runs ends it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiledCode, loadBundle } from '../../dist/bundle-loader.js';
import { root } from './shell.mjs';

process.argv.splice(2, Number.POSITIVE_INFINITY, 'replay', join(root, 'pcaps/demo.pcap'));
process.stderr.write = () => true;
process.once('exit', () => {
  for (const [path, code] of compiledCode()) writeFileSync(path, code);
});
loadBundle('main.cjs');
