/** A capture by tcpdump beside the one under test, which says what was there to be seen. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** libpcap hands over its last packets within a second. */
const LAST_PACKETS_MS = 1200;
const BUFFER_KIB = 65_536;

/** For the `skip` of a test: why a program cannot be run here, or false. */
export function commandMissing(command: string, argument: string): string | false {
  const { error } = spawnSync(command, [argument]);
  return error === undefined ? false : `${command} is not installed`;
}

export class Tcpdump {
  readonly path: string;
  readonly #child: ChildProcess;
  #said = '';

  private constructor(path: string, child: ChildProcess) {
    this.path = path;
    this.#child = child;
    child.stderr?.on('data', (text: Buffer) => {
      this.#said += text.toString();
    });
  }

  /** Captures into the file at `path` when this resolves. */
  static async start(iface: string, filter: string, path: string): Promise<Tcpdump> {
    const options = ['--time-stamp-precision=nano', '-B', String(BUFFER_KIB), '-Z', 'root'];
    const child = spawn('tcpdump', ['-i', iface, ...options, '-w', path, filter], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const tcpdump = new Tcpdump(path, child);
    await once(child.stderr ?? child, 'data'); // It listens.
    return tcpdump;
  }

  /** Ends it when all that was sent is in the file; gives how many packets it lost itself. */
  async stop(): Promise<number> {
    await pause(LAST_PACKETS_MS);
    this.#child.kill('SIGINT');
    await once(this.#child, 'close');
    return Number(/(\d+) packets? dropped by kernel/.exec(this.#said)?.[1] ?? Number.NaN);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
