/** The whole data plane as a target of packets, and the conservation laws of docs/METRICS.md section 3. */

import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import type { PacketBatch } from '../../src/core/packet-batch.ts';
import { DataPlane, endpointsOf } from '../../src/data-plane.ts';
import { PACKET_FATE_NAMES } from '../../src/decode/packet-fate.ts';
import type { PacketTarget } from './packet-target.ts';

const SEED = 1;

/** Of `replay` with these flags. */
export function replayConfig(flags: Readonly<Record<string, string>> = {}): Promise<Config> {
  const texts = Object.entries(flags).map(([name, value]): [string, string[]] => [name, [value]]);
  return parseConfig({ command: 'replay', operands: ['-'], flags: new Map(texts) }, {});
}

export class PipelineTarget implements PacketTarget {
  readonly plane: DataPlane;

  constructor(config: Config) {
    this.plane = new DataPlane({
      config,
      local: endpointsOf(config.local),
      seed: SEED,
      tallying: false,
      dedupWindowUs: config.capture.dedupWindowUs ?? 0,
      version: '0',
      nodeVersion: '0',
      libpcapVersion: '0',
    });
  }

  take(batch: PacketBatch): void {
    this.plane.pipeline.consume(batch, 0, Number.POSITIVE_INFINITY);
  }

  problems(packets: number): readonly string[] {
    const { counters } = this.plane;
    const problems: string[] = [];
    const fates = sum(counters.packetFates);
    if (counters.packets !== packets)
      problems.push(`${packets} packets, counted ${counters.packets}`);
    if (fates !== packets) problems.push(`${packets} packets have ${fates} fates`);
    if (sum(counters.packetFates.subarray(PACKET_FATE_NAMES.length)) > 0) {
      problems.push('a fate has no name');
    }
    const messageFates = sum(counters.messageFates);
    if (counters.messages !== messageFates) {
      problems.push(`${counters.messages} messages have ${messageFates} fates`);
    }
    const errors = sum(counters.internalErrors);
    if (errors > 0) problems.push(`${errors} internal errors`);
    return problems;
  }
}

function sum(cells: Float64Array): number {
  return cells.reduce((total, count) => total + count, 0);
}
