/** Runs a generated load: through a data plane within this process, or into a pcap file. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { BatchBuilder } from '../../../src/capture/batch-builder.ts';
import { parseConfig } from '../../../src/config/parse-config.ts';
import { DataPlane, type DataPlaneOptions, endpointsOf } from '../../../src/data-plane.ts';
import { planeOptions, REPLAY_SEED } from '../../../src/plane-options.ts';
import { LOCAL_ADDRESS, type LoadPacket } from './load-dialog.ts';

const LINKTYPE_ETHERNET = 1;
const RECORD_BYTES = 16;
const WRITE_BYTES = 1 << 22;

/** A replay's data plane; `flags` as on the command line, without dashes. */
export async function planeFor(
  flags: Readonly<Record<string, string>> = {},
  options: Partial<DataPlaneOptions> = {},
): Promise<DataPlane> {
  const entries = Object.entries({ local: LOCAL_ADDRESS, ...flags });
  const given = new Map(entries.map(([name, value]) => [name, [value]]));
  const config = await parseConfig({ command: 'replay', flags: given, operands: ['-'] }, {});
  const usual = planeOptions(config, endpointsOf(config.local), REPLAY_SEED, false);
  return new DataPlane({ ...usual, ...options });
}

/** Feeds packets one batch after the other. */
export class LoadFeeder {
  readonly plane: DataPlane;
  private readonly batch: BatchBuilder = new BatchBuilder();

  constructor(plane: DataPlane) {
    this.plane = plane;
    this.batch.beginCopy();
  }

  feed(packet: LoadPacket): void {
    const { batch } = this;
    const { frame, timeUs } = packet;
    const at = batch.reserve(frame.length);
    batch.block.set(frame, at);
    const row = batch.count;
    batch.timestampUs[row] = timeUs;
    batch.offset[row] = at;
    batch.caplen[row] = frame.length;
    batch.len[row] = frame.length;
    batch.linktype[row] = LINKTYPE_ETHERNET;
    batch.interfaceIndex[row] = 0;
    batch.count = row + 1;
    if (batch.full) this.flush();
  }

  flush(): void {
    this.plane.pipeline.consume(this.batch, 0, Number.POSITIVE_INFINITY);
    this.batch.beginCopy();
  }
}

/** Writes a pcap file; gives its packets and bytes. */
export function writeLoad(
  path: string,
  groups: Iterable<readonly LoadPacket[]>,
): { readonly packets: number; readonly bytes: number } {
  const file = openSync(path, 'w');
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(LINKTYPE_ETHERNET, 20);
  let pending: Uint8Array[] = [header];
  let size = 0;
  let packets = 0;
  let bytes = header.length;
  const flush = (): void => {
    writeSync(file, Buffer.concat(pending));
    pending = [];
    size = 0;
  };
  for (const group of groups) {
    for (const { timeUs, frame } of group) {
      const record = Buffer.alloc(RECORD_BYTES);
      record.writeUInt32LE(Math.floor(timeUs / 1e6), 0);
      record.writeUInt32LE(Math.floor(timeUs % 1e6), 4);
      record.writeUInt32LE(frame.length, 8);
      record.writeUInt32LE(frame.length, 12);
      pending.push(record, frame);
      packets++;
      size += RECORD_BYTES + frame.length;
      bytes += RECORD_BYTES + frame.length;
    }
    if (size > WRITE_BYTES) flush();
  }
  flush();
  closeSync(file);
  return { packets, bytes };
}
