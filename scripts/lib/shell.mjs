/** Running other programs, and saying in one line what is being done. Used by every script here. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
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

/** Whether a program of this name is in PATH. */
export function hasCommand(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
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

/** The folder over Node's headers: beside the binary, else where node-gyp has downloaded them to. */
export function nodePrefix() {
  const cached = join(homedir(), '.cache/node-gyp', process.versions.node);
  return [dirname(dirname(process.execPath)), '/usr', '/usr/local', cached].find((folder) =>
    existsSync(join(folder, 'include', 'node', 'node_api.h')),
  );
}

/** The environment for compiling addons: with Node's headers, where there are any, node-gyp downloads none. */
export function nativeEnvironment() {
  const found = nodePrefix();
  return found === undefined ? process.env : { ...process.env, npm_config_nodedir: found };
}

/** Runs a script's main function; a SetupError is one line and exit 1. */
export async function main(body) {
  // Where Debian keeps an administrator's programs: not in the PATH of a user who became root by su.
  process.env.PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter);
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`setup: ${error.message}\n`);
    process.exitCode = 1;
  }
}
