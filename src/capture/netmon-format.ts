/**
 * Parser of Microsoft Network Monitor files, versions 1.x and 2.x ("Capture File Format" in
 * NetMon's help). Frames are read one after the other, from the header to the frame table: files
 * whose table names another order, or that have holes, are not followed. The start time has no zone
 * in the file: UTC is assumed; version 2.3 has a UTC time in each frame.
 */
import { Linktype } from '../core/linktype.ts';
import { BATCH_PACKETS_MAX, type BatchBuilder } from './batch-builder.ts';
import type { CaptureFormat, InputBlock } from './capture-format.ts';
import { CAPLEN_MAX, ScanResult } from './capture-format.ts';

const FILE_HEADER_BYTES = 128;
const RECORD_HEADER_BYTES_1 = 8;
const RECORD_HEADER_BYTES_2 = 16;
/** Behind each frame, by minor version of 2.x: network type, process, time, zone. */
const TRAILER_BYTES = Uint8Array.of(0, 2, 6, 15);
const UTC_OFFSET = 6;

const TWO_TO_32 = 4_294_967_296;
/** 1970-01-01 as a FILETIME, which counts tenths of a microsecond from 1601-01-01 on. */
const EPOCH_HIGH = 27_111_902;
const EPOCH_LOW = 3_577_643_008;

/** Network types that are converted LINKTYPEs, and those from which on frames are metadata. */
const NETWORK_PCAP_BASE = 0xe000;
const NETWORK_METADATA = 0xffe0;
const UNKNOWN_LINKTYPE = 0xffff;

export class NetmonFormat implements CaptureFormat {
  problem = '';
  needed = 0;
  readonly interfaceCount = 1;
  #startUs = 0;
  #version1 = false;
  #trailerBytes = 0;
  #linktype = 0;
  /** Bytes of frames that are still to come. */
  #remaining = 0;

  readHeader(input: InputBlock): ScanResult {
    const start = input.offset;
    this.needed = FILE_HEADER_BYTES;
    if (start + FILE_HEADER_BYTES > input.end) return ScanResult.MORE;
    const view = input.view;
    const minor = view.getUint8(start + 4);
    const major = view.getUint8(start + 5);
    if (major !== 1 && major !== 2) {
      this.problem = `Network Monitor version ${major}.${minor} is not supported`;
      return ScanResult.DAMAGED;
    }
    this.#version1 = major === 1;
    this.#trailerBytes = this.#version1 ? 0 : (TRAILER_BYTES[Math.min(minor, 3)] ?? 0);
    this.#linktype = linktypeOf(view.getUint16(start + 6, true));
    this.#startUs = readSystemTimeUs(view, start + 8);
    const frameTableOffset = view.getUint32(start + 24, true);
    this.#remaining = Math.max(0, frameTableOffset - FILE_HEADER_BYTES);
    input.offset = start + FILE_HEADER_BYTES;
    return ScanResult.READY;
  }

  scan(input: InputBlock, batch: BatchBuilder): ScanResult {
    while (batch.count < BATCH_PACKETS_MAX) {
      const result = this.#readFrame(input, batch);
      if (result !== ScanResult.READY) return result;
    }
    return ScanResult.READY;
  }

  #readFrame(input: InputBlock, batch: BatchBuilder): ScanResult {
    const offset = input.offset;
    const data = offset + (this.#version1 ? RECORD_HEADER_BYTES_1 : RECORD_HEADER_BYTES_2);
    if (this.#remaining < data - offset) return ScanResult.END;
    this.needed = data - offset;
    if (data > input.end) return ScanResult.MORE;

    const row = batch.count;
    this.#readLengths(input.view, offset, batch);
    const caplen = batch.caplen[row] ?? 0;
    const end = data + caplen + this.#trailerBytes;
    if (caplen > CAPLEN_MAX || end - offset > this.#remaining) {
      this.problem = `a frame of ${caplen} bytes, where at most ${CAPLEN_MAX} are possible`;
      return ScanResult.DAMAGED;
    }
    this.needed = end - offset;
    if (end > input.end) return ScanResult.MORE;
    batch.timestampUs[row] = this.#startUs + this.#deltaUs(input.view, offset);
    batch.offset[row] = data;
    batch.linktype[row] = this.#linktype;
    batch.interfaceIndex[row] = 0;
    if (this.#readTrailer(input.view, data + caplen, batch)) batch.count = row + 1;
    input.offset = end;
    this.#remaining -= end - offset;
    return ScanResult.READY;
  }

  #readLengths(view: DataView, offset: number, batch: BatchBuilder): void {
    const row = batch.count;
    const len = this.#version1
      ? view.getUint16(offset + 4, true)
      : view.getUint32(offset + 8, true);
    const caplen = this.#version1
      ? view.getUint16(offset + 6, true)
      : view.getUint32(offset + 12, true);
    batch.caplen[row] = caplen;
    batch.len[row] = Math.max(len, caplen);
  }

  /** Milliseconds in version 1; in version 2 microseconds, which may be before the start. */
  #deltaUs(view: DataView, offset: number): number {
    if (this.#version1) return view.getUint32(offset, true) * 1000;
    return view.getInt32(offset + 4, true) * TWO_TO_32 + view.getUint32(offset, true);
  }

  /** False when the frame is metadata of the capture and no packet. */
  #readTrailer(view: DataView, offset: number, batch: BatchBuilder): boolean {
    if (this.#trailerBytes === 0) return true;
    const network = view.getUint16(offset, true);
    if (network >= NETWORK_METADATA) return false;
    batch.linktype[batch.count] = linktypeOf(network);
    if (this.#trailerBytes > UTC_OFFSET) {
      const low = view.getUint32(offset + UTC_OFFSET, true) - EPOCH_LOW;
      const high = view.getUint32(offset + UTC_OFFSET + 4, true) - EPOCH_HIGH;
      // 2^32 tenths are 429496729.6 us; the difference to the epoch first, or digits are lost.
      batch.timestampUs[batch.count] = high * 429_496_729 + (high * 6 + low) / 10;
    }
    return true;
  }
}

/** From NDIS media to LINKTYPE; 0 is written by NetMon 3.4 over VPNs, with Ethernet headers. */
function linktypeOf(network: number): number {
  if (network <= 1) return Linktype.ETHERNET;
  if (network >= 7 && network <= 9) return Linktype.RAW;
  if ((network & 0xf000) === NETWORK_PCAP_BASE) return network & 0x0fff;
  return UNKNOWN_LINKTYPE;
}

/** A Windows SYSTEMTIME: eight 16-bit numbers, of which the third is the day of the week. */
function readSystemTimeUs(view: DataView, offset: number): number {
  const field = (index: number): number => view.getUint16(offset + 2 * index, true);
  const milliseconds = Date.UTC(
    field(0),
    field(1) - 1,
    field(3),
    field(4),
    field(5),
    field(6),
    field(7),
  );
  return Number.isNaN(milliseconds) ? 0 : milliseconds * 1000;
}
