/**
 * The thread that reads, started before the rest of the program is loaded where the arguments look as if it will be
 * wanted: it takes as long to start as the program does, and another processor has nothing to do meanwhile. It waits for its
 * order; whoever does not need it after all ends it.
 */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** A smaller file is counted before a second thread has started. */
export const READ_AHEAD_BYTES: number = 32 * 1024 * 1024;

let early: Worker | undefined = isLikely(process.argv.slice(2)) ? start() : undefined;
// Alone it keeps no program running.
early?.unref();

/** The thread, started now unless it was before. */
export function takeReader(): Worker {
  const worker = early ?? start();
  early = undefined;
  worker.ref();
  return worker;
}

/** Nobody will take it. */
export function dropReader(): void {
  void early?.terminate();
  early = undefined;
}

function start(): Worker {
  return new Worker(new URL('./read-ahead-worker.js', import.meta.url));
}

function isLikely(words: readonly string[]): boolean {
  const isServed = words.includes('--serve') || words.includes('--loop');
  if (!words.includes('replay') || isServed || availableParallelism() < 2) return false;
  return words.some(isLarge);
}

function isLarge(word: string): boolean {
  if (word.startsWith('-')) return false;
  try {
    return (statSync(word, { throwIfNoEntry: false })?.size ?? 0) >= READ_AHEAD_BYTES;
  } catch {
    return false; // No path at all.
  }
}
