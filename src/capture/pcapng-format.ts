/**
 * Parser of pcapng files (draft-ietf-opsawg-pcapng): sections in either byte order, interfaces with
 * their own link types and clocks, Enhanced, Simple and the obsolete Packet Block. All other blocks
 * are skipped: names, statistics, keys, journals. An interface keeps its number from section to
 * section, so that a file of many sections has no more interfaces than its largest section.
 */
import { BATCH_PACKETS_MAX, type BatchBuilder } from './batch-builder.ts';
import type { CaptureFormat, InputBlock } from './capture-format.ts';
import { CAPLEN_MAX, RECORD_BYTES_MAX, ScanResult } from './capture-format.ts';
import { type PcapngInterface, readPcapngInterface } from './pcapng-interface.ts';

const BlockType = {
  SECTION_HEADER: 0x0a0d0d0a,
  INTERFACE: 1,
  PACKET: 2,
  SIMPLE_PACKET: 3,
  ENHANCED_PACKET: 6,
} as const;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BYTE_ORDER_MAGIC_SWAPPED = 0x4d3c2b1a;
/** Type, length, and the length once more at the end. */
const BLOCK_BYTES_MIN = 12;
const SECTION_HEADER_BYTES_MIN = 28;
const VERSION_MAJOR = 1;
/** Interfaces in one section; a packet on a later one is damage. */
const INTERFACES_MAX = 1024;

const PACKET_FIXED_BYTES = 20;
const SIMPLE_PACKET_FIXED_BYTES = 4;

/** A block length that can't be. */
const DAMAGED = -1;

export class PcapngFormat implements CaptureFormat {
  problem = '';
  needed = 0;
  interfaceCount = 0;
  #littleEndian = true;
  readonly #interfaces: PcapngInterface[] = [];
  /** Simple Packet Blocks have no time: they get the last packet's. */
  #lastTimestampUs = 0;

  /** The first block has to be a section header; it is read again by `scan`. */
  readHeader(input: InputBlock): ScanResult {
    this.needed = BLOCK_BYTES_MIN;
    if (input.offset + BLOCK_BYTES_MIN > input.end) return ScanResult.MORE;
    const length = this.#blockLength(input, input.offset);
    if (length === DAMAGED) return ScanResult.DAMAGED;
    this.needed = length;
    if (input.offset + length > input.end) return ScanResult.MORE;
    return this.#readSectionHeader(input.view, input.offset, length);
  }

