/**
 * Decoder of HEP, the encapsulation in which SIP servers mirror what they send and receive,
 * decrypted: version 3 (sipcapture's "HEP3 Network Protocol Specification", rev. 12) and versions 1
 * and 2 as Kamailio, OpenSIPS and Sofia write them. It does not inflate compressed payloads, and
 * reads no vendor's own chunks.
 */
import {
  readInt32,
  readUint8,
  readUint16,
  readUint32,
  readUint32LittleEndian,
} from '../core/bytes.ts';
import { Transport } from '../core/transport.ts';
import { PacketFate } from './packet-fate.ts';

/** What a HEP packet says about the message in it. One record is reused for all packets. */
export class HepRecord {
  /** Words 0–3 source, 4–7 destination; IPv4 as IPv4-mapped IPv6. */
  readonly addresses: Int32Array = new Int32Array(8);
  sourcePort = 0;
  destinationPort = 0;
  /** The number that the sender gives itself, 32 bits; 0 when it does not say. */
  agent = 0;
  /** When the sender saw the message; 0 when it does not say (always in version 1). */
  timestampUs = 0;
  transport: Transport = Transport.UDP;
  /**
   * False where senders name one transport for several: Kamailio has one number for TLS, WS and
   * WSS, and Sofia (drachtio) says TCP for WS and WSS. A Via that differs is then no contradiction.
   */
  transportExact = false;
  payloadOffset = 0;
  payloadLength = 0;
  /** The authentication key, empty when there is none. */
  keyOffset = 0;
  keyLength = 0;

  reset(): void {
    this.addresses.fill(0);
    this.sourcePort = 0;
    this.destinationPort = 0;
    this.agent = 0;
    this.timestampUs = 0;
    this.transport = Transport.UDP;
    this.transportExact = false;
    this.payloadOffset = 0;
    this.payloadLength = 0;
    this.keyOffset = 0;
    this.keyLength = 0;
  }
}

/** "HEP3" */
const MAGIC = 0x48455033;
/** The magic, and the length of all in 16 bits. */
const HEP3_HEADER_BYTES = 6;
/** Vendor, type and length, 16 bits each; the length includes them. */
const CHUNK_HEADER_BYTES = 6;
/** More chunks than the specification knows; a packet with more is refused. */
const CHUNKS_MAX = 64;

const Chunk = {
  IP_PROTOCOL: 0x02,
  IPV4_SOURCE: 0x03,
  IPV4_DESTINATION: 0x04,
  IPV6_SOURCE: 0x05,
  IPV6_DESTINATION: 0x06,
  SOURCE_PORT: 0x07,
  DESTINATION_PORT: 0x08,
  SECONDS: 0x09,
  MICROSECONDS: 0x0a,
  PROTOCOL_TYPE: 0x0b,
  AGENT: 0x0c,
  AUTHENTICATION_KEY: 0x0e,
  PAYLOAD: 0x0f,
  COMPRESSED_PAYLOAD: 0x10,
} as const;

/** Bytes of a chunk's value by its type; 0 is any. */
const VALUE_BYTES = Uint8Array.of(0, 1, 1, 4, 4, 16, 16, 2, 2, 4, 4, 1, 4, 2, 0, 0, 0);
const PROTOCOL_TYPE_SIP = 1;

/** Bits of what a packet has to say: both addresses. */
const HAS_SOURCE = 1;
const HAS_DESTINATION = 2;
const HAS_ADDRESSES = 3;
const HAS_PAYLOAD = 4;
const IS_COMPRESSED = 8;
const IS_OTHER_PROTOCOL = 16;

const MAPPED_PREFIX = 0x0000ffff;

/**
 * Decodes the HEP packet in `buf[start, end)`: DELIVERED when `record` holds a message, else why
 * not. Bytes behind the packet's own length are ignored. The record's offsets are into `buf`.
 */
