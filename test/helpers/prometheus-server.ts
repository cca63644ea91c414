/** A real Prometheus that scrapes probes every second, with rule files, and what it answers to queries. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './probe-process.ts';

export const prometheusMissing: string | false =
  spawnSync('prometheus', ['--version']).status === 0 ? false : 'prometheus is not installed';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusOptions {
  /** host:port by job. */
  readonly jobs: Readonly<Record<string, readonly string[]>>;
  readonly ruleFiles?: readonly string[];
}

interface Answer<T> {
  readonly status: string;
  readonly error?: string;
  readonly data: T;
}

interface Vector {
  readonly resultType: string;
  readonly result: readonly {
    readonly metric: Record<string, string>;
    readonly value: [number, string];
  }[];
}

export interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address !== null && typeof address === 'object' ? address.port : 0;
}

function configuration({ jobs, ruleFiles = [] }: PrometheusOptions): string {
  // JSON is YAML too.
  return JSON.stringify({
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ruleFiles,
    scrape_configs: Object.entries(jobs).map(([name, targets]) => ({
      job_name: name,
      static_configs: [{ targets }],
    })),
  });
}

export class PrometheusServer {
  private readonly child: ChildProcess;
  private readonly folder: string;
  private readonly port: number;
  private log = '';

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
    const flags = [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    this.child = spawn('prometheus', flags, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
  }

  static async start(options: PrometheusOptions): Promise<PrometheusServer> {
    const folder = mkdtempSync(join(tmpdir(), 'sipgauge-prometheus-'));
    writeFileSync(join(folder, 'prometheus.yml'), configuration(options));
    const server = new PrometheusServer(folder, await freePort());
    await eventually('Prometheus is ready', () => server.ready());
    return server;
  }

  private async ready(): Promise<boolean> {
    if (this.child.exitCode !== null) throw new Error(`Prometheus ended: ${this.log}`);
    try {
      return (await fetch(`${this.url}/-/ready`)).ok;
    } catch {
      return false; // Not listening yet.
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}`);
    const answer: Answer<T> = JSON.parse(await response.text());
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  }

  /**
   * An instant query, of now or of a time (Unix seconds) at which everything is known to have been there; throws what
   * Prometheus says against it.
   */
  async query(expression: string, at?: number): Promise<readonly Sample[]> {
    const time = at === undefined ? '' : `&time=${at}`;
    const { result } = await this.get<Vector>(
      `query?query=${encodeURIComponent(expression)}${time}`,
    );
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** A time, in Unix seconds, at which `expression` had a sample: scrapes that fail later do not change its answers. */
  async timeOf(expression: string): Promise<number> {
    let at = 0;
    await eventually(`there is ${expression}`, async () => {
      at = Date.now() / 1000;
      return (await this.query(expression, at)).length > 0;
    });
    return at;
  }

  /** Of a query whose answer is one number. */
  async number(expression: string): Promise<number | undefined> {
    return (await this.query(expression))[0]?.value;
  }

  async rules(): Promise<readonly Rule[]> {
    const { groups } = await this.get<{ groups: { rules: Rule[] }[] }>('rules');
    return groups.flatMap((group) => group.rules);
  }

  /** Which of `expressions` have a sample that is a number, waiting until all do or patience ends. */
  async withoutData(expressions: readonly string[]): Promise<readonly string[]> {
    let missing = expressions;
    const look = async () => {
      const answers = await Promise.all(missing.map((expression) => this.query(expression)));
      missing = missing.filter((_, i) => !answers[i]?.some(({ value }) => !Number.isNaN(value)));
      return missing.length === 0;
    };
    await eventually('all queries return data', look).catch(() => undefined);
    return missing;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'close');
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}
