/**
 * Recognises copies of one packet: a capture on several interfaces, on `any` with VLAN parents and bridges, or a
 * mirror of both ports sees it more than once. A copy has the same bytes from the IP header on, TTL and header
 * checksum aside, and came another way: by another interface or with another link-layer header. A packet that
 * came the same way again is a retransmission and never dropped.
 *
 * In a tunnel the IP packet inside is compared; the tunnel's ids belong to the way. Of what is mirrored to us in HEP the
 * message and its addresses are compared, and the way is who mirrored it: two servers that mirror all they send and
 * receive mirror what passes between them twice.
 */
import { readUint8 } from '../core/bytes.ts';
import { float64At, float64Column, int32At, int32Column } from '../core/columns.ts';
import { Hasher } from '../core/hash.ts';
import { Table, type TableUse } from '../core/table.ts';
import type { DecodedPacket } from '../decode/decoded-packet.ts';
import type { HepRecord } from '../decode/hep.ts';

/**
 * Packets remembered with windows up to SHORT_WINDOW_US, and with longer ones; the oldest is overwritten. Enough for 1.6
 * million packets a second within 5 ms, and for 160,000 within 400 ms.
 */
export const DUPLICATE_ROWS_MAX = 8192;
export const DUPLICATE_ROWS_LONG_MAX = 65_536;
const SHORT_WINDOW_US = 5000;
/** Packets of one bucket that are compared with a new one, the youngest first. */
const COMPARED_MAX = 16;

const NONE = -1;
const IPV4_TIME_TO_LIVE = 8;
const IPV4_CHECKSUM = 10;
const IPV4_ADDRESSES = 12;
const IPV6_HOP_LIMIT = 7;
const IPV6_ADDRESSES = 8;

export interface DuplicatesOptions {
  /** How far apart the copies of a packet may be, in microseconds, in either direction; above 0. */
  readonly windowUs: number;
  readonly seed: number;
}

export class Duplicates {
  private readonly windowUs: number;
  private readonly content: Hasher;
  private readonly way: Hasher;
  /** Packets remembered so far. The n-th is in row n % rows until that is overwritten. */
  private remembered = 0;
  private evictions = 0;
  /** A power of two. */
  private readonly rows: number;
  private readonly keyLo: Int32Array;
  private readonly keyHi: Int32Array;
  private readonly wayLo: Int32Array;
  private readonly wayHi: Int32Array;
  private readonly timestampUs: Float64Array;
  /** Per bucket the number of its youngest packet, and per row that of the one before it; or NONE. */
  private readonly youngest: Float64Array;
  private readonly earlier: Float64Array;

  constructor(options: DuplicatesOptions) {
    this.windowUs = options.windowUs;
    const rows = options.windowUs <= SHORT_WINDOW_US ? DUPLICATE_ROWS_MAX : DUPLICATE_ROWS_LONG_MAX;
    this.rows = rows;
    this.keyLo = int32Column(rows);
    this.keyHi = int32Column(rows);
    this.wayLo = int32Column(rows);
    this.wayHi = int32Column(rows);
    this.timestampUs = float64Column(rows);
    this.youngest = float64Column(rows).fill(NONE);
    this.earlier = float64Column(rows);
    this.content = new Hasher(options.seed);
    this.way = new Hasher(options.seed);
  }

  /** Whether this is a copy of a packet seen within the window; if not, it is remembered. `frameOffset`: in `buf`. */
  isDuplicate(
    buf: Uint8Array,
    frameOffset: number,
    packet: DecodedPacket,
    timestampUs: number,
    interfaceIndex: number,
  ): boolean {
    this.hashContent(buf, packet);
    this.hashWay(buf, frameOffset, packet, interfaceIndex);
    return this.isCopy(timestampUs);
  }

