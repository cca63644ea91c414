/** Where the repository and the shared material are, seen from a compiled test. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** From build/test/helpers. Nothing is looked for: a test may run as somebody who may not look. */
const ownRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** The checkout. Tests compiled outside it set SIPGAUGE_REPO. */
export const repoRoot: string = process.env['SIPGAUGE_REPO'] ?? ownRoot;

const shared = join(repoRoot, '..', 'shared');
/** The folder of captures and oracles beside the checkout, when it is there. */
export const sharedRoot: string | undefined = existsSync(join(shared, 'corpus'))
  ? shared
  : undefined;
