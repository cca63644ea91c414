/** Replays captures, or packets that a test made, through a whole data plane within the test's process. */
import type { ByteSource } from '../../src/capture/byte-source.ts';
import { FileSource } from '../../src/capture/file-source.ts';
import type { PacketSource } from '../../src/capture/packet-source.ts';
import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import type { PacketBatch } from '../../src/core/packet-batch.ts';
import { DataPlane, endpointsOf } from '../../src/data-plane.ts';
import { endpointText, inferredLocal } from '../../src/local-inference.ts';
import { ExpositionFormat } from '../../src/metrics/exposition.ts';
import { planeOptions, REPLAY_SEED } from '../../src/plane-options.ts';
import type { StateGauges } from '../../src/state/state-gauges.ts';
import type { TestPacket } from './capture-file.ts';
import { EventLines } from './event-lines.ts';
import { samplesOf } from './metrics-fixture.ts';

/** Command-line options by name, without dashes. */
export type Flags = Readonly<Record<string, readonly string[]>>;

export interface ReplayOptions {
  readonly flags?: Flags;
  /** Seconds since the epoch, as `--until`. */
  readonly until?: number;
  /** Called before each packet with its number, from 1, and its time, and with the events so far. */
  readonly onPacket?: (frame: number, timestampUs: number, events: EventLines) => void;
}

/** What is left of a run. */
export class Replayed {
  readonly plane: DataPlane;
  readonly events: EventLines;

  constructor(plane: DataPlane, events: EventLines) {
    this.plane = plane;
    this.events = events;
  }

  /** As `replay` prints it. */
  exposition(): string {
    this.plane.registry.refresh(this.plane);
    return this.plane.registry.render(ExpositionFormat.CLASSIC);
  }

  /** Samples by series, as written. */
  samples(): Map<string, string> {
    return samplesOf(this.exposition());
  }

  gauges(): StateGauges {
    return this.plane.gauges();
  }

  /** The address in most messages so far; '' when there were none. */
  inferredLocal(): string {
    return endpointText(inferredLocal(this.plane));
  }
}

export function replayFile(path: string, options: ReplayOptions = {}): Promise<Replayed> {
  return replayOpened(new FileSource({ path, warn: () => undefined }), options);
}

/** A capture file whose bytes arrive as they may. */
export function replayBytes(from: ByteSource, options: ReplayOptions = {}): Promise<Replayed> {
  return replayOpened(
    new FileSource({ path: 'test', warn: () => undefined, bytes: from }),
    options,
  );
}

async function replayOpened(source: FileSource, options: ReplayOptions): Promise<Replayed> {
  await source.open();
  try {
    return await replaySource(source, options);
  } finally {
    await source.close();
  }
}

/** The gauges at these times, in seconds since the epoch and rising, as `--until` would give each. */
export async function sampleFile(
  path: string,
  flags: Flags,
  times: readonly number[],
): Promise<StateGauges[]> {
  const source = new FileSource({ path, warn: () => undefined });
  await source.open();
  const { plane } = await planeOf(source, flags);
  const samples: StateGauges[] = [];
  const sampleUntil = (timestampUs: number): void => {
    for (;;) {
      const untilUs = (times[samples.length] ?? Number.POSITIVE_INFINITY) * 1e6;
      if (untilUs >= timestampUs) return;
      plane.pipeline.idle(untilUs);
      samples.push(plane.gauges());
    }
  };
  for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
    for (let i = 0; i < batch.count; i++) {
      sampleUntil(batch.timestampUs[i] ?? 0);
      plane.pipeline.consume({ ...batch, count: i + 1 }, i, Number.POSITIVE_INFINITY);
    }
  }
  sampleUntil(Number.POSITIVE_INFINITY);
  await source.close();
  return samples;
}

/** Batches end after so many packets, by turns. */
export function replayPackets(
  packets: readonly TestPacket[],
  options: ReplayOptions = {},
  batchSizes: readonly number[] = [256],
): Promise<Replayed> {
  return replaySource(new PacketList(packets, batchSizes), options);
}

