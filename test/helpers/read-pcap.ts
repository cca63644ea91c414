/** Reads a pcap file of either byte order and either resolution, whole, for tests that feed packets. */
import { readFileSync } from 'node:fs';

export interface CapturedPacket {
  readonly timestampUs: number;
  readonly data: Uint8Array;
  /** On the wire. */
  readonly len: number;
  readonly linktype: number;
}

const HEADER_BYTES = 24;
const RECORD_BYTES = 16;
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;

export function readPcap(path: string): CapturedPacket[] {
  const file = readFileSync(path);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const little = [MICROSECONDS, NANOSECONDS].includes(view.getUint32(0, true));
  const magic = view.getUint32(0, little);
  if (magic !== MICROSECONDS && magic !== NANOSECONDS) throw new Error(`no pcap file: ${path}`);
  const perUs = magic === NANOSECONDS ? 1000 : 1;
  const linktype = view.getUint32(20, little) & 0xffff;
  const packets: CapturedPacket[] = [];
  let at = HEADER_BYTES;
  while (at + RECORD_BYTES <= file.length) {
    const caplen = view.getUint32(at + 8, little);
    const timestampUs = view.getUint32(at, little) * 1e6 + view.getUint32(at + 4, little) / perUs;
    const data = new Uint8Array(file.subarray(at + RECORD_BYTES, at + RECORD_BYTES + caplen));
    packets.push({ timestampUs, data, len: view.getUint32(at + 12, little), linktype });
    at += RECORD_BYTES + caplen;
  }
  return packets;
}
