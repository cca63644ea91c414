/**
 * dist/ as it ships: two hundred modules become one file per command. Loading a module costs about half a
 * millisecond, and a constant imported from another module costs a load and a check at each use; within one
 * file it is folded into the code. By rollup, which leaves `const` a constant and names as they are.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import { minify } from 'terser';
import { inlineReads } from './lib/inline-reads.mjs';
import { main, root, run, say } from './lib/shell.mjs';
import { filesBelow } from './lib/stamps.mjs';

/** What is read, or run, as a file of its own. */
const KEPT = [/^http\/dashboard\/client\//, /^http\/password-worker\.js/, /^bundle-loader\.js/];
/** What runs for every packet lies in one file, whoever else imports a part of it. */
const DATA_PLANE = [
  /^core\/(?!operator-error|log)/,
  /^(decode|reassembly|sip-parser|direction|state|metrics)\//,
  /^(pipeline|data-plane|delivery|explain|streams|.*-streams|stream-protocols)\.js$/,
  /^(tcp-connections|sctp-messages)\.js$/,
];
/**
 * The program's entries, which share chunks, for src/bundle-loader.ts; the parser, which stands alone; and the thread
 * that reads, one file.
 */
const BUNDLES = [
  { entries: ['main', 'probe'], chunks: 'chunks', dataPlane: true, loaded: true },
  { entries: ['sip-parser/parse-message'], chunks: 'sip-parser', dataPlane: true },
  { entries: ['read-ahead-worker'], chunks: 'read-ahead', dataPlane: false, common: true },
];

/** Packages that become part of it: every start needs them, and Node takes longer to find them than to run them. */
const PACKED = new Set(['yargs-parser']);

/** What runs for every packet, which is worth some seconds of the build. */
const FOLDED = /(data-plane|read-ahead-worker)\.c?js$/;
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
  format: { comments: false, beautify: true, indent_level: 0 },
};

const dist = join(root, 'dist');

/** What a start of each entry is: a module, with the exports of the bundle that it loads. */
const entryModule = ({ name, exports }) => {
  const line = name === 'main' ? '#!/usr/bin/env node\n' : '';
  const names = exports.length > 0 ? `export const { ${exports.join(', ')} } = ` : '';
  return `${line}import { loadBundle } from './bundle-loader.js';\n\n${names}loadBundle('${name}.cjs');\n`;
};

/** As bundle-loader runs it. On the first line, so that lines keep their numbers. */
const asFunction = (code) =>
  `(function (exports, require, module, __filename, __dirname) {${code}\n})`;

/** A module finds files beside itself also from the chunk it has become a part of. */
const ownPlace = {
  name: 'own-place',
  resolveImportMeta(property, { chunkId, moduleId, format }) {
    if (property !== 'url') return null;
    const path = relative(join(dist, dirname(chunkId)), moduleId);
    if (format === 'es') {
      return `new URL('${path.startsWith('.') ? path : `./${path}`}', import.meta.url).href`;
    }
    return `require('node:url').pathToFileURL(require('node:path').join(__dirname, '${path}')).href`;
  },
};

/** CommonJS starts sooner than a module does. */
const reader = {
  name: 'reader',
  transform: (code, id) =>
    id.endsWith('/early-reader.js')
      ? code.replace('read-ahead-worker.js', 'read-ahead-worker.cjs')
      : null,
};

const packed = {
  name: 'packed',
  resolveId: (name) => (PACKED.has(name) ? fileURLToPath(import.meta.resolve(name)) : null),
};

async function bundle({ entries, chunks, dataPlane, loaded, common = loaded }) {
  const modules = await rollup({
    input: Object.fromEntries(entries.map((name) => [name, join(dist, `${name}.js`)])),
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !PACKED.has(id),
    plugins: [packed, reader, ownPlace, inlineReads],
  });
  const isDataPlane = (id) =>
    dataPlane && DATA_PLANE.some((pattern) => pattern.test(relative(dist, id)));
  const extension = common ? 'cjs' : 'js';
  const { output } = await modules.generate({
    format: common ? 'cjs' : 'es',
    dynamicImportInCjs: false,
    generatedCode: { constBindings: true },
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `${chunks}/[name].${extension}`,
    manualChunks: (id) => {
      if (isDataPlane(id)) return 'data-plane';
      // What runs before the rest is loaded has to lie apart from it.
      return loaded && relative(dist, id) === 'early-reader.js' ? 'early-reader' : undefined;
    },
  });
  await modules.close();
  // The first line of a program is no line of a module.
  const files = output.map(({ fileName, code }) => ({
    fileName,
    code: code.replace(/^#!/, '//'),
    wrapped: loaded,
  }));
  for (const chunk of loaded ? output.filter(({ isEntry }) => isEntry) : []) {
    files.push({ fileName: `${chunk.name}.js`, code: entryModule(chunk) });
  }
  return files;
}

/** Replaces the modules that tsc put into dist/ by bundles of them; declarations stay. */
await main(async () => {
  say('bundling dist');
  const outputs = [];
  for (const entry of BUNDLES) outputs.push(...(await bundle(entry)));
  for (const file of filesBelow('dist').map((path) => path.slice('dist/'.length))) {
    const isStale = /\.(c?js|js\.map|cache)$/.test(file);
    if (isStale && !KEPT.some((kept) => kept.test(file))) rmSync(join(dist, file));
  }
  for (const { fileName, code, wrapped } of outputs) {
    const shipped = FOLDED.test(fileName) ? (await minify(code, FOLDING)).code : code;
    mkdirSync(dirname(join(dist, fileName)), { recursive: true });
    writeFileSync(join(dist, fileName), wrapped ? asFunction(shipped) : shipped);
  }
  run(process.execPath, ['scripts/lib/code-cache.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
});
