/**
 * A capture in a process of its own, which a test may stop, kill or take privileges from. As a program
 * it takes a LiveChildOrder as JSON, and says a LiveChildProgress whenever that changes and a
 * LiveChildResult when it is ended.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { LiveCapSource, loadCap } from '../../src/capture/live-cap.ts';
import { LiveNativeSource } from '../../src/capture/live-native.ts';
import type { PacketSource } from '../../src/capture/packet-source.ts';
import { limitPrivileges } from '../../src/capture/privileges.ts';
import { OperatorError } from '../../src/core/operator-error.ts';
import { addon, makeOptions, openSource } from './live-source.ts';
import { PATIENCE_MS } from './patience.ts';

export interface LiveChildOrder {
  readonly interface: string;
  readonly filter: string;
  readonly source: 'native' | 'cap';
  /** To become after opening. */
  readonly user?: string;
}

export interface LiveChildProgress {
  readonly packets: number;
  readonly up: boolean;
}

export interface ThreadStatus {
  readonly [field: string]: string;
}

export interface LiveChildResult {
  readonly timestampsUs: readonly number[];
  readonly droppedByKernel: number;
  readonly notices: readonly string[];
  /** The code of what ended it, if an OperatorError did. */
  readonly error: string | null;
  readonly exitCode: number;
  readonly threads: readonly ThreadStatus[];
  /** What opening a second capture said. */
  readonly reopening: string;
  readonly rootAgain: string;
}

const FIELDS = ['Uid', 'Gid', 'Groups', 'CapInh', 'CapPrm', 'CapEff', 'CapAmb'];

function threads(): ThreadStatus[] {
  return readdirSync('/proc/self/task').map((thread) => {
    const lines = readFileSync(`/proc/self/task/${thread}/status`, 'utf8').split('\n');
    const pairs = lines.map((line) => line.split(':\t'));
    const chosen = pairs.filter(([name]) => FIELDS.includes(name ?? ''));
    return Object.fromEntries(chosen.map(([name, value]) => [name, value?.trim() ?? '']));
  });
}

async function reopening(name: string): Promise<string> {
  try {
    const { source } = await openSource([name]);
    await source.close();
    return 'opened';
  } catch (error) {
    return error instanceof OperatorError ? error.code : String(error);
  }
}

function rootAgain(): string {
  try {
    process.seteuid?.(0);
    return 'became root';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

async function makeSource(given: LiveChildOrder, notices: string[]): Promise<PacketSource> {
  const note = (message: string) => notices.push(message);
  const filterFor = () => given.filter;
  const options = makeOptions([given.interface], { filterFor, bufferBytes: 32 * 1024 * 1024 });
  const notify = { info: note, warn: note };
  if (given.source === 'cap') return new LiveCapSource(await loadCap(), options, notify);
  return new LiveNativeSource(addon(), options, notify);
}

async function run(given: LiveChildOrder): Promise<void> {
  // A thread that is there before, besides V8's and libuv's.
  const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
  await once(worker, 'online');
  const notices: string[] = [];
  const source = await makeSource(given, notices);
  await source.open();
  process.once('SIGTERM', () => void source.close());
  limitPrivileges(addon(), given.user);
  const timestampsUs: number[] = [];
  const ended: { error: string | null; exitCode: number } = { error: null, exitCode: 0 };
  try {
    let said = '';
    for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
      timestampsUs.push(...batch.timestampUs.subarray(0, batch.count));
      const up = source.stats()[0]?.up ?? false;
      const line = JSON.stringify({ packets: timestampsUs.length, up });
      if (line !== said) process.stdout.write(`${line}\n`);
      said = line;
    }
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    ended.error = error.code;
    ended.exitCode = error.exitCode;
  }
  const result: LiveChildResult = {
    timestampsUs,
    droppedByKernel: source.stats()[0]?.droppedByKernel ?? -1,
    notices,
    ...ended,
    threads: threads(),
    reopening: await reopening(given.interface),
    rootAgain: rootAgain(),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  await source.close();
  await worker.terminate();
}

export class LiveChild {
  readonly process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** `prefix`: a program that starts this one, such as setpriv, with its arguments. */
  constructor(order: LiveChildOrder, prefix: readonly string[] = []) {
    const path = fileURLToPath(import.meta.url);
    const [command = '', ...args] = [...prefix, process.execPath, path, JSON.stringify(order)];
    this.process = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const input = this.process.stdout ?? process.stdin;
    this.#lines = createInterface({ input })[Symbol.asyncIterator]();
  }

  /** Reads what it says until `done` is true of it; an end of patience ends the capture. */
  async until(done: (progress: LiveChildProgress) => boolean): Promise<void> {
    const impatience = setTimeout(() => this.process.kill('SIGKILL'), PATIENCE_MS);
    let progress: LiveChildProgress;
    do progress = await this.#next();
    while (!done(progress));
    clearTimeout(impatience);
  }

  /** It captures. */
  ready(): Promise<void> {
    return this.until(() => true);
  }

  /** What it says when it has ended by itself, or at this SIGTERM. */
  async result(signal?: 'SIGTERM'): Promise<LiveChildResult> {
    if (signal !== undefined) this.process.kill(signal);
    for (;;) {
      const said = await this.#next();
      if ('timestampsUs' in said) return said;
    }
  }

  async #next(): Promise<LiveChildProgress & LiveChildResult> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the capture ended without a word');
    return JSON.parse(value);
  }
}

// Only as a program; imported, this file runs nothing.
if (process.argv[1] === fileURLToPath(import.meta.url))
  await run(JSON.parse(process.argv[2] ?? ''));