export function decodeHep(
  buf: Uint8Array,
  start: number,
  end: number,
  record: HepRecord,
): PacketFate {
  record.reset();
  if (end - start < HEP3_HEADER_BYTES) return PacketFate.HEP_TRUNCATED;
  if (readInt32(buf, start) !== MAGIC) return decodeOldHep(buf, start, end, record);

  const hepEnd = start + readUint16(buf, start + 4);
  if (hepEnd < start + HEP3_HEADER_BYTES) return PacketFate.HEP_BAD_HEADER;
  if (hepEnd > end) return PacketFate.HEP_TRUNCATED;
  let found = 0;
  let offset = start + HEP3_HEADER_BYTES;
  for (let i = 0; offset < hepEnd; i += 1) {
    if (i === CHUNKS_MAX || offset + CHUNK_HEADER_BYTES > hepEnd) return PacketFate.HEP_BAD_CHUNK;
    const length = readUint16(buf, offset + 4);
    if (length < CHUNK_HEADER_BYTES || offset + length > hepEnd) return PacketFate.HEP_BAD_CHUNK;
    if (readUint16(buf, offset) === 0) {
      const type = readUint16(buf, offset + 2);
      const valueBytes = VALUE_BYTES[type] ?? 0;
      const valueLength = length - CHUNK_HEADER_BYTES;
      if (valueBytes !== 0 && valueBytes !== valueLength) return PacketFate.HEP_BAD_CHUNK;
      found |= readChunk(buf, type, offset + CHUNK_HEADER_BYTES, valueLength, record);
    }
    offset += length;
  }
  return fateOf(found);
}

function fateOf(found: number): PacketFate {
  if ((found & IS_OTHER_PROTOCOL) !== 0) return PacketFate.HEP_NOT_SIP;
  if ((found & HAS_ADDRESSES) !== HAS_ADDRESSES) return PacketFate.HEP_BAD_HEADER;
  if ((found & HAS_PAYLOAD) !== 0) return PacketFate.DELIVERED;
  return (found & IS_COMPRESSED) === 0 ? PacketFate.NO_PAYLOAD : PacketFate.HEP_COMPRESSED;
}

/** Reads a chunk whose length was checked; returns what it adds to what was found. */
function readChunk(
  buf: Uint8Array,
  type: number,
  offset: number,
  length: number,
  record: HepRecord,
): number {
  switch (type) {
    case Chunk.IP_PROTOCOL:
      setTransport(record, readUint8(buf, offset));
      return 0;
    case Chunk.IPV4_SOURCE:
      copyIpv4(buf, offset, record, 0);
      return HAS_SOURCE;
    case Chunk.IPV4_DESTINATION:
      copyIpv4(buf, offset, record, 4);
      return HAS_DESTINATION;
    case Chunk.IPV6_SOURCE:
      copyIpv6(buf, offset, record, 0);
      return HAS_SOURCE;
    case Chunk.IPV6_DESTINATION:
      copyIpv6(buf, offset, record, 4);
      return HAS_DESTINATION;
    case Chunk.SOURCE_PORT:
      record.sourcePort = readUint16(buf, offset);
      return 0;
    case Chunk.DESTINATION_PORT:
      record.destinationPort = readUint16(buf, offset);
      return 0;
    case Chunk.SECONDS:
      record.timestampUs += readUint32(buf, offset) * 1e6;
      return 0;
    case Chunk.MICROSECONDS:
      record.timestampUs += readUint32(buf, offset);
      return 0;
    case Chunk.PROTOCOL_TYPE:
      return readUint8(buf, offset) === PROTOCOL_TYPE_SIP ? 0 : IS_OTHER_PROTOCOL;
    case Chunk.AGENT:
      record.agent = readInt32(buf, offset);
      return 0;
    case Chunk.AUTHENTICATION_KEY:
      record.keyOffset = offset;
      record.keyLength = length;
      return 0;
    case Chunk.PAYLOAD:
      record.payloadOffset = offset;
      record.payloadLength = length;
      return HAS_PAYLOAD;
    case Chunk.COMPRESSED_PAYLOAD:
      return IS_COMPRESSED;
    default:
      return 0;
  }
}

