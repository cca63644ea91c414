/**
 * Supports the decision to hash spans four bytes at a time instead of decoding them to strings: the
 * time to make one key of a span of 8, 24 and 64 bytes. One run, candidates in turn, ratios.
 */
import { readUint8 } from '../../src/core/bytes.ts';
import { Hasher } from '../../src/core/hash.ts';
import { once } from '../helpers/bench-once.ts';

const ROUNDS = once ? 1 : 5;
const KEYS = once ? 20_000 : 400_000;
const LENGTHS = [8, 24, 64];

const buf = new Uint8Array(4096).map((_, i) => 33 + ((i * 7) % 90));
const decoder = new TextDecoder('latin1');
const hasher = new Hasher(1);
let sink = 0;

interface Candidate {
  readonly name: string;
  readonly key: (start: number, end: number) => void;
}

/** FNV-1a in two lanes, a byte at a time. */
function byteWise(start: number, end: number): void {
  let lo = 0x811c9dc5;
  let hi = 0x1b873593;
  for (let i = start; i < end; i++) {
    const byte = readUint8(buf, i);
    lo = Math.imul(lo ^ byte, 0x01000193);
    hi = Math.imul(hi ^ byte, 0x85ebca77);
  }
  sink ^= lo ^ hi;
}

const candidates: readonly Candidate[] = [
  {
    name: 'decode to a string',
    key: (start, end) => {
      sink ^= decoder.decode(buf.subarray(start, end)).charCodeAt(0);
    },
  },
  { name: 'byte by byte, two lanes', key: byteWise },
  {
    name: 'Hasher.bytes',
    key: (start, end) => {
      hasher.reset();
      hasher.bytes(buf, start, end);
      hasher.finish();
      sink ^= hasher.lo ^ hasher.hi;
    },
  },
  {
    name: 'Hasher.bytesLower',
    key: (start, end) => {
      hasher.reset();
      hasher.bytesLower(buf, start, end);
      hasher.finish();
      sink ^= hasher.lo ^ hasher.hi;
    },
  },
];

function meanNs(candidate: Candidate, length: number): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < KEYS; i++) candidate.key(i & 2047, (i & 2047) + length);
  return Number(process.hrtime.bigint() - start) / KEYS;
}

for (const length of LENGTHS) {
  const best = candidates.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round++) {
    candidates.forEach((candidate, i) => {
      best[i] = Math.min(best[i] ?? 0, meanNs(candidate, length));
    });
  }
  console.log(`a key of ${length} bytes`);
  candidates.forEach((candidate, i) => {
    const ratio = (best[0] ?? 0) / (best[i] ?? 1);
    const ns = (best[i] ?? 0).toFixed(1).padStart(7);
    console.log(`  ${candidate.name.padEnd(24)} ${ns} ns  × ${ratio.toFixed(1)}`);
  });
}
if (sink === 0.5) console.log(sink);
