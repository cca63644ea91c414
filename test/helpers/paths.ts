/** Where the repository and the shared material are, seen from a compiled test. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

function findRepo(): string {
  const fromEnvironment = process.env['SIPGAUGE_REPO'];
  return fromEnvironment ?? findRoot();
}

/** The checkout. Tests compiled outside it set SIPGAUGE_REPO. */
export const repoRoot: string = findRepo();

const shared = join(repoRoot, '..', 'shared');
/** The folder of captures and oracles beside the checkout, when it is there. */
export const sharedRoot: string | undefined = existsSync(join(shared, 'corpus'))
  ? shared
  : undefined;
