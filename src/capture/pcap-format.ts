/**
 * Parser of pcap files (draft-ietf-opsawg-pcap): both byte orders, micro- and nanoseconds, and the
 * variants that pcap-variant.ts tells apart. Frames keep their FCS, if the header says they have
 * one: lengths inside the packet end before it. It does not look into packets.
 */
import { BATCH_PACKETS_MAX, type BatchBuilder } from './batch-builder.ts';
import type { CaptureFormat, InputBlock } from './capture-format.ts';
import { CAPLEN_MAX, RECORD_BYTES_MAX, ScanResult } from './capture-format.ts';
import { findPcapVariant, PcapMagic, PcapVariant, recordHeaderBytes } from './pcap-variant.ts';

const FILE_HEADER_BYTES = 24;
/** Ixia's variants have the number of bytes to come behind the header. */
const IXIA_HEADER_BYTES = 28;
/** Bits of the link-layer field: 16 of type, 10 that must be 0, then the length of the FCS. */
const LINKTYPE_RESERVED = 0x03ff0000;
/** DG/UX's tcpdump counts so. */
const VERSION_MAJOR_DGUX = 543;

const Lengths = { CAPTURED_FIRST: 0, WIRE_FIRST: 1, LARGER_IS_WIRE: 2 } as const;
type Lengths = (typeof Lengths)[keyof typeof Lengths];

/** The ifTypes that AIX writes (RFC 1573) and their link-layer types. */
const AIX_LINKTYPES: ReadonlyMap<number, number> = new Map([
  [6, 1],
  [9, 6],
  [15, 10],
  [24, 0],
]);

export class PcapFormat implements CaptureFormat {
  problem = '';
  needed = 0;
  readonly interfaceCount = 1;
  readonly #magic: PcapMagic;
  readonly #littleEndian: boolean;
  #variant: PcapVariant = PcapVariant.UNDECIDED;
  #lengths: Lengths = Lengths.CAPTURED_FIRST;
  #fractionsPerUs = 1;
  #snaplen = 0;
  #caplenMax = CAPLEN_MAX;
  #linktype = 0;

  constructor(magic: PcapMagic, littleEndian: boolean) {
    this.#magic = magic;
    this.#littleEndian = littleEndian;
  }

  readHeader(input: InputBlock): ScanResult {
    const ixia = this.#magic === PcapMagic.IXIA_NS || this.#magic === PcapMagic.IXIA_US;
    const bytes = ixia ? IXIA_HEADER_BYTES : FILE_HEADER_BYTES;
    const start = input.offset;
    this.needed = bytes;
    if (start + bytes > input.end) return ScanResult.MORE;

    const major = input.view.getUint16(start + 4, this.#littleEndian);
    const minor = input.view.getUint16(start + 6, this.#littleEndian);
    const network = input.view.getUint32(start + 20, this.#littleEndian);
    if (major < 2) {
      this.problem = `pcap version ${major}.${minor} is not supported`;
      return ScanResult.DAMAGED;
    }
    if ((network & LINKTYPE_RESERVED) !== 0) {
      this.problem = `pcap link-layer type 0x${network.toString(16)} is not supported`;
      return ScanResult.DAMAGED;
    }
    this.#snaplen = input.view.getUint32(start + 16, this.#littleEndian);
    this.#caplenMax = Math.max(CAPLEN_MAX, Math.min(this.#snaplen, RECORD_BYTES_MAX));
    this.#linktype = network & 0xffff;
    this.#settleVersion(major, minor);
    input.offset = start + bytes;
    return ScanResult.READY;
  }

  /** What follows from the version and the magic number alone. */
  #settleVersion(major: number, minor: number): void {
    const old = (major === 2 && minor < 4) || major === VERSION_MAJOR_DGUX;
    if (old) this.#lengths = Lengths.WIRE_FIRST;
    if (major === 2 && minor === 3) this.#lengths = Lengths.LARGER_IS_WIRE;

    const nanoseconds = this.#magic === PcapMagic.NS || this.#magic === PcapMagic.IXIA_NS;
    if (nanoseconds) this.#fractionsPerUs = 1000;
    const ambiguous = this.#magic === PcapMagic.US || this.#magic === PcapMagic.MODIFIED;
    if (old || !ambiguous) this.#variant = PcapVariant.STANDARD;

    const aixLinktype = AIX_LINKTYPES.get(this.#linktype);
    if (this.#magic === PcapMagic.US && major === 2 && minor === 2 && aixLinktype !== undefined) {
      this.#linktype = aixLinktype;
      this.#fractionsPerUs = 1000;
    }
  }

  scan(input: InputBlock, batch: BatchBuilder): ScanResult {
    if (!this.#settleVariant(input)) return ScanResult.MORE;
    const headerBytes = recordHeaderBytes(this.#variant);
    const littleEndian = this.#littleEndian;
    const fractionsPerUs = this.#fractionsPerUs;
    const caplenMax = this.#caplenMax;
    const linktype = this.#linktype;
    const wireFirst = this.#lengths === Lengths.WIRE_FIRST;
    const caplenAt = wireFirst ? 12 : 8;
    const lenAt = wireFirst ? 8 : 12;
    const largerIsWire = this.#lengths === Lengths.LARGER_IS_WIRE;
    const view = input.view;
    const end = input.end;
    let offset = input.offset;
    let row = batch.count;
    let recordBytes = headerBytes;

    while (row < BATCH_PACKETS_MAX && offset + headerBytes <= end) {
      const data = offset + headerBytes;
      const len = view.getUint32(offset + lenAt, littleEndian);
      let caplen = view.getUint32(offset + caplenAt, littleEndian);
      const wireLength = Math.max(caplen, len);
      if (largerIsWire) caplen = Math.min(caplen, len);
      if (caplen > caplenMax) {
        this.problem = `a packet of ${caplen} bytes, where at most ${caplenMax} are possible`;
        break;
      }
      recordBytes = headerBytes + caplen;
      if (offset + recordBytes > end) break;
      batch.timestampUs[row] =
        view.getUint32(offset, littleEndian) * 1e6 +
        view.getUint32(offset + 4, littleEndian) / fractionsPerUs;
      batch.offset[row] = data;
      batch.caplen[row] = caplen;
      batch.len[row] = wireLength;
      batch.linktype[row] = linktype;
      batch.interfaceIndex[row] = 0;
      row += 1;
      offset += recordBytes;
      recordBytes = headerBytes;
    }
    batch.count = row;
    input.offset = offset;
    this.needed = recordBytes;
    if (this.problem !== '') return ScanResult.DAMAGED;
    return row === BATCH_PACKETS_MAX ? ScanResult.READY : ScanResult.MORE;
  }

  /** False while the records that decide are not all there. */
  #settleVariant(input: InputBlock): boolean {
    if (this.#variant === PcapVariant.UNDECIDED) {
      this.#variant = findPcapVariant(input, this.#magic, this.#littleEndian, this.#snaplen);
    }
    return this.#variant !== PcapVariant.UNDECIDED;
  }
}
