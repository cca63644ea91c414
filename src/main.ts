#!/usr/bin/env node
/** argv → run() → exit code, and the signals. Nothing else. */
// Before anything else is loaded.
import './early-reader.ts';
import { run } from './cli/run.ts';
import { ExitCode } from './core/operator-error.ts';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());

// What can't be written is reported by the command; one that would go on for ever ends.
process.stdout.on('error', () => stop.abort());
// Nobody is left to tell.
process.stderr.on('error', () => undefined);

void run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  isTerminal: process.stderr.isTTY,
  signal: stop.signal,
  environment: process.env,
  onKey: readKeys,
  onReload: (callback) => void process.on('SIGHUP', callback),
}).then(end);

/** What is still open, such as a pipe nobody reads, must not keep a program that is done. */
function end(code: ExitCode): void {
  process.exitCode = code;
  if (code !== ExitCode.OK || stop.signal.aborted) process.exit();
}

/** Of the terminal, unbuffered. Only who wants keys looks at standard input, which takes a while to open. */
function readKeys(callback: (key: string) => void): (() => void) | undefined {
  const { stdin } = process;
  if (!stdin.isTTY) return undefined;
  const take = (text: string) => callback(text);
  stdin.setRawMode(true).setEncoding('utf8').on('data', take).resume();
  return () => void stdin.off('data', take).setRawMode(false).pause();
}
