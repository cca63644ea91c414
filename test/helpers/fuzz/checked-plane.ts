/** The whole data plane under a fuzzer, with small tables, and everything that must hold of it at any time. */
import type { Config } from '../../../src/config/config.ts';
import { takeBlock } from '../../../src/core/block-memory.ts';
import type { PacketBatch } from '../../../src/core/packet-batch.ts';
import { TABLE_NAMES } from '../../../src/core/table.ts';
import { ExpositionFormat } from '../../../src/metrics/exposition.ts';
import { brokenLaws, readSamples } from '../conservation.ts';
import { PipelineTarget, replayConfig } from '../pipeline-target.ts';
import type { FuzzPacket } from './fuzz-packet.ts';

/** What a fuzzer throws packets at. */
export interface FuzzTarget {
  take(packet: FuzzPacket): void;
  /** What does not hold, after so many packets. Empty = all is well. */
  problems(packets: number): readonly string[];
  exposition(): string;
}

/** Small, so that they are full soon. */
const LIMITS = {
  'max-transactions': '1024',
  'max-dialogs': '1024',
  'max-attempts': '1024',
  'max-registrations': '1024',
  'max-flows': '1024',
  'max-app-connections': '16',
  'max-tcp-streams': '64',
  'max-sctp-associations': '16',
  'max-fragments': '64',
  'peers-max': '4',
  'series-max': '1000',
  'stream-message-max': '32KiB',
};

const SETTINGS: readonly Readonly<Record<string, string>>[] = [
  { local: '10.0.0.0/8,127.0.0.0/8', 'dedup-window': '5ms', 'hep-port': '9060' },
  { local: '10.0.0.1:5060,127.0.0.0/8:5060', 'topology-hiding': 'true', 'hep-port': '9060' },
  { local: '0.0.0.0/1,2000::/3', peer: 'trunk=10.0.0.2,192.0.2.0/24' },
];

/** Configurations that differ in what the data plane does; a fuzzer's seed chooses one. */
export function planeConfigs(): Promise<readonly Config[]> {
  return Promise.all(SETTINGS.map((settings) => replayConfig({ ...LIMITS, ...settings })));
}

const BLOCK_BYTES = 131_072;
/** Between packets, time sometimes goes on alone, as it does live. */
const IDLE_EVERY = 997;
const IDLE_US = 3e6;
/** Packets have neighbours. */
const PACKET_OFFSET = 100;

export class CheckedPlane implements FuzzTarget {
  private readonly target: PipelineTarget;
  private readonly batch: SinglePacket = new SinglePacket();

  constructor(config: Config) {
    this.target = new PipelineTarget(config);
  }

  take(packet: FuzzPacket): void {
    this.batch.put(packet);
    this.target.take(this.batch);
    const { pipeline } = this.target.plane;
    if (this.batch.firstFrame % IDLE_EVERY === 0) pipeline.idle(pipeline.clock.packetUs + IDLE_US);
    const { internalErrors } = this.target.plane.counters;
    for (const errors of internalErrors) if (errors > 0) throw new Error('internal error');
  }

  problems(packets: number): readonly string[] {
    const { plane } = this.target;
    const problems = [
      ...this.target.problems(packets),
      ...brokenLaws(readSamples(this.exposition())),
    ];
    for (const { table, rows, capacity } of plane.tables()) {
      const name = TABLE_NAMES[table] ?? '?';
      if (rows > capacity || rows < 0) problems.push(`${name}: ${rows} of ${capacity} rows`);
    }
    return problems;
  }

  exposition(): string {
    const { plane } = this.target;
    plane.registry.refresh(plane);
    return plane.registry.render(ExpositionFormat.CLASSIC);
  }
}

/** One for all runs, where the scanner reaches. */
const fuzzedBlock: Uint8Array = takeBlock(BLOCK_BYTES);

class SinglePacket implements PacketBatch {
  readonly block: Uint8Array = fuzzedBlock.fill(0x45);
  readonly count = 1;
  readonly timestampUs: Float64Array = new Float64Array(1);
  readonly offset: Uint32Array = Uint32Array.of(PACKET_OFFSET);
  readonly caplen: Uint32Array = new Uint32Array(1);
  readonly len: Uint32Array = new Uint32Array(1);
  readonly linktype: Uint16Array = new Uint16Array(1);
  readonly interfaceIndex: Uint16Array = new Uint16Array(1);
  firstFrame = 0;
  readonly drained = false;

  put(packet: FuzzPacket): void {
    this.block.set(packet.data, PACKET_OFFSET);
    this.timestampUs[0] = packet.timestampUs;
    this.caplen[0] = packet.data.length;
    this.len[0] = packet.len;
    this.linktype[0] = packet.linktype;
    this.interfaceIndex[0] = packet.interfaceIndex;
    this.firstFrame++;
  }
}
