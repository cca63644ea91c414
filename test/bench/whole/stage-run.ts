/**
 * One stage of the way through, and all before it, over a capture file in a process of its own: what a stage
 * costs is the difference to the one before. The file is gone over several times, an hour later each time.
 */
import { PerformanceObserver } from 'node:perf_hooks';

import { FileSource } from '../../../src/capture/file-source.ts';
import type { PacketBatch } from '../../../src/core/packet-batch.ts';
import { MessageFate } from '../../../src/core/pipeline-counters.ts';
import type { DataPlane } from '../../../src/data-plane.ts';
import { decodePacket } from '../../../src/decode/decode-packet.ts';
import { DecodedPacket } from '../../../src/decode/decoded-packet.ts';
import { Delivery } from '../../../src/delivery.ts';
import { SipMessage } from '../../../src/sip-parser/message.ts';
import { parseMessage } from '../../../src/sip-parser/parse-message.ts';
import type { Observer } from '../../../src/state/observer.ts';
import { planeFor } from '../../helpers/load/load-runs.ts';

export const STAGES = ['read', 'decode', 'reassembly', 'parse', 'state', 'metrics'] as const;
export type Stage = (typeof STAGES)[number];

const PASSES = 4;
const PASS_US = 3_600_000_000;
/** Packets between two looks at the clock: a batch of the live source is no smaller. */
const SLICE = 256;

export interface StageResult {
  /** Processor time of the whole process, of the best pass but the first, per packet. */
  readonly nsPerPacket: number;
  /** Of the first pass: with compilation. */
  readonly firstNsPerPacket: number;
  /** The longest that 256 packets took after the first pass, garbage collections included. */
  readonly worstStallMs: number;
  readonly collections: number;
  readonly collectionMs: number;
  readonly residentMb: number;
}

export async function runStage(stage: Stage, path: string): Promise<StageResult> {
  let collections = 0;
  let collectionMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      collections++;
      collectionMs += duration;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const consume = await consumerOf(stage);
  let first = 0;
  let best = Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    const result = await goOver(path, pass * PASS_US, consume);
    if (pass === 0) first = result.ns;
    else {
      best = Math.min(best, result.ns);
      worst = Math.max(worst, result.worstMs);
    }
  }
  await new Promise((resolve) => setImmediate(resolve));
  observer.disconnect();
  return {
    nsPerPacket: best,
    firstNsPerPacket: first,
    worstStallMs: worst,
    collections,
    collectionMs,
    residentMb: process.resourceUsage().maxRSS / 1024,
  };
}

type Consume = (batch: PacketBatch, from: number) => void;

async function goOver(
  path: string,
  laterUs: number,
  consume: Consume,
): Promise<{ readonly ns: number; readonly worstMs: number }> {
  const source = new FileSource({ path, warn: () => undefined });
  await source.open();
  const before = process.cpuUsage();
  let packets = 0;
  let worstMs = 0;
  for (;;) {
    const batch = await source.next();
    if (batch === undefined) break;
    for (let i = 0; i < batch.count; i++) {
      batch.timestampUs[i] = (batch.timestampUs[i] ?? 0) + laterUs;
    }
    const slice = { ...batch, block: batch.block };
    for (let from = 0; from < batch.count; from += SLICE) {
      const started = performance.now();
      consume(Object.assign(slice, { count: Math.min(from + SLICE, batch.count) }), from);
      // What the pass before left to time out comes due at the first packet of this one.
      if (packets + from > 0) worstMs = Math.max(worstMs, performance.now() - started);
    }
    packets += batch.count;
  }
  await source.close();
  const { user, system } = process.cpuUsage(before);
  return { ns: ((user + system) * 1000) / packets, worstMs };
}

/** All stages up to and including this one; the ones behind do nothing. */
async function consumerOf(stage: Stage): Promise<Consume> {
  if (stage === 'read') return () => undefined;
  if (stage === 'decode') return decodeOnly();
  const plane = await planeFor({}, stage === 'state' ? { wrapObserver: quiet } : {});
  // Usual packets were read whole by then (src/usual-packets.ts): that is part of what comes before.
  if (stage === 'reassembly' || stage === 'parse') {
    Delivery.prototype.deliverRead = () => MessageFate.IN;
  }
  if (stage === 'reassembly') Delivery.prototype.deliver = () => MessageFate.IN;
  if (stage === 'parse') {
    const message = new SipMessage();
    Delivery.prototype.deliver = (payload) => {
      parseMessage(payload, message);
      return MessageFate.IN;
    };
  }
  return consumer(plane);
}

function consumer(plane: DataPlane): Consume {
  return (batch, from) => void plane.pipeline.consume(batch, from, Number.POSITIVE_INFINITY);
}

function decodeOnly(): Consume {
  const packet = new DecodedPacket();
  return (batch, from) => {
    for (let i = from; i < batch.count; i++) {
      packet.startFrame(batch.offset[i] ?? 0, batch.caplen[i] ?? 0, batch.len[i] ?? 0);
      decodePacket(batch.block, batch.linktype[i] ?? 0, packet);
    }
  };
}

/** An observer that hears everything and counts nothing. */
function quiet(collectors: Observer): Observer {
  const deaf: Record<string, () => void> = {};
  for (let at: object = collectors; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) deaf[name] ??= () => undefined;
  }
  return Object.assign(Object.create(null), deaf);
}
