/**
 * sipgauge top: a running probe's numbers in the terminal, read from its /metrics again and again. It needs no
 * privileges and disturbs the probe no more than a scrape does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { ExitCode, OperatorError } from '../core/operator-error.ts';
import { Exposition } from '../report/exposition-reader.ts';
import type { ProbeIo } from './io.ts';
import { type Look, topScreen } from './top-screen.ts';

/** Rates and percentiles are over at most this many looks. */
const LOOKS_MAX = 30;
const ANSWER_MS_MAX = 10_000;
const CLEAR = '\u001b[H\u001b[J';

export async function run(config: Config, io: ProbeIo): Promise<ExitCode> {
  const url = metricsUrl(config);
  const looks: Look[] = [await look(url)];
  while (!io.signal.aborted) {
    if (!(await waited(config.tool.intervalUs / 1000, io.signal))) break;
    looks.push(await look(url));
    if (looks.length > LOOKS_MAX) looks.shift();
    const [earlier] = looks;
    const later = looks.at(-1);
    if (earlier === undefined || later === undefined) break;
    const screen = topScreen(withoutPassword(url).href, earlier, later).join('\n');
    io.stdout.write(`${config.tool.once || !io.isTerminal ? '' : CLEAR}${screen}\n`);
    if (config.tool.once) break;
  }
  return ExitCode.OK;
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
        : 'Is it a sipgauge?';
    throw new OperatorError('PROBE_REFUSES', `${url.host} answers ${answer.status}`, hint);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const hint = 'Is the probe running, and on this address? --url names another';
    throw new OperatorError(
      'NO_PROBE',
      `no answer from ${url.host}: ${reasonOf(error)}`,
      hint,
      undefined,
      error,
    );
  }
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
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
