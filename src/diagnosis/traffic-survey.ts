/**
 * Looks at captured packets for `sipgauge doctor`: how much SIP there is, on which ports, between whom, and what
 * stands in the way of counting it. It keeps no state of any call; the probe's own stages decode, nothing is counted twice.
 */
import { formatAddress } from '../core/address.ts';
import { AddressSet, parseEndpoint } from '../core/address-set.ts';
import type { PacketBatch } from '../core/packet-batch.ts';
import { decodePacket } from '../decode/decode-packet.ts';
import { DecodedPacket } from '../decode/decoded-packet.ts';
import { PacketFate } from '../decode/packet-fate.ts';
import { Duplicates } from '../reassembly/duplicates.ts';

const TCP = 6;
const UDP = 17;
/** Different addresses and ports that are told apart; more are left out of the lists, not of the sums. */
export const SURVEY_KEYS_MAX = 4096;
/** Copies of a packet on two ways are this close together. */
const DUPLICATE_WINDOW_US = 5000;
/** Bytes of a payload in which its first line must end to be recognised. */
const FIRST_LINE_MAX = 512;
const TLS_RECORD_FIRST = 20;
const TLS_RECORD_LAST = 23;
const TLS_MAJOR_VERSION = 3;

export interface AddressCount {
  sent: number;
  received: number;
}

export class TrafficSurvey {
  packets = 0;
  sipMessages = 0;
  sipPacketsInTunnels = 0;
  /** SIP messages whose packet the snaplen cut. */
  sipTruncated = 0;
  tlsRecords = 0;
  /** Pieces of fragmented datagrams: with the transport header, and those behind it. */
  firstFragments = 0;
  laterFragments = 0;
  duplicates = 0;
  foreign = 0;
  lastTimestampUs = 0;
  /** Indexed by PacketFate. */
  readonly fates: Float64Array = new Float64Array(64);
  /** SIP messages by the port of whoever is asked or answers. */
  readonly sipPorts: Map<number, number> = new Map();
  readonly addresses: Map<string, AddressCount> = new Map();
  private readonly tlsPorts: ReadonlySet<number>;
  private readonly local: AddressSet = new AddressSet();
  private readonly hasLocal: boolean;
  private readonly packet: DecodedPacket = new DecodedPacket();
  private readonly copies: Duplicates = new Duplicates({ windowUs: DUPLICATE_WINDOW_US, seed: 1 });

  /** `local`: endpoints of the local side; empty when it is to be guessed. */
  constructor(local: readonly string[], tlsPorts: ReadonlySet<number>) {
    this.tlsPorts = tlsPorts;
    this.hasLocal = local.length > 0;
    for (const text of local) {
      const endpoint = parseEndpoint(text);
      if (endpoint !== undefined) this.local.add(endpoint, 0);
    }
  }

  add(batch: PacketBatch): void {
    for (let i = 0; i < batch.count; i++) this.addPacket(batch, i);
  }

  private addPacket(batch: PacketBatch, i: number): void {
    const { packet } = this;
    const { block } = batch;
    const offset = batch.offset[i] ?? 0;
    this.packets++;
    this.lastTimestampUs = batch.timestampUs[i] ?? 0;
    packet.startFrame(offset, batch.caplen[i] ?? 0, batch.len[i] ?? 0);
    const fate = decodePacket(block, batch.linktype[i] ?? 0, packet);
    this.fates[fate] = (this.fates[fate] ?? 0) + 1;
    if (fate !== PacketFate.DELIVERED) return;
    const interfaceIndex = batch.interfaceIndex[i] ?? 0;
    if (this.copies.isDuplicate(block, offset, packet, this.lastTimestampUs, interfaceIndex)) {
      this.duplicates++;
      return;
    }
    if (packet.fragment) {
      if (packet.fragmentOffset === 0) this.firstFragments++;
      else this.laterFragments++;
      return;
    }
    if (packet.protocol === UDP || packet.protocol === TCP) this.addPayload(block);
  }

  private addPayload(block: Uint8Array): void {
    const { packet } = this;
    const start = packet.payloadOffset;
    const end = start + packet.payloadLength;
    if (packet.protocol === TCP && this.isTls(block, start, end)) {
      this.tlsRecords++;
      return;
    }
    const kind = sipKind(block, start, end);
    if (kind === 'none') return;
    this.sipMessages++;
    if (packet.tunnels > 0) this.sipPacketsInTunnels++;
    if (packet.truncated) this.sipTruncated++;
    const port = kind === 'request' ? packet.destinationPort : packet.sourcePort;
    if (this.sipPorts.has(port) || this.sipPorts.size < SURVEY_KEYS_MAX) {
      this.sipPorts.set(port, (this.sipPorts.get(port) ?? 0) + 1);
    }
    this.addAddresses();
  }

  private addAddresses(): void {
    const { addresses } = this.packet;
    const from = this.countOf(formatAddress(addresses, 0));
    const to = this.countOf(formatAddress(addresses, 4));
    if (from !== undefined) from.sent++;
    if (to !== undefined) to.received++;
    if (!this.hasLocal) return;
    // Ports are not asked here: only whether traffic has to do with the host at all.
    const { local } = this;
    if (!local.matchesAddress(addresses, 0) && !local.matchesAddress(addresses, 4)) this.foreign++;
  }

  private countOf(address: string): AddressCount | undefined {
    const known = this.addresses.get(address);
    if (known !== undefined || this.addresses.size >= SURVEY_KEYS_MAX) return known;
    const count = { sent: 0, received: 0 };
    this.addresses.set(address, count);
    return count;
  }

  private isTls(buf: Uint8Array, start: number, end: number): boolean {
    const { sourcePort, destinationPort } = this.packet;
    if (!this.tlsPorts.has(sourcePort) && !this.tlsPorts.has(destinationPort)) return false;
    const type = buf[start] ?? 0;
    const isRecord = type >= TLS_RECORD_FIRST && type <= TLS_RECORD_LAST;
    return end - start >= 5 && isRecord && buf[start + 1] === TLS_MAJOR_VERSION;
  }
}

const A = 65;
const Z = 90;

/** By its first line only: a method, a URI and SIP/2.0, or SIP/2.0 and a status. */
function sipKind(buf: Uint8Array, start: number, end: number): 'request' | 'response' | 'none' {
  const first = buf[start] ?? 0;
  if (first < A || first > Z) return 'none';
  const text = Buffer.from(
    buf.buffer,
    buf.byteOffset + start,
    Math.min(end - start, FIRST_LINE_MAX),
  ).toString('latin1');
  if (/^SIP\/2\.0 [1-6]\d\d /.test(text)) return 'response';
  return /^[A-Z]+ \S+ SIP\/2\.0\r?\n/.test(text) ? 'request' : 'none';
}
