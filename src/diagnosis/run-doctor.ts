/**
 * `sipgauge doctor`: opens the interfaces as a live capture would, looks for some seconds, and says what it found. It
 * lets everything in, unless a filter is given, so that it also sees what a live capture would leave out.
 */
import { networkInterfaces } from 'node:os';
import { interfaceAddresses } from '../capture/devices.ts';
import type { PacketSource } from '../capture/packet-source.ts';
import type { ProbeIo } from '../cli/io.ts';
import type { Config } from '../config/config.ts';
import { ExitCode, OperatorError } from '../core/operator-error.ts';
import { liveSource } from '../live-sources.ts';
import { type CaptureFacts, type Finding, trafficFindings } from './findings.ts';
import { TrafficSurvey } from './traffic-survey.ts';

const MARKS = { ok: 'ok     ', note: 'note   ', problem: 'PROBLEM' } as const;

/** The exit code says whether a live capture would work. */
export async function runDoctor(config: Config, io: ProbeIo): Promise<ExitCode> {
  const findings: Finding[] = [];
  const print = (finding: Finding): void => {
    findings.push(finding);
    const advice = finding.advice === '' ? '' : `. ${finding.advice}.`;
    io.stdout.write(`${MARKS[finding.grade]}  ${finding.text}${advice}\n`);
  };
  const wanted = wantedConfig(config);
  print({
    grade: 'ok',
    text: `looking at ${wanted.capture.interfaces.join(', ')} for ${config.tool.seconds} s`,
    advice: '',
  });
  try {
    await look(wanted, io, print);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    print({ grade: 'problem', text: error.message, advice: error.hint.replace(/\.$/, '') });
  }
  const problems = findings.filter((finding) => finding.grade === 'problem').length;
  const verdict =
    problems === 0 ? 'it would work' : `${problems} thing${problems === 1 ? '' : 's'} to mend`;
  io.stdout.write(`\n${verdict}\n`);
  return problems === 0 ? ExitCode.OK : ExitCode.OPERATOR;
}

/** All interfaces that are up when none is named; no filter but the operator's own. */
function wantedConfig(config: Config): Config {
  const { capture } = config;
  const up = Object.keys(networkInterfaces());
  const interfaces = capture.interfaces.length > 0 ? capture.interfaces : up;
  return { ...config, capture: { ...capture, interfaces, filter: capture.filter ?? '' } };
}

async function look(config: Config, io: ProbeIo, print: (finding: Finding) => void): Promise<void> {
  const { source, libpcapVersion } = await liveSource(config, {
    info: (text) => print({ grade: 'ok', text, advice: '' }),
    warn: (text) => print({ grade: 'note', text, advice: '' }),
  });
  const addresses = interfaceAddresses(config.capture.interfaces);
  const local = config.local.length > 0 ? config.local : addresses;
  const survey = new TrafficSurvey(local, portsOf(config));
  try {
    await source.open();
    const stamps = config.capture.source === 'cap' ? 'the program, on arrival' : 'the kernel';
    const library = libpcapVersion === '' ? '' : `, ${libpcapVersion}`;
    print({
      grade: 'ok',
      text: `capturing is permitted; packets are stamped by ${stamps}${library}`,
      advice: '',
    });
    const clockOffsetSeconds = await watch(source, survey, config.tool.seconds, io.signal);
    const facts = captureFacts(config, source, local, clockOffsetSeconds);
    for (const finding of trafficFindings(survey, facts)) print(finding);
  } finally {
    await source.close();
  }
}

function portsOf(config: Config): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const { first, last } of config.ports.tls)
    for (let port = first; port <= last; port++) ports.add(port);
  return ports;
}

/** Gives how far the host's clock was ahead of the last packet that was read at once. */
async function watch(
  source: PacketSource,
  survey: TrafficSurvey,
  seconds: number,
  signal: AbortSignal,
): Promise<number> {
  const endMs = performance.now() + seconds * 1000;
  let offset = Number.POSITIVE_INFINITY;
  while (performance.now() < endMs && !signal.aborted) {
    const batch = await source.next();
    if (batch === undefined) break;
    survey.add(batch);
    if (batch.count === 0) continue;
    const now = Date.now() / 1000 - survey.lastTimestampUs / 1e6;
    // The smallest is the one with the least waiting in it.
    if (Math.abs(now) < Math.abs(offset)) offset = now;
  }
  return Number.isFinite(offset) ? offset : 0;
}

function captureFacts(
  config: Config,
  source: PacketSource,
  local: readonly string[],
  clockOffsetSeconds: number,
): CaptureFacts {
  const stats = source.stats();
  const sum = (count: (each: (typeof stats)[number]) => number) =>
    stats.reduce((total, each) => total + count(each), 0);
  return {
    seconds: config.tool.seconds,
    sipPorts: config.ports.sip,
    filtered: config.capture.filter !== '',
    snaplen: config.capture.snaplen,
    droppedByKernel: sum((each) => each.droppedByKernel + each.droppedByRing),
    droppedByInterface: sum((each) => each.droppedByInterface),
    clockOffsetSeconds,
    local,
  };
}
