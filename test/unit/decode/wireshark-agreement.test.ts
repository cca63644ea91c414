/**
 * Our decoders against Wireshark's: in every frame of every capture the same innermost addresses, ports and
 * payload lengths, once fragments are put together; and nothing where Wireshark finds no transport.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { FileSource } from '../../../src/capture/file-source.ts';
import type { PacketBatch } from '../../../src/core/packet-batch.ts';
import { PipelineCounters } from '../../../src/core/pipeline-counters.ts';
import { decodePacket, decodeTransport } from '../../../src/decode/decode-packet.ts';
import { DecodedPacket } from '../../../src/decode/decoded-packet.ts';
import { PacketFate } from '../../../src/decode/packet-fate.ts';
import { IpFragments } from '../../../src/reassembly/ip-fragments.ts';
import { sharedRoot } from '../../helpers/paths.ts';
import { Sharkd, wiresharkMissing } from '../../helpers/wireshark.ts';

const skip =
  sharedRoot === undefined ? 'there are no captures beside the checkout' : wiresharkMissing();

/** Captures looked at side by side. */
const PARALLEL = 2;

/** Captures where the two differ with a reason. */
const DIFFERENT_CAPTURES: ReadonlyMap<string, string> = new Map([
  ['fmt_snap1400.pcapng', 'Wireshark puts datagrams together out of fragments that were cut'],
]);

/** Frames where the two differ with a reason, by capture. */
const DIFFERENT_FRAMES: ReadonlyMap<string, readonly number[]> = new Map([
  // Behind a network service header (RFC 8300), which we do not open; a UDP length of 0, which Wireshark refuses.
  ['arkime__arkime_synthetic.pcap', [307, 818]],
]);

const FIELDS = [
  'frame.protocols',
  'ip.src',
  'ip.dst',
  'ipv6.src',
  'ipv6.dst',
  'udp.srcport',
  'udp.dstport',
  'udp.length',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.len',
  'sctp.srcport',
  'sctp.dstport',
] as const;
type Row = ReadonlyMap<(typeof FIELDS)[number], string>;

async function theirRows(sharkd: Sharkd, path: string): Promise<Row[]> {
  const frames = await sharkd.fields(path, FIELDS);
  return frames.map((values) => new Map(FIELDS.map((field, i) => [field, values[i] ?? ''])));
}

/** What is innermost in a frame, as one line. */
function theirView(row: Row): string {
  const layers = (row.get('frame.protocols') ?? '').split(':');
  if (layers.some((layer) => layer === 'icmp' || layer === 'icmpv6')) return 'icmp';
  const isIpv6 = layers.lastIndexOf('ipv6') > layers.lastIndexOf('ip');
  const addresses = isIpv6
    ? `${row.get('ipv6.src')} ${row.get('ipv6.dst')}`
    : `${row.get('ip.src')} ${row.get('ip.dst')}`;
  const udp = layers.lastIndexOf('udp');
  const tcp = layers.lastIndexOf('tcp');
  const sctp = layers.lastIndexOf('sctp');
  const transport = Math.max(udp, tcp, sctp);
  if (layers.includes('arp', transport)) return 'none';
  // Innermost IP header without a transport behind it: another protocol, or a piece of a datagram.
  if (transport < 0 || transport < Math.max(layers.lastIndexOf('ip'), layers.lastIndexOf('ipv6'))) {
    return 'none';
  }
  if (transport === udp) {
    const length = Number(row.get('udp.length')) - 8;
    return `udp ${addresses} ${row.get('udp.srcport')} ${row.get('udp.dstport')} ${length}`;
  }
  if (transport === tcp) {
    return `tcp ${addresses} ${row.get('tcp.srcport')} ${row.get('tcp.dstport')} ${row.get('tcp.len')}`;
  }
  return `sctp ${addresses} ${row.get('sctp.srcport')} ${row.get('sctp.dstport')}`;
}

class Views {
  readonly fragments: IpFragments;
  readonly packet: DecodedPacket = new DecodedPacket();

  constructor() {
    this.fragments = new IpFragments({ rowsMax: 4096, seed: 1, counters: new PipelineCounters() });
  }

  of(batch: PacketBatch, row: number): string {
    const { packet, fragments } = this;
    const nowUs = batch.timestampUs[row] ?? 0;
    fragments.expire(nowUs);
    packet.startFrame(batch.offset[row] ?? 0, batch.caplen[row] ?? 0, batch.len[row] ?? 0);
    let buf = batch.block;
    let fate = decodePacket(buf, batch.linktype[row] ?? 0, packet);
    while (fate === PacketFate.DELIVERED && packet.fragment) {
      fate = fragments.push(buf, packet, nowUs);
      if (fate !== PacketFate.DELIVERED) break;
      buf = fragments.buf;
      fate = decodeTransport(buf, fragments.start, fragments.end, fragments.end, packet);
    }
    if (fate === PacketFate.ICMP) return 'icmp';
    if (fate !== PacketFate.DELIVERED) return 'none';
    return this.delivered();
  }

  private delivered(): string {
    const { packet } = this;
    const ends = `${addressText(packet, 0)} ${addressText(packet, 4)} ${packet.sourcePort} ${packet.destinationPort}`;
    if (packet.protocol === 17) return `udp ${ends} ${packet.payloadWireLength}`;
    return packet.protocol === 6 ? `tcp ${ends} ${packet.payloadWireLength}` : `sctp ${ends}`;
  }
}

function addressText(packet: DecodedPacket, first: number): string {
  const words = [...packet.addresses.subarray(first, first + 4)];
  const groups = words.flatMap((word) => [(word >>> 16) & 0xffff, word & 0xffff]);
  if (packet.ipVersion === 6)
    return new URL(`http://[${groups.map((g) => g.toString(16)).join(':')}]`).hostname.slice(1, -1);
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.');
}

async function ourViews(path: string): Promise<string[]> {
  const source = new FileSource({ path, warn: () => undefined });
  await source.open();
  const views = new Views();
  const lines: string[] = [];
  for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
    for (let row = 0; row < batch.count; row++) lines.push(views.of(batch, row));
  }
  await source.close();
  return lines;
}

describe('agreement with Wireshark', () => {
  for (const folder of ['corpus/made', 'corpus/real']) {
    it(`on the innermost packets of ${folder}`, { skip }, async () => {
      const path = join(sharedRoot ?? '', folder);
      const captures = readdirSync(path).filter(
        (name) => name.includes('.pcap') && !DIFFERENT_CAPTURES.has(name),
      );
      assert.ok(captures.length > 50);
      const compareSome = async (): Promise<void> => {
        const sharkd = new Sharkd();
        for (let name = captures.pop(); name !== undefined; name = captures.pop()) {
          await compare(sharkd, join(path, name));
        }
        sharkd.close();
      };
      await Promise.all(Array.from({ length: PARALLEL }, compareSome));
    });
  }
});

async function compare(sharkd: Sharkd, path: string): Promise<void> {
  const [rows, ours] = await Promise.all([theirRows(sharkd, path), ourViews(path)]);
  assert.equal(ours.length, rows.length, path);
  const exceptions = DIFFERENT_FRAMES.get(basename(path)) ?? [];
  const different = rows.flatMap((row, i) => {
    const theirs = theirView(row);
    if (exceptions.includes(i + 1)) return [];
    return theirs === ours[i]
      ? []
      : [`frame ${i + 1}: Wireshark ${theirs} (${row.get('frame.protocols')}), we ${ours[i]}`];
  });
  assert.deepEqual(different, [], path);
}
