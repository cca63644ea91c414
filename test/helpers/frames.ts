/** Builds packets header by header, and decodes them as the pipeline does. */
import { decodePacket } from '../../src/decode/decode-packet.ts';
import { DecodedPacket } from '../../src/decode/decoded-packet.ts';
import { PACKET_FATE_NAMES, type PacketFate } from '../../src/decode/packet-fate.ts';
import { ALL_TUNNELS, type TunnelKinds } from '../../src/decode/tunnel-kinds.ts';
import { bytes } from './capture-file.ts';

type Part = Uint8Array | readonly number[];

export function u16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

export function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}

export function ethernet(type: number, payload: Part): Uint8Array {
  return bytes([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1], u16(type), payload);
}

/** Goes behind an ethertype of a tag. */
export function vlan(id: number, type: number, payload: Part): Uint8Array {
  return bytes(u16(0xe000 | id), u16(type), payload);
}

export interface Ipv4Shape {
  readonly protocol?: number;
  readonly id?: number;
  readonly timeToLive?: number;
  readonly checksum?: number;
  /** In bytes. */
  readonly fragmentOffset?: number;
  readonly moreFragments?: boolean;
  /** Instead of the true one. */
  readonly totalLength?: number;
  readonly firstByte?: number;
  readonly options?: Part;
  readonly source?: readonly number[];
  readonly destination?: readonly number[];
}

export const IPV4_SOURCE: readonly number[] = [192, 0, 2, 1];
export const IPV4_DESTINATION: readonly number[] = [198, 51, 100, 2];

export function ipv4(payload: Part, shape: Ipv4Shape = {}): Uint8Array {
  const options = shape.options ?? [];
  const headerBytes = 20 + options.length;
  const fragment = (shape.moreFragments === true ? 0x2000 : 0) | ((shape.fragmentOffset ?? 0) >> 3);
  return bytes(
    [shape.firstByte ?? 0x40 | (headerBytes / 4), 0],
    u16(shape.totalLength ?? headerBytes + payload.length),
    u16(shape.id ?? 1),
    u16(fragment),
    [shape.timeToLive ?? 64, shape.protocol ?? 17],
    u16(shape.checksum ?? 0),
    shape.source ?? IPV4_SOURCE,
    shape.destination ?? IPV4_DESTINATION,
    options,
    payload,
  );
}

export interface Ipv6Shape {
  readonly nextHeader?: number;
  readonly hopLimit?: number;
  readonly payloadLength?: number;
}

export const IPV6_SOURCE: readonly number[] = [
  0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
];
export const IPV6_DESTINATION: readonly number[] = [
  0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
];

export function ipv6(payload: Part, shape: Ipv6Shape = {}): Uint8Array {
  return bytes(
    [0x60, 0, 0, 0],
    u16(shape.payloadLength ?? payload.length),
    [shape.nextHeader ?? 17, shape.hopLimit ?? 64],
    IPV6_SOURCE,
    IPV6_DESTINATION,
    payload,
  );
}

export interface Ipv6FragmentShape {
  readonly nextHeader?: number;
  readonly id: number;
  readonly offset: number;
  readonly more: boolean;
}

/** A fragment header and what follows: the payload of an IPv6 packet of next header 44. */
export function ipv6Fragment(payload: Part, shape: Ipv6FragmentShape): Uint8Array {
  const offsetAndFlag = shape.offset | (shape.more ? 1 : 0);
  return bytes([shape.nextHeader ?? 17, 0], u16(offsetAndFlag), u32(shape.id), payload);
}

export interface UdpShape {
  readonly source?: number;
  readonly destination?: number;
  readonly length?: number;
}

export function udp(payload: Part, shape: UdpShape = {}): Uint8Array {
  const ports = [...u16(shape.source ?? 5060), ...u16(shape.destination ?? 5080)];
  return bytes(ports, u16(shape.length ?? 8 + payload.length), u16(0), payload);
}

export function tcp(payload: Part, offsetByte = 0x50, options: Part = []): Uint8Array {
  const ports = [...u16(5060), ...u16(40_000)];
  return bytes(
    ports,
    u32(0xfffffff0),
    u32(0x80000001),
    [offsetByte, 0x18],
    u16(1000),
    u32(0),
    options,
    payload,
  );
}

export function gre(protocol: number, payload: Part, flags = 0, fields: Part = []): Uint8Array {
  return bytes(u16(flags), u16(protocol), fields, payload);
}

export interface Capture {
  readonly linktype?: number;
  /** Bytes captured; all of them when not given. */
  readonly caplen?: number;
  /** Bytes on the wire; those of the frame when not given. */
  readonly len?: number;
  /** All of them when not given. */
  readonly tunnelKinds?: TunnelKinds;
}

export interface Decoded {
  /** By name, so that a failure can be read. */
  readonly fate: string;
  readonly packet: DecodedPacket;
  readonly payload: Buffer;
}

/** The frame stands in the middle of other bytes, which must not matter. */
export const FRAME_OFFSET = 64;

export function surround(frame: Uint8Array, filler: number): Uint8Array {
  const around = new Uint8Array(FRAME_OFFSET).fill(filler);
  return bytes(around, frame, around);
}

export function decode(frame: Uint8Array, capture: Capture = {}): Decoded {
  const packet = new DecodedPacket();
  const buf = surround(frame, 0xee);
  const fate = decodeInto(packet, buf, frame.length, capture);
  const start = packet.payloadOffset;
  const payload = Buffer.from(buf.subarray(start, start + packet.payloadLength));
  return { fate: PACKET_FATE_NAMES[fate] ?? '', packet, payload };
}

export function decodeInto(
  packet: DecodedPacket,
  buf: Uint8Array,
  frameBytes: number,
  capture: Capture,
): PacketFate {
  packet.tunnelKinds = capture.tunnelKinds ?? ALL_TUNNELS;
  packet.startFrame(FRAME_OFFSET, capture.caplen ?? frameBytes, capture.len ?? frameBytes);
  return decodePacket(buf, capture.linktype ?? 1, packet);
}

export function nameOf(fate: PacketFate): string {
  return PACKET_FATE_NAMES[fate] ?? '';
}
