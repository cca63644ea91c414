/** Running compiled programs of test/bench, test/fuzz and pcaps/make, one after the other. */
import { join } from 'node:path';
import { say, statusOf } from './shell.mjs';
import { filesBelow } from './stamps.mjs';
import { ensureNodeModules, ensureTestBuild } from './steps.mjs';

/**
 * Compiles, then runs every program directly in `folder` whose name holds one of the words given on the
 * command line; arguments that begin with a dash (and `NAME=VALUE`) go to the programs. Gives 1 when one failed.
 */
export function runFolder(folder, argv) {
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
  let failed = 0;
  for (const program of programs) {
    say(program);
    const compiled = join('build', program.replace(/\.ts$/, '.js'));
    const args = ['--enable-source-maps', '--expose-gc', compiled, ...options];
    if (statusOf(process.execPath, args) !== 0) failed++;
  }
  if (programs.length === 0) say(`nothing to run in ${folder}`);
  return failed === 0 && programs.length > 0 ? 0 : 1;
}
