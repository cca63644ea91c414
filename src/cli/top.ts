/**
 * sipgauge top: a running probe's numbers in the terminal, read from its /metrics again and again. It needs no
 * privileges and disturbs the probe no more than a scrape does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { ExitCode, OperatorError } from '../core/operator-error.ts';
import { systemReason } from '../core/system-reason.ts';
import { Exposition } from '../report/exposition-reader.ts';
import type { ProbeIo } from './io.ts';
import { type Line, Terminal } from './terminal.ts';
import type { Look } from './top-look.ts';
import { topScreen } from './top-screen.ts';

/** Rates and percentiles are over at most this many looks. */
const LOOKS_MAX = 31;
const ANSWER_MS_MAX = 10_000;

export async function run(config: Config, io: ProbeIo): Promise<ExitCode> {
  const url = metricsUrl(config);
  const terminal = new Terminal(io, config.tool.once);
  const ended = new AbortController();
  const signal = AbortSignal.any([io.signal, ended.signal]);
  const looks: Look[] = [await look(url)];
  const stays = terminal.isTerminal && !config.tool.once;
  let silence: string | undefined;
  const draw = () => terminal.draw(screenOf(url, looks, terminal.columns, silence));
  const release = stays ? io.onKey?.(quitBy(ended)) : undefined;
  io.stdout.on('resize', draw);
  try {
    if (stays) draw();
    while (await waited(config.tool.intervalUs / 1000, signal)) {
      silence = await lookAgain(url, looks, stays);
      draw();
      if (config.tool.once) break;
    }
  } finally {
    io.stdout.removeListener('resize', draw);
    release?.();
    terminal.leave();
  }
  return ExitCode.OK;
}

/** q, and Ctrl-C, which is only a key where keys are read one by one. */
function quitBy(ended: AbortController): (key: string) => void {
  return (key) => {
    if (key === 'q' || key === 'Q' || key === '\u0003') ended.abort();
  };
}

/** A probe that does not answer for a while is no reason to leave the terminal; the reason is returned instead. */
async function lookAgain(url: URL, looks: Look[], stays: boolean): Promise<string | undefined> {
  try {
    add(looks, await look(url));
    return undefined;
  } catch (error) {
    if (!stays || !(error instanceof OperatorError)) throw error;
    return error.message;
  }
}

function add(looks: Look[], next: Look): void {
  const started = ({ metrics }: Look) => metrics.sum('drachtio_time_started');
  const last = looks.at(-1);
  // Another start: the counters began again at 0, and nothing of before can be compared.
  if (last !== undefined && started(last) !== started(next)) looks.length = 0;
  looks.push(next);
  if (looks.length > LOOKS_MAX) looks.shift();
}

function screenOf(
  url: URL,
  looks: readonly Look[],
  columns: number,
  silence: string | undefined,
): readonly Line[] {
  const [earlier] = looks;
  const later = looks.at(-1);
  if (earlier === undefined || later === undefined) return [];
  const lines = topScreen(withoutPassword(url).href, earlier, later, columns);
  if (silence === undefined) return lines;
  // What is below is of the last look that was answered.
  const text = `SILENT    ${silence}; asked again and again`;
  return lines.map((line, n) => (n === 1 ? { text, tone: 'bad' } : { ...line, tone: 'soft' }));
}

function metricsUrl(config: Config): URL {
  const url = URL.canParse(config.tool.url) ? new URL(config.tool.url) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const hint = 'It looks like http://127.0.0.1:9099';
    throw new OperatorError(
      'BAD_URL',
      `--url: "${config.tool.url}" is no http address`,
      hint,
      ExitCode.USAGE,
    );
  }
  if (url.pathname === '/') url.pathname = '/metrics';
  return url;
}

/** False when it was ended in between. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    return false; // Aborted: the only way a sleep fails.
  }
}

async function look(url: URL): Promise<Look> {
  const text = await fetchText(url);
  const metrics = new Exposition(text);
  if (metrics.has('sipgauge_packets_total')) return { atMs: performance.now(), metrics };
  const hint = 'Give the address of the probe: --url http://HOST:9099';
  throw new OperatorError('NO_PROBE', `${url.host} is no sipgauge`, hint);
}

async function fetchText(url: URL): Promise<string> {
  try {
    const answer = await fetch(withoutPassword(url), {
      headers: { accept: 'text/plain', ...authorization(url) },
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    if (answer.ok) return await answer.text();
    const hint =
      answer.status === 401
        ? 'Give name and password: --url http://NAME:PASSWORD@HOST:9099'
        : 'Is it a sipgauge, and are its metrics at that path?';
    throw new OperatorError('PROBE_REFUSES', `${url.host} answers ${answer.status}`, hint);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const reason = reasonOf(error);
    throw new OperatorError(
      'NO_PROBE',
      `no answer from ${url.host}: ${reason}`,
      silenceHint(url, reason),
      undefined,
      error,
    );
  }
}

function silenceHint(url: URL, reason: string): string {
  if (/certificate/.test(reason)) {
    return 'NODE_EXTRA_CA_CERTS=FILE in the environment names who signed it';
  }
  if (url.protocol === 'http:' && /closed the connection/.test(reason)) {
    return 'It may speak https: --url https://HOST:PORT';
  }
  return 'Is the probe running, and on this address? --url names another';
}

function withoutPassword(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

function authorization(url: URL): Record<string, string> {
  if (url.username === '') return {};
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** fetch hides the reason in its cause. */
function reasonOf(error: unknown): string {
  return systemReason(error instanceof Error ? (error.cause ?? error) : error);
}
