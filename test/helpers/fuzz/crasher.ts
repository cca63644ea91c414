/** Makes a fixture of what a fuzzer found: the fewest packets that still show it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../paths.ts';
import type { FuzzTarget } from './checked-plane.ts';
import { crasherPackets, crasherText, type FuzzPacket } from './fuzz-packet.ts';
import { type FuzzSubject, firstProblem, type Problem, textOf } from './fuzz-run.ts';

const FOLDER = join(repoRoot, 'test', 'fuzz', 'crashers');
/** Packets before the one that failed which may have to do with it. */
const HISTORY_MAX = 30_000;
const SHRINK_MS = 20_000;

/** What does not hold after these packets; undefined when all is well. */
export function replayProblem(
  target: FuzzTarget,
  packets: readonly FuzzPacket[],
): string | undefined {
  try {
    for (const packet of packets) target.take(packet);
  } catch (error) {
    return textOf(error);
  }
  return firstProblem(target, packets.length)?.text;
}

/** Writes the fixture and returns its path; undefined when a fresh plane does not show the problem. */
export function writeCrasher(
  subject: FuzzSubject,
  seed: number,
  problem: Problem,
): string | undefined {
  const fails = (some: readonly FuzzPacket[]): boolean =>
    replayProblem(subject.target(seed), some) !== undefined;
  const history = packetsBefore(subject, seed, problem.at);
  const suffix = [1, 10, 100, 1000, history.length]
    .map((length) => history.slice(-length))
    .find(fails);
  if (suffix === undefined) return undefined;
  const fewest = shrink(suffix, fails);
  mkdirSync(FOLDER, { recursive: true });
  const path = join(FOLDER, `${subject.name}-${seed}-${problem.at}.hex`);
  const [reason = ''] = (replayProblem(subject.target(seed), fewest) ?? '').split('\n');
  const about = `${subject.name}, seed ${seed}, packet ${problem.at}: ${reason}`;
  writeFileSync(path, crasherText(about, fewest));
  return path;
}

/** Every fixture by its name. */
export function crashers(): ReadonlyMap<string, FuzzPacket[]> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.hex'));
  return new Map(
    names.map((name) => [name, crasherPackets(readFileSync(join(FOLDER, name), 'utf8'))]),
  );
}

/** The same seed makes the same packets. */
function packetsBefore(subject: FuzzSubject, seed: number, at: number): FuzzPacket[] {
  const generator = subject.generator(seed);
  const packets: FuzzPacket[] = [];
  for (let i = 0; i <= at; i++) {
    const packet = generator.next();
    if (i > at - HISTORY_MAX) packets.push({ ...packet, data: Uint8Array.from(packet.data) });
  }
  return packets;
}

/** Leaves out pieces, halves first, as long as the rest fails. */
export function shrink(
  packets: readonly FuzzPacket[],
  fails: (packets: readonly FuzzPacket[]) => boolean,
): readonly FuzzPacket[] {
  const endMs = performance.now() + SHRINK_MS;
  let kept = packets;
  for (
    let size = Math.ceil(kept.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let from = 0; from < kept.length && performance.now() < endMs; ) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (fewer.length > 0 && fails(fewer)) kept = fewer;
      else from += size;
    }
  }
  return kept;
}