  scan(input: InputBlock, batch: BatchBuilder): ScanResult {
    while (batch.count < BATCH_PACKETS_MAX) {
      const offset = input.offset;
      this.needed = BLOCK_BYTES_MIN;
      if (offset + BLOCK_BYTES_MIN > input.end) return ScanResult.MORE;
      const length = this.#blockLength(input, offset);
      if (length === DAMAGED) return ScanResult.DAMAGED;
      const blockEnd = offset + ((length + 3) & ~3);
      this.needed = blockEnd - offset;
      if (blockEnd > input.end) return ScanResult.MORE;
      if (input.view.getUint32(blockEnd - 4, this.#littleEndian) !== length) {
        return this.#damaged(`a block that begins with length ${length} ends with another`);
      }
      const result = this.#readBlock(input.view, offset, length, batch);
      if (result !== ScanResult.READY) return result;
      input.offset = blockEnd;
    }
    return ScanResult.READY;
  }

  /** Length of the block at `offset`, whose type and length are in the input; or DAMAGED. */
  #blockLength(input: InputBlock, offset: number): number {
    const view = input.view;
    if (view.getUint32(offset, true) === BlockType.SECTION_HEADER) {
      const magic = view.getUint32(offset + 8, true);
      if (magic !== BYTE_ORDER_MAGIC && magic !== BYTE_ORDER_MAGIC_SWAPPED) {
        this.problem = 'a pcapng section header without its byte-order magic';
        return DAMAGED;
      }
      this.#littleEndian = magic === BYTE_ORDER_MAGIC;
    }
    const length = view.getUint32(offset + 4, this.#littleEndian);
    if (length < BLOCK_BYTES_MIN || length > RECORD_BYTES_MAX) {
      const possible = `${BLOCK_BYTES_MIN} to ${RECORD_BYTES_MAX}`;
      this.problem = `a pcapng block of ${length} bytes, where ${possible} are possible`;
      return DAMAGED;
    }
    return length;
  }

  #readBlock(view: DataView, offset: number, length: number, batch: BatchBuilder): ScanResult {
    switch (view.getUint32(offset, this.#littleEndian)) {
      case BlockType.ENHANCED_PACKET:
        return this.#readPacket(view, offset, length, batch);
      case BlockType.INTERFACE:
        return this.#readInterface(view, offset, length);
      case BlockType.SECTION_HEADER:
        return this.#readSectionHeader(view, offset, length);
      case BlockType.SIMPLE_PACKET:
        return this.#readSimplePacket(view, offset, length, batch);
      case BlockType.PACKET:
        return this.#readPacket(view, offset, length, batch);
      default:
        return ScanResult.READY;
    }
  }

  #readSectionHeader(view: DataView, offset: number, length: number): ScanResult {
    if (length < SECTION_HEADER_BYTES_MIN) return this.#damaged('a short pcapng section header');
    const major = view.getUint16(offset + 12, this.#littleEndian);
    if (major !== VERSION_MAJOR) return this.#damaged(`pcapng version ${major} is not supported`);
    this.#interfaces.length = 0;
    return ScanResult.READY;
  }

  #readInterface(view: DataView, offset: number, length: number): ScanResult {
    if (this.#interfaces.length === INTERFACES_MAX) {
      return this.#damaged(`a section with more than ${INTERFACES_MAX} interfaces`);
    }
    const body = offset + 8;
    const end = offset + length - 4;
    const description = readPcapngInterface(view, body, end, this.#littleEndian);
    if (description === undefined) return this.#damaged('a short interface description');
    this.#interfaces.push(description);
    this.interfaceCount = Math.max(this.interfaceCount, this.#interfaces.length);
    return ScanResult.READY;
  }

  /** Enhanced Packet Block, and the obsolete one, which has the interface in 16 bits. */
  #readPacket(view: DataView, offset: number, length: number, batch: BatchBuilder): ScanResult {
    const littleEndian = this.#littleEndian;
    const body = offset + 8;
    const data = body + PACKET_FIXED_BYTES;
    const end = offset + length - 4;
    if (data > end) return this.#damaged('a short packet block');

    const obsolete = view.getUint32(offset, littleEndian) === BlockType.PACKET;
    const index = obsolete
      ? view.getUint16(body, littleEndian)
      : view.getUint32(body, littleEndian);
    const description = this.#interfaces[index];
    if (description === undefined) {
      return this.#damaged(`a packet on interface ${index}, which is not described`);
    }
    const caplen = view.getUint32(body + 12, littleEndian);
    if (caplen > end - data) return this.#damaged('a packet longer than its block');

    const high = view.getUint32(body + 4, littleEndian);
    const low = view.getUint32(body + 8, littleEndian);
    this.#lastTimestampUs = description.timestampUs(high, low);
    const row = batch.count;
    batch.interfaceIndex[row] = index;
    batch.linktype[row] = description.linktype;
    batch.offset[row] = data;
    this.#append(batch, caplen, view.getUint32(body + 16, littleEndian));
    return ScanResult.READY;
  }

  /** Simple Packet Block: interface 0, no time, and no captured length but the snapshot length. */
  #readSimplePacket(
    view: DataView,
    offset: number,
    length: number,
    batch: BatchBuilder,
  ): ScanResult {
    const data = offset + 8 + SIMPLE_PACKET_FIXED_BYTES;
    const end = offset + length - 4;
    if (data > end) return this.#damaged('a short packet block');
    const description = this.#interfaces[0];
    if (description === undefined) return this.#damaged('a packet before any interface');

    const len = view.getUint32(offset + 8, this.#littleEndian);
    const snaplen = description.snaplen === 0 ? CAPLEN_MAX : description.snaplen;
    const caplen = Math.min(len, snaplen);
    if (caplen > end - data) return this.#damaged('a packet longer than its block');
    const row = batch.count;
    batch.interfaceIndex[row] = 0;
    batch.linktype[row] = description.linktype;
    batch.offset[row] = data;
    this.#append(batch, caplen, len);
    return ScanResult.READY;
  }

  #append(batch: BatchBuilder, caplen: number, len: number): void {
    const row = batch.count;
    batch.timestampUs[row] = this.#lastTimestampUs;
    batch.caplen[row] = caplen;
    batch.len[row] = Math.max(len, caplen);
    batch.count = row + 1;
  }

  #damaged(problem: string): ScanResult {
    this.problem = problem;
    return ScanResult.DAMAGED;
  }
}