async function planeOf(
  source: PacketSource,
  flags: Flags,
): Promise<{ plane: DataPlane; events: EventLines }> {
  const config = await configOf(flags);
  let events = new EventLines();
  const plane = new DataPlane({
    ...planeOptions(config, endpointsOf(config.local), REPLAY_SEED, true),
    version: 'test',
    nodeVersion: 'test',
    wrapObserver: (collectors) => {
      events = new EventLines(['other', ...config.peers.map(({ name }) => name)], collectors);
      return events;
    },
  });
  plane.source = source;
  return { plane, events };
}

async function replaySource(source: PacketSource, options: ReplayOptions): Promise<Replayed> {
  const { plane, events } = await planeOf(source, options.flags ?? {});
  const untilUs = (options.until ?? Number.POSITIVE_INFINITY) * 1e6;
  for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
    if (plane.startedUs === 0) plane.startedUs = batch.timestampUs[0] ?? 0;
    if (!consume(plane, batch, untilUs, options, events)) break;
  }
  plane.pipeline.finish(untilUs);
  return new Replayed(plane, events);
}

/** False when a packet was stamped after the end. */
function consume(
  plane: DataPlane,
  batch: PacketBatch,
  untilUs: number,
  options: ReplayOptions,
  events: EventLines,
): boolean {
  const { onPacket } = options;
  if (onPacket === undefined) return plane.pipeline.consume(batch, 0, untilUs) === batch.count;
  for (let i = 0; i < batch.count; i++) {
    onPacket(batch.firstFrame + i, batch.timestampUs[i] ?? 0, events);
    if (plane.pipeline.consume({ ...batch, count: i + 1 }, i, untilUs) === i) return false;
  }
  return true;
}

/** Enough for any capture here, and allocated in no time. */
export const SMALL_LIMITS: Flags = {
  'max-transactions': ['16384'],
  'max-dialogs': ['8192'],
  'max-attempts': ['16384'],
  'max-registrations': ['4096'],
  'max-tcp-streams': ['4096'],
  'max-sctp-associations': ['1024'],
  'max-fragments': ['1024'],
};

function configOf(flags: Flags): Promise<Config> {
  const given = Object.entries({ ...SMALL_LIMITS, ...flags }).map(
    ([name, values]) => [name, [...values]] as const,
  );
  return parseConfig({ command: 'replay', operands: ['-'], flags: new Map(given) }, {});
}

/** Packets of a test as a source. */
class PacketList implements PacketSource {
  readonly interfaces: readonly string[] = ['test'];
  readonly #packets: readonly TestPacket[];
  readonly #sizes: readonly number[];
  #next = 0;
  #batches = 0;

  constructor(packets: readonly TestPacket[], sizes: readonly number[]) {
    this.#packets = packets;
    this.#sizes = sizes;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  next(): Promise<PacketBatch | undefined> {
    const from = this.#next;
    const size = this.#sizes[this.#batches % this.#sizes.length] ?? 1;
    const packets = this.#packets.slice(from, from + size);
    this.#next += packets.length;
    this.#batches += 1;
    return Promise.resolve(packets.length === 0 ? undefined : batchOf(packets, from + 1));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  stats(): readonly never[] {
    return [];
  }
}

function batchOf(packets: readonly TestPacket[], firstFrame: number): PacketBatch {
  const offset = new Uint32Array(packets.length);
  let total = 0;
  for (const [i, { data }] of packets.entries()) {
    offset[i] = total;
    total += data.length;
  }
  const block = new Uint8Array(total);
  for (const [i, { data }] of packets.entries()) block.set(data, offset[i]);
  return {
    block,
    count: packets.length,
    timestampUs: Float64Array.from(packets, (packet) => packet.timestampUs),
    offset,
    caplen: Uint32Array.from(packets, (packet) => packet.data.length),
    len: Uint32Array.from(packets, (packet) => packet.len ?? packet.data.length),
    linktype: Uint16Array.from(packets, (packet) => packet.linktype ?? 1),
    interfaceIndex: Uint16Array.from(packets, (packet) => packet.interfaceIndex ?? 0),
    firstFrame,
    drained: false,
  };
}
