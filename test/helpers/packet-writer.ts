/**
 * Writes whole frames with right lengths and checksums: Ethernet, VLAN tags, Linux cooked headers, IPv4
 * and IPv6, UDP and TCP (frames.ts builds the wrong ones, header by header). Addresses are text.
 */
import { formatAddress, isIpv4, parseAddress } from '../../src/core/address.ts';
import { bytes } from './capture-file.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** How IP packets are wrapped. A file has one link type, so one of these per file. */
export interface Link {
  readonly linktype: number;
  wrap(ipPacket: Uint8Array, source: Endpoint): Uint8Array;
}

export const TcpFlag = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;

export interface TcpSegment {
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
}

const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPE_VLAN = 0x8100;
const TTL = 64;

export function u16(value: number): number[] {
  return [(value >>> 8) & 255, value & 255];
}

export function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value)];
}

/** Four bytes of an IPv4 address, or sixteen. */
export function addressBytes(address: string): number[] {
  const words = new Int32Array(4);
  if (!parseAddress(address, words, 0)) throw new Error(`${address} is no address`);
  return [...(isIpv4(words, 0) ? words.subarray(3) : words)].flatMap(u32);
}

/** The one's complement sum of RFC 1071. */
export function checksum(...parts: readonly (Uint8Array | readonly number[])[]): number {
  const data = bytes(...parts);
  let sum = 0;
  for (let i = 0; i < data.length; i += 2) sum += ((data[i] ?? 0) << 8) | (data[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function pseudoHeader(source: Endpoint, destination: Endpoint, protocol: number, length: number) {
  const addresses = [...addressBytes(source.address), ...addressBytes(destination.address)];
  return [...addresses, ...u32(length), ...u32(protocol)];
}

/** An IP packet around a transport header and payload; `id` is the IPv4 identification. */
export function ipPacket(
  source: Endpoint,
  destination: Endpoint,
  protocol: number,
  id: number,
  content: Uint8Array,
): Uint8Array {
  const from = addressBytes(source.address);
  const to = addressBytes(destination.address);
  if (from.length !== to.length) throw new Error('addresses of different families');
  if (from.length === 16) {
    const head = [0x60, 0, 0, 0, ...u16(content.length), protocol, TTL];
    return bytes(head, from, to, content);
  }
  const head = (check: number): number[] => [
    ...[0x45, 0],
    ...u16(20 + content.length),
    ...u16(id),
    ...u16(0x4000),
    ...[TTL, protocol],
    ...u16(check),
    ...from,
    ...to,
  ];
  return bytes(head(checksum(head(0))), content);
}

export function udpPacket(
  source: Endpoint,
  destination: Endpoint,
  payload: Uint8Array,
  id: number,
): Uint8Array {
  const length = 8 + payload.length;
  const pseudo = pseudoHeader(source, destination, PROTOCOL_UDP, length);
  const head = (check: number): number[] => [
    ...u16(source.port),
    ...u16(destination.port),
    ...u16(length),
    ...u16(check),
  ];
  // A sum of 0 means that there is none, so 0 is sent as its other form (RFC 768).
  const sum = checksum(pseudo, head(0), payload) || 0xffff;
  return ipPacket(source, destination, PROTOCOL_UDP, id, bytes(head(sum), payload));
}

export function tcpPacket(
  source: Endpoint,
  destination: Endpoint,
  segment: TcpSegment,
  payload: Uint8Array,
  id: number,
): Uint8Array {
  const pseudo = pseudoHeader(source, destination, PROTOCOL_TCP, 20 + payload.length);
  const head = (check: number): number[] => [
    ...u16(source.port),
    ...u16(destination.port),
    ...u32(segment.sequence),
    ...u32(segment.acknowledgment),
    ...[0x50, segment.flags],
    ...u16(0xfaf0),
    ...u16(check),
    ...u16(0),
  ];
  const sum = checksum(pseudo, head(0), payload);
  return ipPacket(source, destination, PROTOCOL_TCP, id, bytes(head(sum), payload));
}

/** A locally administered address made of the IP address, so that hosts can be told apart. */
function macOf(address: string): number[] {
  return [2, 0, ...addressBytes(address).slice(-4)];
}

function ethertypeOf(packet: Uint8Array): number {
  return (packet[0] ?? 0) >>> 4 === 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;
}

function destinationOf(packet: Uint8Array): string {
  const isIpv6 = ethertypeOf(packet) === ETHERTYPE_IPV6;
  const raw = isIpv6 ? packet.subarray(24, 40) : packet.subarray(16, 20);
  const words = new Int32Array([0, 0, 0xffff, 0]);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  for (let i = 0; i < raw.length; i += 4) {
    words[isIpv6 ? i / 4 : 3] = view.getInt32(i);
  }
  return formatAddress(words, 0);
}

/** Ethernet II, with the VLAN tags given, the outer one first. */
export function ethernetLink(...vlanIds: readonly number[]): Link {
  return {
    linktype: 1,
    wrap(packet, source) {
      const tags = vlanIds.flatMap((id) => [...u16(ETHERTYPE_VLAN), ...u16(id)]);
      const to = macOf(destinationOf(packet));
      return bytes(to, macOf(source.address), tags, u16(ethertypeOf(packet)), packet);
    },
  };
}

/** Linux cooked capture v2 of interface `index`, as `-i any` writes it; `local` sends what goes out. */
export function cookedLink(local: string, index: number): Link {
  const outgoing = 4;
  const toUs = 0;
  return {
    linktype: 276,
    wrap(packet, source) {
      const way = source.address === local ? outgoing : toUs;
      const sender = [...macOf(source.address), 0, 0];
      const head = [...u16(ethertypeOf(packet)), 0, 0, ...u32(index), ...u16(1), way, 6];
      return bytes(head, sender, packet);
    },
  };
}
