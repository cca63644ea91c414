/**
 * dist/ as it ships: two hundred modules become one file per command. Loading a module costs about half a
 * millisecond, and a constant imported from another module costs a load and a check at each use; within one
 * file it is folded into the code. By rollup, which leaves `const` a constant and names as they are.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { rollup } from 'rollup';
import { minify } from 'terser';
import { main, root, say } from './lib/shell.mjs';
import { filesBelow } from './lib/stamps.mjs';

/** What is read, or run, as a file of its own. */
const KEPT = [/^http\/dashboard\/client\//, /^http\/password-worker\.js/];
/** What runs for every packet lies in one file, whoever else imports a part of it. */
const DATA_PLANE = [
  /^core\/(?!operator-error|log)/,
  /^(decode|reassembly|sip-parser|direction|state|metrics)\//,
  /^(pipeline|data-plane|delivery|explain|streams|.*-streams|stream-protocols)\.js$/,
  /^(tcp-connections|sctp-messages)\.js$/,
];
/** The program's entries, which share chunks; the parser, which stands alone; and the thread that reads, one file. */
const BUNDLES = [
  { entries: ['main', 'probe'], chunks: 'chunks', dataPlane: true },
  { entries: ['sip-parser/parse-message'], chunks: 'sip-parser', dataPlane: true },
  { entries: ['read-ahead-worker'], chunks: 'read-ahead', dataPlane: false },
];

/** What runs for every packet, which is worth some seconds of the build. */
const FOLDED = /(data-plane|read-ahead-worker)\.js$/;
/**
 * What terser may do to it: put constants where they are used, and leave comments out. Code that runs some thousand
 * times before it is compiled gets shorter by a third; names and lines stay, for whoever reads a stack trace.
 */
const FOLDING = {
  module: true,
  mangle: false,
  compress: {
    defaults: false,
    evaluate: true,
    hoist_props: true,
    inline: 3,
    reduce_funcs: true,
    reduce_vars: true,
    toplevel: true,
    unused: true,
  },
  format: { comments: false, beautify: true, indent_level: 1 },
};

const dist = join(root, 'dist');

/** A module finds files beside itself also from the chunk it has become a part of. */
const ownPlace = {
  name: 'own-place',
  resolveImportMeta(property, { chunkId, moduleId }) {
    if (property !== 'url') return null;
    const path = relative(join(dist, dirname(chunkId)), moduleId);
    return `new URL('${path.startsWith('.') ? path : `./${path}`}', import.meta.url).href`;
  },
};

async function bundle({ entries, chunks, dataPlane }) {
  const modules = await rollup({
    input: Object.fromEntries(entries.map((name) => [name, join(dist, `${name}.js`)])),
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
    plugins: [ownPlace],
  });
  const isDataPlane = (id) =>
    dataPlane && DATA_PLANE.some((pattern) => pattern.test(relative(dist, id)));
  const { output } = await modules.generate({
    format: 'es',
    generatedCode: { constBindings: true },
    entryFileNames: '[name].js',
    chunkFileNames: `${chunks}/[name].js`,
    manualChunks: (id) => (isDataPlane(id) ? 'data-plane' : undefined),
  });
  await modules.close();
  return output;
}

/** Replaces the modules that tsc put into dist/ by bundles of them; declarations stay. */
await main(async () => {
  say('bundling dist');
  const outputs = [];
  for (const entry of BUNDLES) outputs.push(...(await bundle(entry)));
  for (const file of filesBelow('dist').map((path) => path.slice('dist/'.length))) {
    const isModule = file.endsWith('.js') || file.endsWith('.js.map');
    if (isModule && !KEPT.some((kept) => kept.test(file))) rmSync(join(dist, file));
  }
  for (const { fileName, code } of outputs) {
    const shipped = FOLDED.test(fileName) ? (await minify(code, FOLDING)).code : code;
    mkdirSync(dirname(join(dist, fileName)), { recursive: true });
    writeFileSync(join(dist, fileName), shipped);
  }
});
