/**
 * What a fuzzer of packets throws them at, and the checks that hold for any bytes. The decoding stages here;
 * the whole pipeline is one more implementation of the same.
 */
import type { PacketBatch } from '../../src/core/packet-batch.ts';
import { FragmentResult, PipelineCounters } from '../../src/core/pipeline-counters.ts';
import { decodePacket, decodeTransport } from '../../src/decode/decode-packet.ts';
import { DecodedPacket } from '../../src/decode/decoded-packet.ts';
import { TUNNELS_MAX } from '../../src/decode/header.ts';
import { PACKET_FATE_NAMES, PacketFate } from '../../src/decode/packet-fate.ts';
import { Duplicates } from '../../src/reassembly/duplicates.ts';
import { IpFragments } from '../../src/reassembly/ip-fragments.ts';

export interface PacketTarget {
  /** The batch's packets, in order. */
  take(batch: PacketBatch): void;
  /** What does not hold, after so many packets. Empty = all is well. */
  problems(packets: number): readonly string[];
}

const DEDUP_WINDOW_US = 5000;
/** Reassemblies inside reassemblies: each ends a tunnel. */
const NESTED_MAX: number = TUNNELS_MAX + 1;

export class DecodeTarget implements PacketTarget {
  readonly counters: PipelineCounters = new PipelineCounters();
  private readonly fragments: IpFragments;
  private readonly duplicates: Duplicates;
  private readonly packet: DecodedPacket = new DecodedPacket();
  private nowUs = 0;
  private nested = 0;
  private outOfBounds = 0;

  constructor(rowsMax: number) {
    this.fragments = new IpFragments({ rowsMax, seed: 1, counters: this.counters });
    this.duplicates = new Duplicates({ windowUs: DEDUP_WINDOW_US, seed: 1 });
  }

  take(batch: PacketBatch): void {
    for (let i = 0; i < batch.count; i++) {
      const fate = this.fateOf(batch, i);
      this.counters.packetFates[fate] = (this.counters.packetFates[fate] ?? 0) + 1;
    }
  }

  problems(packets: number): readonly string[] {
    const { packetFates, fragmentResults } = this.counters;
    const problems: string[] = [];
    const fates = packetFates.reduce((sum, count) => sum + count, 0);
    if (fates !== packets) problems.push(`${packets} packets have ${fates} fates`);
    const unnamed = packetFates.subarray(PACKET_FATE_NAMES.length).some((count) => count > 0);
    if (unnamed) problems.push('a fate has no name');
    if (this.nested > NESTED_MAX) problems.push(`${this.nested} reassemblies in one packet`);
    if (this.outOfBounds > 0) problems.push(`${this.outOfBounds} payloads out of bounds`);
    const completed = fragmentResults[FragmentResult.COMPLETED] ?? 0;
    if (packets > 10_000 && completed === 0) problems.push('no datagram was ever completed');
    return problems;
  }

  private fateOf(batch: PacketBatch, row: number): PacketFate {
    const { packet, fragments } = this;
    const timestampUs = batch.timestampUs[row] ?? 0;
    this.nowUs = Math.max(this.nowUs, timestampUs);
    fragments.expire(this.nowUs);
    const offset = batch.offset[row] ?? 0;
    const caplen = batch.caplen[row] ?? 0;
    packet.startFrame(offset, caplen, batch.len[row] ?? 0);
    let buf = batch.block;
    let end = offset + caplen;
    let fate = decodePacket(buf, batch.linktype[row] ?? 0, packet);
    if (fate !== PacketFate.DELIVERED) return fate;
    const interfaceIndex = batch.interfaceIndex[row] ?? 0;
    if (this.duplicates.isDuplicate(buf, offset, packet, timestampUs, interfaceIndex)) {
      return PacketFate.DUPLICATE;
    }
    let nested = 0;
    while (fate === PacketFate.DELIVERED && packet.fragment) {
      fate = fragments.push(buf, packet, this.nowUs);
      if (fate !== PacketFate.DELIVERED) return fate;
      nested++;
      buf = fragments.buf;
      end = fragments.end;
      fate = decodeTransport(buf, fragments.start, end, end, packet);
    }
    this.nested = Math.max(this.nested, nested);
    if (fate === PacketFate.DELIVERED) this.checkPayload(end);
    return fate;
  }

  private checkPayload(end: number): void {
    const { payloadOffset, payloadLength, payloadWireLength, truncated } = this.packet;
    const isInside =
      payloadLength >= 0 && payloadOffset >= 0 && payloadOffset + payloadLength <= end;
    if (!isInside || truncated !== payloadLength < payloadWireLength) this.outOfBounds++;
  }
}
