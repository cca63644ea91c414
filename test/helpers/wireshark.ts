/**
 * Captures as Wireshark reads them: rewritten as plain pcap by editcap, which takes milliseconds; or dissected by
 * sharkd, one process for many files, since a tshark for each spends its time on starting.
 */
import {
  type ChildProcessWithoutNullStreams,
  execFile,
  spawn,
  spawnSync,
} from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type CapturedPacket, readPcap } from './read-pcap.ts';

const run = promisify(execFile);

/** For the `skip` of a test. Debian's tshark brings both along. */
export function wiresharkMissing(): string | false {
  // sharkd knows no --version and would wait for a connection; `-` reads requests until the input ends.
  const missing =
    spawnSync('editcap', ['--version']).error !== undefined ||
    spawnSync('sharkd', ['-'], { input: '' }).error !== undefined;
  return missing ? 'editcap and sharkd (of tshark) are not installed' : false;
}

/**
 * All packets up to where the capture is damaged, with the bytes and nanoseconds of each; undefined where no pcap
 * can hold them, since they are of more than one link type. `target` is written.
 */
export async function plainPackets(
  path: string,
  target: string,
): Promise<CapturedPacket[] | undefined> {
  try {
    await run('editcap', ['-F', 'nsecpcap', path, target]);
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    if (said.includes(`can't be written as a "nsecpcap" file`)) return undefined;
    throw error;
  }
  return readPcap(target);
}

interface Answer {
  readonly id: number;
  readonly error?: { readonly message: string };
  readonly result?: unknown;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A process that dissects one file after the other. */
export class Sharkd {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #pending: Map<number, Pending> = new Map();
  #requests = 0;

  constructor() {
    this.#child = spawn('sharkd', ['-']);
    this.#child.stderr.resume();
    this.#child.stdin.on('error', () => undefined); // It ended; `close` says so.
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#take(line));
    this.#child.once('close', (status) => {
      for (const { reject } of this.#pending.values()) {
        reject(new Error(`sharkd ended with ${status}`));
      }
    });
  }

  /** Of every frame up to where the file is damaged, the innermost occurrence of each field, or ''. */
  async fields(path: string, fields: readonly string[]): Promise<readonly string[][]> {
    // Of a damaged file it loads what there is, and gives no answer to this.
    void this.#ask('load', { file: path }).catch(() => undefined);
    const status = (await this.#ask('status', {})) as { filename?: string };
    if (status.filename === undefined || !path.endsWith(status.filename)) {
      throw new Error(`sharkd did not load ${path}`);
    }
    const columns = fields.map((field, i) => [`column${i}`, `${field}:-1`] as const);
    const frames = await this.#ask('frames', Object.fromEntries(columns));
    return (frames as { c: string[] }[]).map(({ c }) => c);
  }

  close(): void {
    this.#child.stdin.end();
  }

  #ask(method: string, params: object): Promise<unknown> {
    const id = ++this.#requests;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  }

  #take(line: string): void {
    if (line.trim() === '') return;
    const { id, error, result }: Answer = JSON.parse(line);
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) pending?.resolve(result);
    else pending?.reject(new Error(`sharkd: ${error.message}`));
  }
}
