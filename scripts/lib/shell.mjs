/** Running other programs, and saying in one line what is being done. Used by every script here. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout, or the installed package. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A set-up step that failed for a reason its message explains. */
export class SetupError extends Error {}

/** Announces a step on stderr, so that stdout stays the program's own. */
export function say(message) {
  process.stderr.write(`setup: ${message}\n`);
}

/** Runs a program with our own output; throws SetupError when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (result.error) throw new SetupError(`${command}: ${result.error.message}`);
  if (result.status !== 0) {
    throw new SetupError(
      `${command} ${args.join(' ')} ended with ${result.status ?? result.signal}`,
    );
  }
}

/** Runs a program and gives its exit status; 127 when there is no such program. */
export function statusOf(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) return 127;
  return result.status ?? 1;
}

/** Whether a program of this name is in PATH (or where Debian keeps an administrator's programs). */
export function hasCommand(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false; // Not in this folder.
    }
  });
}

/** A package's command line program, run with this very Node. */
export function nodeProgram(path) {
  return join(root, 'node_modules', path);
}

/**
 * The environment for compiling addons: Node's own headers where they lie beside the binary, since
 * node-gyp would otherwise download them.
 */
export function nativeEnvironment() {
  const prefix = dirname(dirname(process.execPath));
  const found = [prefix, '/usr', '/usr/local'].find((folder) =>
    existsSync(join(folder, 'include', 'node', 'node_api.h')),
  );
  return found === undefined ? process.env : { ...process.env, npm_config_nodedir: found };
}

/** Runs a script's main function; a SetupError is one line and exit 1. */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`setup: ${error.message}\n`);
    process.exitCode = 1;
  }
}