  /** The same of a message in HEP that came to the listener `interfaceIndex` at `timestampUs`. */
  isMirroredTwice(
    buf: Uint8Array,
    hep: HepRecord,
    timestampUs: number,
    interfaceIndex: number,
  ): boolean {
    const { content, way } = this;
    content.reset();
    for (let i = 0; i < hep.addresses.length; i++) content.word(int32At(hep.addresses, i));
    content.word((hep.sourcePort << 16) | hep.destinationPort);
    content.bytes(buf, hep.payloadOffset, hep.payloadOffset + hep.payloadLength);
    content.finish();
    way.reset();
    way.word(interfaceIndex);
    way.word(hep.agent);
    way.finish();
    return this.isCopy(timestampUs);
  }

  use(): TableUse {
    return {
      table: Table.DUPLICATES,
      rows: Math.min(this.remembered, this.rows),
      capacity: this.rows,
      evictions: this.evictions,
    };
  }

  private isCopy(timestampUs: number): boolean {
    const bucket = this.content.lo & (this.rows - 1);
    if (this.hasCopy(bucket, timestampUs)) return true;
    this.remember(bucket, timestampUs);
    return false;
  }

  private hashContent(buf: Uint8Array, packet: DecodedPacket): void {
    const { content } = this;
    const start = packet.networkOffset;
    content.reset();
    if (packet.ipVersion === 4) {
      content.bytes(buf, start, start + IPV4_TIME_TO_LIVE);
      content.bytes(buf, start + IPV4_TIME_TO_LIVE + 1, start + IPV4_CHECKSUM);
      content.bytes(buf, start + IPV4_CHECKSUM + 2, packet.networkEnd);
    } else {
      content.bytes(buf, start, start + IPV6_HOP_LIMIT);
      content.bytes(buf, start + IPV6_HOP_LIMIT + 1, packet.networkEnd);
    }
    content.finish();
  }

  /** The interface, the link-layer header, and of a tunnel its ends and ids. */
  private hashWay(
    buf: Uint8Array,
    frameOffset: number,
    packet: DecodedPacket,
    interfaceIndex: number,
  ): void {
    const { way } = this;
    const outer = packet.outerNetworkOffset;
    way.reset();
    way.word(interfaceIndex);
    way.bytes(buf, frameOffset, outer);
    if (packet.tunnels > 0) {
      const isIpv4 = readUint8(buf, outer) >> 4 === 4;
      const addresses = outer + (isIpv4 ? IPV4_ADDRESSES : IPV6_ADDRESSES);
      way.bytes(buf, addresses, addresses + (isIpv4 ? 8 : 32));
      way.word(packet.path);
    }
    way.finish();
  }

  private hasCopy(bucket: number, timestampUs: number): boolean {
    const { content, way } = this;
    let packet = float64At(this.youngest, bucket);
    for (let compared = 0; compared < COMPARED_MAX; compared++) {
      if (packet === NONE || packet < this.remembered - this.rows) return false;
      const row = packet % this.rows;
      const isNear = Math.abs(timestampUs - float64At(this.timestampUs, row)) <= this.windowUs;
      const isSame = this.keyLo[row] === content.lo && this.keyHi[row] === content.hi;
      const cameOtherWay = this.wayLo[row] !== way.lo || this.wayHi[row] !== way.hi;
      if (isNear && isSame && cameOtherWay) return true;
      packet = float64At(this.earlier, row);
    }
    return false;
  }

  private remember(bucket: number, timestampUs: number): void {
    const row = this.remembered % this.rows;
    if (
      this.remembered >= this.rows &&
      Math.abs(timestampUs - float64At(this.timestampUs, row)) <= this.windowUs
    ) {
      this.evictions++;
    }
    this.keyLo[row] = this.content.lo;
    this.keyHi[row] = this.content.hi;
    this.wayLo[row] = this.way.lo;
    this.wayHi[row] = this.way.hi;
    this.timestampUs[row] = timestampUs;
    this.earlier[row] = float64At(this.youngest, bucket);
    this.youngest[bucket] = this.remembered;
    this.remembered++;
  }
}
