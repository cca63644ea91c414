/** npm run pcaps: makes pcaps/ anew from its seeded generators; git must find nothing changed. */
import { runFolder } from './lib/compiled.mjs';
import { main, statusOf } from './lib/shell.mjs';

await main(async () => {
  const made = await runFolder('pcaps/make', process.argv.slice(2));
  const unchanged = statusOf('git', ['diff', '--exit-code', '--stat', '--', 'pcaps']);
  return made === 0 && unchanged === 0 ? 0 : 1;
});
