/** Writes capture files of every shape, byte by byte, and reads sources to their end. */
import type { ByteSource } from '../../src/capture/byte-source.ts';
import type { PacketSource } from '../../src/capture/packet-source.ts';

/** A packet as a test writes it down, or as a source gave it. */
export interface TestPacket {
  readonly timestampUs: number;
  readonly data: Uint8Array;
  /** On the wire; the captured length when not given. */
  readonly len?: number;
  readonly linktype?: number;
  readonly interfaceIndex?: number;
}

export function bytes(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

export function text(value: string): Uint8Array {
  return Buffer.from(value, 'latin1');
}

/** Numbers of 16 and 32 bits in a byte order of choice. */
export class Words {
  readonly littleEndian: boolean;

  constructor(littleEndian: boolean) {
    this.littleEndian = littleEndian;
  }

  u16(...values: readonly number[]): Uint8Array {
    const view = new DataView(new ArrayBuffer(2 * values.length));
    for (const [i, value] of values.entries()) view.setUint16(2 * i, value, this.littleEndian);
    return new Uint8Array(view.buffer);
  }

  u32(...values: readonly number[]): Uint8Array {
    const view = new DataView(new ArrayBuffer(4 * values.length));
    for (const [i, value] of values.entries()) view.setUint32(4 * i, value, this.littleEndian);
    return new Uint8Array(view.buffer);
  }
}

export interface PcapShape {
  readonly littleEndian?: boolean;
  readonly magic?: number;
  readonly version?: readonly [number, number];
  readonly snaplen?: number;
  readonly network?: number;
  /** Fractions of a second in the record headers. */
  readonly fractionsPerUs?: number;
  /** Behind each record header. */
  readonly extension?: Uint8Array;
  readonly lengthsSwapped?: boolean;
  /** Behind the file header. */
  readonly headerExtension?: Uint8Array;
}

export function pcapFile(packets: readonly TestPacket[], shape: PcapShape = {}): Uint8Array {
  const words = new Words(shape.littleEndian ?? true);
  const [major, minor] = shape.version ?? [2, 4];
  const parts = [
    words.u32(shape.magic ?? 0xa1b2c3d4),
    words.u16(major, minor),
    words.u32(0, 0, shape.snaplen ?? 65_535, shape.network ?? 1),
    shape.headerExtension ?? [],
  ];
  for (const packet of packets) {
    const seconds = Math.floor(packet.timestampUs / 1e6);
    const fraction = Math.round((packet.timestampUs - seconds * 1e6) * (shape.fractionsPerUs ?? 1));
    const lengths = [packet.data.length, packet.len ?? packet.data.length];
    if (shape.lengthsSwapped === true) lengths.reverse();
    parts.push(words.u32(seconds, fraction, ...lengths), shape.extension ?? [], packet.data);
  }
  return bytes(...parts);
}

/** Blocks of a pcapng file in one byte order. */
export class PcapngBlocks {
  readonly words: Words;

  constructor(littleEndian: boolean) {
    this.words = new Words(littleEndian);
  }

  block(type: number, ...body: readonly (Uint8Array | readonly number[])[]): Uint8Array {
    const content = pad(bytes(...body));
    const length = this.words.u32(12 + content.length);
    return bytes(this.words.u32(type), length, content, length);
  }

  section(): Uint8Array {
    const { words } = this;
    const magic = words.u32(0x1a2b3c4d);
    return this.block(0x0a0d0d0a, magic, words.u16(1, 0), words.u32(0xffffffff, 0xffffffff));
  }

  interface(linktype: number, snaplen = 0, ...options: readonly Uint8Array[]): Uint8Array {
    return this.block(1, this.words.u16(linktype, 0), this.words.u32(snaplen), ...options);
  }

  option(code: number, value: Uint8Array | readonly number[]): Uint8Array {
    return bytes(this.words.u16(code, value.length), pad(Uint8Array.from(value)));
  }

  /** `ticks` in the resolution of the interface. */
  enhanced(interfaceIndex: number, ticks: bigint, data: Uint8Array, len = data.length): Uint8Array {
    const time = [Number(ticks >> 32n), Number(ticks & 0xffffffffn)];
    return this.block(6, this.words.u32(interfaceIndex, ...time, data.length, len), pad(data));
  }

  obsolete(interfaceIndex: number, ticks: bigint, data: Uint8Array): Uint8Array {
    const time = [Number(ticks >> 32n), Number(ticks & 0xffffffffn)];
    const lengths = this.words.u32(...time, data.length, data.length);
    return this.block(2, this.words.u16(interfaceIndex, 0), lengths, pad(data));
  }

  simple(data: Uint8Array, len = data.length): Uint8Array {
    return this.block(3, this.words.u32(len), pad(data));
  }
}

function pad(content: Uint8Array): Uint8Array {
  return bytes(content, new Uint8Array((4 - (content.length % 4)) % 4));
}

/** Bytes that arrive in pieces of given sizes, over and over. */
export class PiecedBytes implements ByteSource {
  bytesRead = 0;
  readonly bytesTotal: number;
  readonly #content: Uint8Array;
  readonly #pieces: readonly number[];
  #reads = 0;
  closed = false;

  constructor(content: Uint8Array, pieces: readonly number[]) {
    this.#content = content;
    this.#pieces = pieces;
    this.bytesTotal = content.length;
  }

  read(into: Uint8Array, offset: number, length: number): Promise<number> {
    const piece = this.#pieces[this.#reads % this.#pieces.length] ?? 1;
    this.#reads += 1;
    const end = this.bytesRead + Math.min(length, piece);
    const part = this.#content.subarray(this.bytesRead, end);
    into.set(part, offset);
    this.bytesRead += part.length;
    return Promise.resolve(part.length);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

/** All packets of an open source, copied. */
export async function readPackets(source: PacketSource): Promise<Required<TestPacket>[]> {
  const packets: Required<TestPacket>[] = [];
  for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
    for (let row = 0; row < batch.count; row += 1) {
      const offset = batch.offset[row] ?? 0;
      packets.push({
        timestampUs: batch.timestampUs[row] ?? Number.NaN,
        data: batch.block.slice(offset, offset + (batch.caplen[row] ?? 0)),
        len: batch.len[row] ?? -1,
        linktype: batch.linktype[row] ?? -1,
        interfaceIndex: batch.interfaceIndex[row] ?? -1,
      });
    }
  }
  return packets;
}
