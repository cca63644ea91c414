/**
 * Loads the program as scripts/bundle.mjs leaves it: files of CommonJS, each one function that is given what such a file
 * may use, and with what V8 made of it when it was built.
 * To parse them and to compile what every start needs takes as long as to count thirty thousand messages. What another
 * version of Node or another kind of processor has made is left alone, and everything is compiled as usual.
 */
import type { Script as ScriptType } from 'node:vm';

interface Module {
  exports: object;
}

type Wrapper = (
  exports: object,
  require: (name: string) => object,
  module: Module,
  file: string,
  folder: string,
) => void;

const runtime: Partial<NodeJS.Process> = process;
if (runtime.getBuiltinModule === undefined) {
  process.stderr.write(
    `sipgauge: this is Node ${process.versions.node}; it needs Node 20.19, or 22.3 or newer. Install that, or name it in PATH.\n`,
  );
  process.exit(1);
}

// Not imported: for an import Node lists what the module has, for which it loads all of its parts, streams too.
const { readFileSync } = process.getBuiltinModule('node:fs');
const { createRequire } = process.getBuiltinModule('node:module');
const { dirname, join } = process.getBuiltinModule('node:path');
const { fileURLToPath } = process.getBuiltinModule('node:url');
const { Script } = process.getBuiltinModule('node:vm');

const folder = dirname(fileURLToPath(import.meta.url));
const requirePackage = createRequire(import.meta.url);
const modules = new Map<string, Module>();
const scripts = new Map<string, ScriptType>();

/** Runs a file of this folder, unless it has run already, and gives what it exports. */
export function loadBundle(name: string): object {
  return load(join(folder, name));
}

/** What V8 has compiled of the files that have run: by path, what belongs into a file of that name. */
export function compiledCode(): ReadonlyMap<string, Buffer> {
  const code = new Map<string, Buffer>();
  for (const [path, script] of scripts) code.set(cachePath(path), script.createCachedData());
  return code;
}

function cachePath(path: string): string {
  return `${path}.${process.version}-${process.arch}.cache`;
}

function load(path: string): object {
  const known = modules.get(path);
  if (known !== undefined) return known.exports;
  const module: Module = { exports: {} };
  modules.set(path, module);
  const code = readFileSync(path, 'utf8');
  const cachedData = readCache(path);
  const script = new Script(code, {
    filename: path,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  scripts.set(path, script);
  const place = dirname(path);
  const require = (name: string): object =>
    name.startsWith('.') ? load(join(place, name)) : requirePackage(name);
  const wrapper: Wrapper = script.runInThisContext();
  wrapper(module.exports, require, module, path, place);
  return module.exports;
}

function readCache(path: string): Buffer | undefined {
  try {
    return readFileSync(cachePath(path));
  } catch {
    return undefined; // Slower by some tens of milliseconds, and nothing else.
  }
}