const OLD_HEADER_BYTES = 8;
/** Seconds, microseconds, and a number of the sender in 16 bits, padded. */
const OLD_TIME_BYTES = 12;
const FAMILY_IPV4 = 2;
/** AF_INET6 on Linux, FreeBSD and macOS. */
const FAMILIES_IPV6 = Uint8Array.of(10, 28, 30);

/**
 * Versions 1 and 2: version, header length, address family, IP protocol, ports, addresses, and in
 * version 2 the time in little-endian words. Kamailio does not count the time in the header length,
 * Sofia does.
 */
function decodeOldHep(buf: Uint8Array, start: number, end: number, record: HepRecord): PacketFate {
  const version = readUint8(buf, start);
  const family = readUint8(buf, start + 2);
  const isIpv4 = family === FAMILY_IPV4;
  if (version !== 1 && version !== 2) return PacketFate.HEP_BAD_HEADER;
  if (!isIpv4 && !FAMILIES_IPV6.includes(family)) return PacketFate.HEP_BAD_HEADER;

  const addresses = start + OLD_HEADER_BYTES;
  const time = addresses + (isIpv4 ? 8 : 32);
  const payload = version === 1 ? time : time + OLD_TIME_BYTES;
  const headerEnd = start + readUint8(buf, start + 1);
  if (headerEnd !== time && headerEnd !== payload) return PacketFate.HEP_BAD_HEADER;
  if (payload > end) return PacketFate.HEP_TRUNCATED;

  setTransport(record, readUint8(buf, start + 3));
  record.sourcePort = readUint16(buf, start + 4);
  record.destinationPort = readUint16(buf, start + 6);
  if (isIpv4) {
    copyIpv4(buf, addresses, record, 0);
    copyIpv4(buf, addresses + 4, record, 4);
  } else {
    copyIpv6(buf, addresses, record, 0);
    copyIpv6(buf, addresses + 16, record, 4);
  }
  if (version === 2) {
    record.timestampUs =
      readUint32LittleEndian(buf, time) * 1e6 + readUint32LittleEndian(buf, time + 4);
    record.agent = readUint8(buf, time + 8) | (readUint8(buf, time + 9) << 8);
  }
  record.payloadOffset = payload;
  record.payloadLength = end - payload;
  return PacketFate.DELIVERED;
}

/** IP protocol numbers; 22 (XNS-IDP) is what senders write for TLS. */
function setTransport(record: HepRecord, protocol: number): void {
  record.transportExact = protocol === 17 || protocol === 132;
  if (protocol === 17) record.transport = Transport.UDP;
  else if (protocol === 6) record.transport = Transport.TCP;
  else if (protocol === 22) record.transport = Transport.TLS;
  else if (protocol === 132) record.transport = Transport.SCTP;
  else record.transport = Transport.OTHER;
}

function copyIpv4(buf: Uint8Array, offset: number, record: HepRecord, word: number): void {
  const addresses = record.addresses;
  addresses[word] = 0;
  addresses[word + 1] = 0;
  addresses[word + 2] = MAPPED_PREFIX;
  addresses[word + 3] = readInt32(buf, offset);
}

function copyIpv6(buf: Uint8Array, offset: number, record: HepRecord, word: number): void {
  for (let i = 0; i < 4; i += 1) record.addresses[word + i] = readInt32(buf, offset + 4 * i);
}

/**
 * Is `key` the one in the packet that was last decoded? Takes the same time wherever they differ.
 */
export function hasHepKey(buf: Uint8Array, record: HepRecord, key: Uint8Array): boolean {
  let difference = record.keyLength ^ key.length;
  for (let i = 0; i < key.length; i += 1) {
    const own = i < record.keyLength ? readUint8(buf, record.keyOffset + i) : 0;
    difference |= own ^ readUint8(key, i);
  }
  return difference === 0;
}
