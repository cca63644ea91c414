/** sipgauge as a program of its own, as an operator starts it: its log read, its metrics scraped, ended by signals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Answer, ask } from './http-fixture.ts';
import { samplesOf } from './metrics-fixture.ts';
import { OwnTime } from './own-time.ts';
import { PATIENCE_MS } from './patience.ts';

/** The built entry beside this compiled file. */
export const MAIN: string = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const LOOK_MS = 20;
const LOOPBACK = '127.0.0.1';

/** Waits until `done` is true; what was waited for is named when it never is. */
export async function eventually(
  what: string,
  done: () => boolean | Promise<boolean>,
): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (!(await done())) {
    if (performance.now() > endMs) throw new Error(`waited in vain until ${what}`);
    await pause(LOOK_MS);
  }
}

export type Samples = ReadonlyMap<string, number>;

export function numbersIn(exposition: string): Samples {
  return new Map([...samplesOf(exposition)].map(([name, value]) => [name, Number(value)]));
}

export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  /** From the signal, or from the call, to the end of the process, as far as it was its own doing. */
  readonly afterMs: number;
}

export class ProbeProcess {
  readonly process: ChildProcess;
  stderr = '';
  #port = 0;
  readonly #ended: Promise<unknown[]>;

  readonly #host: string;

  /** It serves on a free port of `host`. `prefix`: a program that starts it, with its arguments. */
  constructor(args: readonly string[], prefix: readonly string[] = [], host = LOOPBACK) {
    this.#host = host;
    const listen = ['--web.listen-address', `${host}:0`];
    const all = [...prefix, process.execPath, '--enable-source-maps', MAIN, ...args, ...listen];
    const [command = '', ...rest] = all;
    this.process = spawn(command, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.#ended = once(this.process, 'close');
  }

  /** Starts one and waits until it captures. */
  static async start(
    args: readonly string[],
    prefix?: readonly string[],
    host?: string,
  ): Promise<ProbeProcess> {
    const probe = new ProbeProcess(args, prefix, host);
    await probe.logged(/msg=started/);
    await eventually('it is ready', async () => (await probe.ask('/readyz')).status === 200);
    return probe;
  }

  get port(): number {
    if (this.#port === 0) {
      this.#port = Number(/listening=\S+:(\d+)/.exec(this.stderr)?.[1] ?? 0);
    }
    return this.#port;
  }

  async logged(pattern: RegExp): Promise<void> {
    await eventually(`the log says ${pattern}`, () => {
      const { exitCode, signalCode } = this.process;
      if (pattern.test(this.stderr)) return true;
      if (exitCode === null && signalCode === null) return false;
      throw new Error(`it ended, and never said ${pattern}: ${this.stderr}`);
    });
  }

  ask(path: string): Promise<Answer> {
    return ask(this.port, path, { host: this.#host });
  }

  async scrape(): Promise<string> {
    return (await this.ask('/metrics')).body.toString();
  }

  async metrics(): Promise<Samples> {
    return numbersIn(await this.scrape());
  }

  async metric(name: string): Promise<number | undefined> {
    return (await this.metrics()).get(name);
  }

  /** Scrapes until `done` is true of it. */
  async until(what: string, done: (samples: Samples) => boolean): Promise<Samples> {
    let samples: Samples = new Map();
    await eventually(what, async () => {
      samples = await this.metrics();
      return done(samples);
    });
    return samples;
  }

  /** Its end, by a signal or by itself. */
  async end(signal?: NodeJS.Signals): Promise<Ended> {
    const time = new OwnTime();
    if (signal !== undefined) this.process.kill(signal);
    const [status, by] = await this.#ended;
    return {
      status: typeof status === 'number' ? status : null,
      signal: typeof by === 'string' ? by : null,
      afterMs: time.passedMs,
    };
  }

  /** For clean-ups: no process is left behind, whatever a test did. */
  async kill(): Promise<void> {
    this.process.kill('SIGCONT');
    await this.end('SIGKILL');
  }
}
