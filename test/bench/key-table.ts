/**
 * Supports two decisions: rows are found by a 64-bit key in typed arrays, not by text in a Map; and
 * deadlines sit in a wheel. One run, candidates in turn, ratios; the worst stall beside the mean,
 * because for a tap the stall is what drops packets.
 */
import { Hasher } from '../../src/core/hash.ts';
import { KeyTable } from '../../src/core/key-table.ts';
import { Slab } from '../../src/core/slab.ts';
import { TimerWheel } from '../../src/core/timer-wheel.ts';
import { once } from '../helpers/bench-once.ts';

const ROUNDS = once ? 1 : 3;
const LIVE = once ? [10_000] : [10_000, 100_000, 1_000_000];
const CHURN = once ? 20_000 : 300_000;
const TEXT_BYTES = 24;

interface Measured {
  readonly meanNs: number;
  readonly worstUs: number;
}

type Life = (serial: number) => void;

/** Live rows are filled in before: their worst stall is the growth's. */
function measure(life: Life, from: number, count: number): Measured {
  let worst = 0n;
  const start = process.hrtime.bigint();
  let last = start;
  for (let i = 0; i < count; i++) {
    life(from + i);
    if ((i & 15) !== 15) continue;
    const now = process.hrtime.bigint();
    if (now - last > worst) worst = now - last;
    last = now;
  }
  return { meanNs: Number(last - start) / count, worstUs: Number(worst) / 1000 };
}

/** A transaction's life in Map and objects: key text, row object, deadline looked at when it is removed. */
function mapLife(live: number): Life {
  const rows = new Map<string, { deadlineUs: number; status: number }>();
  return (serial) => {
    rows.set(`z9hG4bK${serial}-192.0.2.1:5060`, { deadlineUs: serial * 1000, status: 0 });
    const answered = rows.get(`z9hG4bK${serial - (live >> 1)}-192.0.2.1:5060`);
    if (answered !== undefined) answered.status = 200;
    rows.delete(`z9hG4bK${serial - live}-192.0.2.1:5060`);
  };
}

/** The same in the table, the slab and the wheel; `live` rows later the wheel gives the row back. */
function tableLife(live: number): Life {
  const rowsMax = live + 16;
  const keys = new KeyTable(rowsMax, 1024);
  const slab = new Slab(rowsMax);
  const wheel = new TimerWheel(rowsMax);
  const hasher = new Hasher(1);
  const keyLo = new Int32Array(rowsMax);
  const keyHi = new Int32Array(rowsMax);
  const status = new Uint16Array(rowsMax);
  const text = new Uint8Array(TEXT_BYTES);
  const words = new Int32Array(text.buffer);
  const hash = (serial: number): void => {
    words[3] = serial;
    hasher.reset();
    hasher.bytes(text, 0, TEXT_BYTES);
    hasher.finish();
  };
  // As many microseconds a row as make its deadline 32 s, as a transaction's mostly is.
  const paceUs = 32e6 / live;
  return (serial) => {
    const nowUs = serial * paceUs;
    wheel.advance(nowUs);
    for (let due = wheel.nextDue(); due >= 0; due = wheel.nextDue()) {
      keys.remove(keyLo[due] ?? 0, keyHi[due] ?? 0);
      slab.free(due);
    }
    hash(serial);
    const row = slab.allocate();
    keyLo[row] = hasher.lo;
    keyHi[row] = hasher.hi;
    keys.insert(hasher.lo, hasher.hi, row);
    wheel.schedule(row, nowUs + 32e6 - paceUs / 2);
    hash(serial - (live >> 1));
    const answered = keys.find(hasher.lo, hasher.hi);
    if (answered < 0) return;
    status[answered] = 200;
    wheel.schedule(answered, nowUs + 16e6 + paceUs);
  };
}

function line(name: string, grown: Measured, steady: Measured, against: Measured): void {
  const ratio = (against.meanNs / steady.meanNs).toFixed(1);
  console.log(
    `${name.padEnd(22)} ${steady.meanNs.toFixed(0).padStart(6)} ns  × ${ratio.padStart(4)}` +
      `  worst of 16: ${steady.worstUs.toFixed(0).padStart(6)} µs steady,` +
      ` ${grown.worstUs.toFixed(0).padStart(6)} µs growing`,
  );
}

function best(all: readonly Measured[]): Measured {
  return {
    meanNs: Math.min(...all.map((round) => round.meanNs)),
    worstUs: Math.min(...all.map((round) => round.worstUs)),
  };
}

/** Filling up to `live` rows, then as many more with as many going. */
function rounds(makeLife: (live: number) => Life, live: number, into: Measured[][]): void {
  const life = makeLife(live);
  into.push([measure(life, live, live), measure(life, 2 * live, CHURN)]);
}

const NOTHING: Measured = { meanNs: 0, worstUs: 0 };

for (const live of LIVE) {
  const table: Measured[][] = [];
  const map: Measured[][] = [];
  // Table first: the Map's garbage is collected in whatever runs after it. The best round counts.
  for (let round = 0; round < ROUNDS; round++) {
    rounds(tableLife, live, table);
    rounds(mapLife, live, map);
  }
  const column = (all: readonly Measured[][], i: number): Measured =>
    best(all.map((round) => round[i] ?? NOTHING));
  console.log(`a transaction's life, ${live} live`);
  line('  Map of objects', column(map, 0), column(map, 1), column(map, 1));
  line('  table, slab, wheel', column(table, 0), column(table, 1), column(map, 1));
}
