/** npm run dev [-- COMMAND …]: compiles as files change and restarts the program with what was compiled. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { main, nodeProgram, root } from './lib/shell.mjs';
import { ensureDist, ensureNodeModules } from './lib/steps.mjs';

await main(async () => {
  ensureNodeModules();
  ensureDist();
  const given = process.argv.slice(2);
  const demo = ['replay', 'pcaps/demo.pcap', '--speed', '1', '--loop', '--serve'];
  const program = [join(root, 'dist', 'main.js'), ...(given.length > 0 ? given : demo)];
  const tsc = [
    nodeProgram('typescript/bin/tsc'),
    '-p',
    'tsconfig.json',
    '--watch',
    '--preserveWatchOutput',
  ];
  const options = { cwd: root, stdio: 'inherit' };
  const children = [
    spawn(process.execPath, tsc, options),
    spawn(process.execPath, ['--enable-source-maps', '--watch', ...program], options),
  ];
  await new Promise((resolve) => process.once('SIGINT', resolve));
  for (const child of children) child.kill('SIGTERM');
});
