/** npm run coverage: all tests under c8, with the gates of docs/STYLE.md; the parsing and counting stages have a stricter one. */
import { join } from 'node:path';
import { main, nodeProgram, root, statusOf } from './lib/shell.mjs';
import { ensureNodeModules } from './lib/steps.mjs';

const common = [
  '--exclude-after-remap',
  '--all',
  '--src',
  'src',
  '--temp-directory',
  'coverage/tmp',
];

await main(() => {
  ensureNodeModules();
  const c8 = nodeProgram('c8/bin/c8.js');
  const test = [process.execPath, join(root, 'scripts', 'test.mjs'), ...process.argv.slice(2)];
  const gates = ['--check-coverage', '--lines', '95', '--functions', '95', '--branches', '90'];
  const whole = [c8, ...common, '--include', 'src/**', ...gates, ...test];
  if (statusOf(process.execPath, whole) !== 0) return 1;
  const stages = ['src/sip-parser/**', 'src/decode/**', 'src/state/**'];
  const includes = stages.flatMap((stage) => ['--include', stage]);
  const strict = [c8, 'report', ...common, ...includes, '--check-coverage', '--branches', '98'];
  return statusOf(process.execPath, [...strict, '--lines', '95', '--functions', '95']);
});
