/**
 * npm start [-- COMMAND …|FLAGS]: sets up what is missing, then runs sipgauge. Without a command it
 * replays pcaps/demo.pcap in a loop at its own pace and serves it; flags go to that replay.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { main, root } from './lib/shell.mjs';
import { ensureAddon, ensureDist, ensureNodeModules } from './lib/steps.mjs';

const DEMO = ['replay', join(root, 'pcaps', 'demo.pcap'), '--speed', '1', '--loop', '--serve'];

await main(async () => {
  const given = process.argv.slice(2);
  const hasCommand = given.length > 0 && !given[0].startsWith('-');
  ensureNodeModules();
  ensureDist();
  if (given[0] === 'live' && !given.includes('cap')) ensureAddon();
  const args = hasCommand ? given : [...DEMO, ...given];
  return runProgram([join(root, 'dist', 'main.js'), ...args]);
});

/** The program takes the terminal and the signals; its exit code is ours. */
function runProgram(args) {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 1)));
  });
}
