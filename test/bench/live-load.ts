/**
 * The whole probe under live load between two namespaces: what was sent is what it counted and what it says it
 * dropped, how long scrapes take meanwhile, and what it costs. Then calls through a standstill of 40 s, with a ring
 * that holds them all and with one that does not. Needs root, a C compiler and SIPp, and three minutes, so it runs
 * only when asked for: npm run bench -- live-load --live [--rates=12600,100000] [--buffer=MIB] [--peers=16]
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sumOf } from '../helpers/call-counts.ts';
import { VethPair } from '../helpers/namespaces.ts';
import { repoRoot } from '../helpers/paths.ts';
import { ProbeProcess, type Samples } from '../helpers/probe-process.ts';
import { MESSAGES_PER_CALL, makeCalls, type SippEnd, startCallee } from '../helpers/sipp.ts';
import { Tcpdump } from '../helpers/tcpdump.ts';

const SECONDS = 10;
const SCRAPE_EVERY_MS = 50;
const TICKS_PER_SECOND = 100;
const STANDSTILL_SECONDS = 40;
const STANDSTILL_CALLS_PER_SECOND = 100;
const STANDSTILL_CALLS = (STANDSTILL_SECONDS + 10) * STANDSTILL_CALLS_PER_SECOND;

const options = process.argv.slice(2);
const rates = (
  options.find((option) => option.startsWith('--rates=')) ?? '--rates=12600,100000,200000,300000'
)
  .slice('--rates='.length)
  .split(',')
  .map(Number);
const buffer =
  options.find((option) => option.startsWith('--buffer='))?.slice('--buffer='.length) ?? '32';
/** Each with some 240 series of its own: so many that a scrape has above 5,000. */
const peers = Number(
  options.find((option) => option.startsWith('--peers='))?.slice('--peers='.length) ?? '16',
);
const folder = mkdtempSync(join(tmpdir(), 'sipgauge-load-'));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Seconds of processor time so far. */
function cpuSeconds(probe: ProbeProcess): number {
  const fields = readFileSync(`/proc/${probe.process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
  return (Number(fields?.[11]) + Number(fields?.[12])) / TICKS_PER_SECOND;
}

function residentPeakMiB(probe: ProbeProcess): number {
  const status = readFileSync(`/proc/${probe.process.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** Scrapes until the signal is aborted: how long each took, in milliseconds, sorted. */
async function scrapes(probe: ProbeProcess, signal: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  while (!signal.aborted) {
    const startedMs = performance.now();
    await probe.scrape();
    times.push(performance.now() - startedMs);
    await pause(SCRAPE_EVERY_MS);
  }
  return times.sort((a, b) => a - b);
}

function quantiles(times: readonly number[]): string {
  const at = (part: number): string =>
    (times[Math.floor((times.length - 1) * part)] ?? 0).toFixed(1);
  return `${at(0.5)} / ${at(0.99)} ms`;
}

async function idleScrapes(probe: ProbeProcess): Promise<string> {
  return quantiles(await scrapes(probe, AbortSignal.timeout(2000)));
}

/** When nothing more is counted. */
async function settled(probe: ProbeProcess): Promise<Samples> {
  let last = -1;
  let samples = await probe.metrics();
  while (sumOf(samples, 'sipgauge_packets_total') !== last) {
    last = sumOf(samples, 'sipgauge_packets_total');
    await pause(500);
    samples = await probe.metrics();
  }
  return samples;
}

async function underLoad(pair: VethPair, sender: string, rate: number): Promise<void> {
  const probe = await ProbeProcess.start([
    ...['live', '-i', pair.near, '--local', '10.0.0.2'],
    ...['--buffer-size', buffer],
    ...Array.from({ length: peers }, (_, i) => ['--peer', `p${i}=10.0.${i}.0/24`]).flat(),
  ]);
  const idle = await idleScrapes(probe);
  const before = cpuSeconds(probe);
  const stop = new AbortController();
  const scraping = scrapes(probe, stop.signal);
  const [command = '', ...args] = [...pair.prefix, sender, pair.far, String(rate), String(SECONDS)];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += text.toString();
  });
  await once(child, 'close');
  const cpu = (cpuSeconds(probe) - before) / SECONDS;
  stop.abort();
  const loaded = quantiles(await scraping);
  const samples = await settled(probe);
  const sent = Number(said.split(' ')[0]);
  const counted = sumOf(samples, 'sip_messages_total');
  const dropped = sumOf(samples, 'sipgauge_capture_dropped_total');
  const answers = sumOf(samples, 'drachtio_call_answer_seconds_in_count');
  say(
    `${rate}/s: sent ${sent} = counted ${counted} + dropped ${dropped}: ${sent === counted + dropped ? 'exact' : 'NOT EXACT'}` +
      `, calls answered ${answers}; ${samples.size} series, scrape p50/p99 idle ${idle}, loaded ${loaded}` +
      `; CPU ${(cpu * 100).toFixed(0)} % of a core, peak ${residentPeakMiB(probe).toFixed(0)} MiB; ${said.trim()}`,
  );
  await probe.kill();
}

/** Calls through a standstill: what was counted, lost and taken for a timeout. */
async function throughStandstill(pair: VethPair, bufferMib: number): Promise<void> {
  const near: SippEnd = {
    folder,
    address: pair.nearAddress,
    port: 5060,
    transport: 'u1',
    prefix: [],
  };
  const far = { ...near, address: pair.farAddress, prefix: pair.prefix };
  const probe = await ProbeProcess.start([
    'live',
    '-i',
    pair.near,
    '--buffer-size',
    String(bufferMib),
  ]);
  const callee = await startCallee(far);
  const tcpdump = await Tcpdump.start(
    pair.near,
    'udp port 5060',
    join(folder, `${bufferMib}.pcap`),
  );
  const calls = { to: far, count: STANDSTILL_CALLS, perSecond: STANDSTILL_CALLS_PER_SECOND };
  const calling = makeCalls({ ...near, port: 5070 }, calls);
  await pause(5000);
  probe.process.kill('SIGSTOP');
  await pause(STANDSTILL_SECONDS * 1000);
  probe.process.kill('SIGCONT');
  await calling;
  await tcpdump.stop();
  callee.kill();
  const samples = await settled(probe);
  const count = (family: string, ...labels: string[]): number => sumOf(samples, family, ...labels);
  const sent = STANDSTILL_CALLS * MESSAGES_PER_CALL;
  const messages = count('sip_messages_total');
  const dropped = count('sipgauge_capture_dropped_total');
  say(
    `standstill of ${STANDSTILL_SECONDS} s, ring ${bufferMib} MiB: ${sent} messages without retransmissions` +
      `, counted ${messages} + dropped ${dropped} = ${messages + dropped}` +
      `; retransmissions ${count('sip_retransmissions_total')}` +
      `, timeouts ${count('sip_transaction_timeouts_total')}` +
      `, answered ${count('sip_session_results_total', 'code="200"')} of ${STANDSTILL_CALLS}` +
      `, open ${count('sip_session_attempts_open')}, dialogs ${count('sofia_dialogs_total')}`,
  );
  // Then right again.
  const again = await startCallee(far);
  await makeCalls({ ...near, port: 5071 }, { to: far, count: 200, perSecond: 100 });
  again.kill();
  const after = sumOf(await settled(probe), 'sip_messages_total') - messages;
  say(`  after it: ${after} of ${200 * MESSAGES_PER_CALL} messages`);
  await probe.kill();
}

async function run(): Promise<void> {
  const sender = join(folder, 'call-sender');
  const source = join(repoRoot, 'test/bench/call-sender.c');
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', sender, source]);
  const pair = new VethPair(28);
  pair.create();
  try {
    for (const rate of rates) await underLoad(pair, sender, rate);
    if (!options.includes('--no-standstill')) {
      for (const bufferMib of [128, 2]) await throughStandstill(pair, bufferMib);
    }
  } finally {
    pair.destroy();
  }
}

if (options.includes('--live')) await run();
else say('live load: only with --live, as root; three minutes');
rmSync(folder, { recursive: true });
