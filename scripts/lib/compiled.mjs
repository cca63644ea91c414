/** Running compiled programs of test/bench, test/fuzz and pcaps/make, one after the other or side by side. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, say } from './shell.mjs';
import { filesBelow } from './stamps.mjs';
import { ensureNodeModules, ensureTestBuild } from './steps.mjs';

/**
 * Compiles, then runs every program directly in `folder` whose name holds one of the words given on the
 * command line; arguments that begin with a dash (and `NAME=VALUE`) go to the programs. Gives 1 when one failed.
 */
export async function runFolder(folder, argv, sideBySide = 1) {
  ensureNodeModules();
  ensureTestBuild();
  const isOption = (word) => word.startsWith('-') || word.includes('=');
  const words = argv.filter((word) => !isOption(word));
  const options = argv.filter(isOption);
  const programs = filesBelow(folder).filter((file) => {
    const name = file.slice(folder.length + 1);
    const isProgram = name.endsWith('.ts') && !name.includes('/') && !name.endsWith('.test.ts');
    return isProgram && (words.length === 0 || words.some((word) => name.includes(word)));
  });
  if (programs.length === 0) say(`nothing to run in ${folder}`);
  let passed = 0;
  const waiting = [...programs];
  const worker = async () => {
    for (let program = waiting.shift(); program !== undefined; program = waiting.shift()) {
      say(program);
      if ((await statusOfCompiled(program, options)) === 0) passed++;
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
  return passed === programs.length && programs.length > 0 ? 0 : 1;
}

function statusOfCompiled(program, options) {
  const compiled = join('build', program.replace(/\.ts$/, '.js'));
  const args = ['--enable-source-maps', '--expose-gc', compiled, ...options];
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  return new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (status) => resolve(status ?? 1));
  });
}
