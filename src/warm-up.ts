/**
 * Counts calls that nobody made before the first packet is captured. V8 compiles code that it has seen running: what came
 * in the third of a second until it has is more than a ring holds at 200,000 messages a second. They go through a data
 * plane of their own, which is then forgotten.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BatchBuilder } from './capture/batch-builder.ts';
import type { Config } from './config/config.ts';
import { giveBackBlock, takeBlock } from './core/block-memory.ts';
import { Linktype } from './core/linktype.ts';
import { DataPlane, endpointsOf } from './data-plane.ts';
import { planeOptions } from './plane-options.ts';
import { DIGITS, warmUpFrames } from './warm-up-frames.ts';

/** Calls, of seven messages each, in either direction: then most of it is compiled. */
const CALLS = 1000;
/** And no longer than that, on a slow machine. */
const TIME_MS = 1000;
const CALLS_PER_BATCH = 20;
/** Between messages of packet time: within the run, rows also come to their ends. */
const STEP_US = 2500;
const START_US = 1e15;
const BLOCK_BYTES = 1024 * 1024;
const SEED = 1;
/** Local side of the calls (RFC 5737). */
const LOCAL = '192.0.2.1';

export async function warmUp(config: Config, signal: AbortSignal): Promise<void> {
  const plane = new DataPlane(planeOptions(config, endpointsOf([LOCAL]), SEED, false));
  const block = takeBlock(BLOCK_BYTES);
  const batch = new BatchBuilder();
  const deadlineMs = performance.now() + TIME_MS;
  let timeUs = START_US;
  const goesOn = (): boolean => !signal.aborted && performance.now() < deadlineMs;
  for (let call = 0; call < CALLS && goesOn(); call += CALLS_PER_BATCH) {
    timeUs = fill(batch, block, call, timeUs);
    plane.consume(batch, Number.POSITIVE_INFINITY);
    // Signals are heard.
    await nextTurn();
  }
  giveBackBlock(block);
}

/** Some calls, one message of each in turn; gives the time behind them. */
function fill(batch: BatchBuilder, block: Uint8Array, firstCall: number, timeUs: number): number {
  batch.begin(block);
  let at = 0;
  for (const { bytes, places } of warmUpFrames) {
    for (let call = firstCall; call < firstCall + CALLS_PER_BATCH; call++) {
      const row = batch.count++;
      block.set(bytes, at);
      for (const place of places) writeNumber(block, at + place, call);
      batch.timestampUs[row] = timeUs + row * STEP_US;
      batch.offset[row] = at;
      batch.caplen[row] = bytes.length;
      batch.len[row] = bytes.length;
      batch.linktype[row] = Linktype.ETHERNET;
      batch.interfaceIndex[row] = 0;
      at += bytes.length;
    }
  }
  return timeUs + batch.count * STEP_US;
}

function writeNumber(block: Uint8Array, at: number, value: number): void {
  let rest = value;
  for (let i = at + DIGITS - 1; i >= at; i--) {
    block[i] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}
