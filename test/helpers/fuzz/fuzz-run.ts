/**
 * Runs one fuzzer: a pass that looks for what does not hold, and a second one over the same packets that has to
 * give the same exposition. Packets that were slow once are timed again there; only what is slow every time is a
 * problem. A packet's time is no more than the processor time that went by: a busy machine makes any packet wait.
 */
import { createHash } from 'node:crypto';
import { processorMs } from '../own-time.ts';
import type { FuzzTarget } from './checked-plane.ts';
import type { PacketGenerator } from './fuzz-packet.ts';

export interface FuzzSubject {
  readonly name: string;
  readonly generator: (seed: number) => PacketGenerator;
  readonly target: (seed: number) => FuzzTarget;
}

export interface FuzzLimits {
  readonly seed: number;
  readonly packets: number;
  /** The first pass ends earlier when so much time has passed. */
  readonly milliseconds: number;
  /** Part of the packets that the second pass takes again, 0 to 1. */
  readonly compared: number;
  /** What one packet may take, in milliseconds of processor time; SLOW_MS unless said. */
  readonly slowMs?: number;
}

export interface Problem {
  /** Index of the packet at which it was seen. */
  readonly at: number;
  readonly text: string;
}

export interface FuzzOutcome {
  readonly packets: number;
  /** Of those that were timed twice, the lesser time of each. */
  readonly slowestMs: number;
  /** Bytes of heap and buffers at the end of the first pass. */
  readonly memory: number;
  /** Since 40 % of the packets. */
  readonly grown: number;
  readonly problems: readonly Problem[];
}

export const SLOW_MS = 10;
/** Until then everything is slow: code is being compiled. */
const SETTLED_PACKETS = 5000;
const CHECK_EVERY = 10_000;
/** Buffers of streams, all of them taken at once for the first time, stay below. */
const GROWTH_BYTES_MAX = 16 * 1024 * 1024;
const WARM = 0.4;
/** The first pass, and two more for what was slow in it. */
const TIMINGS = 3;
/** A packet's time is kept from here on. */
const NOTED_MS = 0.25;
/** More only on a machine too busy to time anything. */
const NOTED_MAX = 50_000;

/** What one pass over the packets saw. */
interface Pass {
  readonly packets: number;
  /** Milliseconds of those that took their time, by index. */
  readonly noted: ReadonlyMap<number, number>;
  /** Of the exposition, every CHECK_EVERY packets. */
  readonly digests: readonly string[];
  readonly problem: Problem | undefined;
}

type EndOfPass = (packets: number) => boolean;

export function fuzzRun(subject: FuzzSubject, limits: FuzzLimits): FuzzOutcome {
  const memory = new MemoryWatch();
  const startMs = performance.now();
  const { slowMs = SLOW_MS } = limits;
  const first = pass(subject, limits.seed, (packets) => {
    const passed = (performance.now() - startMs) / limits.milliseconds;
    const done = Math.max(passed, packets / limits.packets);
    if (packets % CHECK_EVERY === 0) memory.sample(done);
    return done >= 1;
  });
  memory.sample(1);
  const problems: Problem[] = first.problem === undefined ? [] : [first.problem];
  let slow = slowOf(first.noted, slowMs);
  let slowestMs = 0;
  for (let i = 1; i < TIMINGS && problems.length === 0; i++) {
    if (i > 1 && slow.size === 0) break;
    const part = i === 1 ? first.packets * limits.compared : 0;
    const last = Math.max(CHECK_EVERY, part, ...slow.keys());
    const again = pass(
      subject,
      limits.seed,
      (packets) => packets > last || packets >= first.packets,
    );
    const differs = again.digests.findIndex((digest, k) => digest !== first.digests[k]);
    if (differs >= 0) {
      problems.push({ at: (differs + 1) * CHECK_EVERY - 1, text: 'another exposition' });
    }
    const both = timedTwice(first.noted, again.noted);
    if (i === 1) slowestMs = Math.max(slowestMs, ...both.values());
    slow = timedTwice(slow, slowOf(again.noted, slowMs));
  }
  for (const [at, milliseconds] of slow) {
    problems.push({ at, text: `${milliseconds.toFixed(1)} ms for one packet` });
  }
  if (memory.grown > GROWTH_BYTES_MAX) {
    problems.push({ at: first.packets - 1, text: `memory grew by ${memory.grown} bytes` });
  }
  const { last: held, grown } = memory;
  return { packets: first.packets, slowestMs, memory: held, grown, problems };
}

/** Takes packets until `ended` says so or something does not hold. */
function pass(subject: FuzzSubject, seed: number, ended: EndOfPass): Pass {
  const generator = subject.generator(seed);
  const target = subject.target(seed);
  const noted = new Map<number, number>();
  const digests: string[] = [];
  let packets = 0;
  let problem: Problem | undefined;
  while (problem === undefined && !ended(packets)) {
    const packet = generator.next();
    const cpuMs = processorMs();
    const startMs = performance.now();
    try {
      target.take(packet);
    } catch (error) {
      problem = { at: packets, text: textOf(error) };
    }
    const passedMs = performance.now() - startMs;
    if (passedMs > NOTED_MS && packets > SETTLED_PACKETS) {
      const tookMs = Math.min(passedMs, processorMs() - cpuMs);
      if (noted.size < NOTED_MAX || tookMs > SLOW_MS) noted.set(packets, tookMs);
    }
    packets++;
    if (packets % CHECK_EVERY === 0) {
      problem ??= firstProblem(target, packets);
      digests.push(createHash('sha1').update(target.exposition()).digest('hex'));
    }
  }
  problem ??= firstProblem(target, packets);
  return { packets, noted, digests, problem };
}

export function firstProblem(target: FuzzTarget, packets: number): Problem | undefined {
  const problems = target.problems(packets);
  return problems.length === 0 ? undefined : { at: packets - 1, text: problems.join('\n') };
}

export function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function slowOf(noted: ReadonlyMap<number, number>, slowMs: number): ReadonlyMap<number, number> {
  return new Map([...noted].filter(([, milliseconds]) => milliseconds > slowMs));
}

/** Those that took their time both times, with the lesser time. */
function timedTwice(
  before: ReadonlyMap<number, number>,
  now: ReadonlyMap<number, number>,
): ReadonlyMap<number, number> {
  const both = new Map<number, number>();
  for (const [at, milliseconds] of before) {
    const again = now.get(at);
    if (again !== undefined) both.set(at, Math.min(milliseconds, again));
  }
  return both;
}

/** What is held after each tenth of a run, garbage taken out where the runtime lets us (`--expose-gc`). */
class MemoryWatch {
  last = 0;
  private warm = 0;
  private tenths = 0;

  sample(done: number): void {
    if (done < 1 && Math.floor(done * 10) <= this.tenths) return;
    this.tenths = Math.floor(done * 10);
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    this.last = heapUsed + external;
    if (done <= WARM + 0.1 || this.warm === 0) this.warm = this.last;
  }

  get grown(): number {
    return this.last - this.warm;
  }
}
