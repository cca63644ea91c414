/**
 * Tunnels in UDP datagrams: VXLAN (RFC 7348) and its GPE, GENEVE (RFC 8926) and TZSP (the TaZmen Sniffer Protocol). A port is
 * only a hint: each is believed when its header says all it has to and there is room for what must follow;
 * else the datagram stays an ordinary one.
 */
import { readUint8, readUint16, readUint32 } from '../core/bytes.ts';
import type { DecodedPacket } from './decoded-packet.ts';
import { ETHERNET_HEADER_BYTES } from './ethernet.ts';
import { Header, headerOfEthertype, openTunnel, type Step } from './header.ts';

const VXLAN_HEADER_BYTES = 8;
const GENEVE_HEADER_BYTES = 8;
const TZSP_HEADER_BYTES = 4;

/** Tagged fields of a TZSP packet; with more it is taken for something else. */
export const TZSP_TAGS_MAX = 16;

const TRANSPARENT_ETHERNET_BRIDGING = 0x6558;
const TZSP_ENCAPSULATES_ETHERNET = 1;
const TZSP_TAG_PADDING = 0;
const TZSP_TAG_END = 1;

const PORTS = 65536;

const HEADERS: readonly (readonly [port: number, header: Header])[] = [
  [4789, Header.VXLAN],
  [8472, Header.VXLAN],
  [4790, Header.VXLAN_GPE],
  [6081, Header.GENEVE],
  [2152, Header.GTP_U],
  [37_008, Header.TZSP],
];
/** Ports that hint at a tunnel. */
export const TUNNEL_PORTS: readonly number[] = HEADERS.map(([port]) => port);

// One byte a port: the lookup costs the same for the datagrams that are no tunnels.
const headerOfPort = new Uint8Array(PORTS);
for (const [port, header] of HEADERS) headerOfPort[port] = header;

/** The tunnel that the datagram's ports hint at, or PAYLOAD. */
export function tunnelOfPorts(packet: DecodedPacket): Step {
  const byDestination = readUint8(headerOfPort, packet.destinationPort);
  return byDestination !== Header.PAYLOAD
    ? byDestination
    : readUint8(headerOfPort, packet.sourcePort);
}

/** The I flag alone, or with the G of group policies (draft-smith-vxlan-group-policy-05 2.1). */
export function decodeVxlan(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.payloadOffset;
  const innerOffset = start + VXLAN_HEADER_BYTES;
  if (innerOffset + ETHERNET_HEADER_BYTES > payloadEnd(packet)) return Header.PAYLOAD;
  const word = readUint32(buf, start);
  const isPlain = word === 0x08000000;
  const hasPolicy = (word & 0xffb70000) >>> 0 === 0x88000000;
  if (!isPlain && !hasPolicy) return Header.PAYLOAD;
  const networkId = readUint32(buf, start + 4);
  if ((networkId & 0xff) !== 0) return Header.PAYLOAD;
  return openTunnel(packet, innerOffset, networkId >>> 8, Header.ETHERNET);
}

/**
 * The generic protocol extension (draft-ietf-nvo3-vxlan-gpe 3.1): the I and P flags, and what follows by its number.
 * A network service header is not opened.
 */
export function decodeVxlanGpe(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.payloadOffset;
  const innerOffset = start + VXLAN_HEADER_BYTES;
  if (innerOffset >= payloadEnd(packet)) return Header.PAYLOAD;
  const word = readUint32(buf, start);
  const networkId = readUint32(buf, start + 4);
  // Some senders leave out the P flag.
  const flags = word >>> 8;
  if (flags !== 0x0c0000 && flags !== 0x080000) return Header.PAYLOAD;
  if ((networkId & 0xff) !== 0) return Header.PAYLOAD;
  const next = headerOfGpeProtocol(word & 0xff);
  if (next === Header.PAYLOAD) return next;
  return openTunnel(packet, innerOffset, networkId >>> 8, next);
}

function headerOfGpeProtocol(protocol: number): Header {
  switch (protocol) {
    case 1:
      return Header.IPV4;
    case 2:
      return Header.IPV6;
    case 3:
      return Header.ETHERNET;
    default:
      return Header.PAYLOAD;
  }
}

/** Version 0, reserved bits zero, options skipped whole. Control packets (the O bit) carry nothing. */
export function decodeGeneve(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.payloadOffset;
  const end = payloadEnd(packet);
  if (start + GENEVE_HEADER_BYTES > end) return Header.PAYLOAD;
  const versionAndOptions = readUint8(buf, start);
  if (versionAndOptions >> 6 !== 0) return Header.PAYLOAD;
  if ((readUint8(buf, start + 1) & 0xbf) !== 0) return Header.PAYLOAD;
  const networkId = readUint32(buf, start + 4);
  if ((networkId & 0xff) !== 0) return Header.PAYLOAD;

  const protocol = readUint16(buf, start + 2);
  const isEthernet = protocol === TRANSPARENT_ETHERNET_BRIDGING;
  const next = isEthernet ? Header.ETHERNET : headerOfEthertype(protocol);
  const innerOffset = start + GENEVE_HEADER_BYTES + versionAndOptions * 4;
  if (next < 0 || innerOffset >= end) return Header.PAYLOAD;
  return openTunnel(packet, innerOffset, networkId >>> 8, next);
}

/** Version 1, type 0 (received) or 1 (to be sent), then tagged fields up to the end tag. */
export function decodeTzsp(buf: Uint8Array, packet: DecodedPacket): Step {
  const start = packet.payloadOffset;
  const end = payloadEnd(packet);
  if (start + TZSP_HEADER_BYTES > end) return Header.PAYLOAD;
  if (readUint8(buf, start) !== 1 || readUint8(buf, start + 1) > 1) return Header.PAYLOAD;
  if (readUint16(buf, start + 2) !== TZSP_ENCAPSULATES_ETHERNET) return Header.PAYLOAD;

  let offset = start + TZSP_HEADER_BYTES;
  for (let tags = 0; tags < TZSP_TAGS_MAX && offset < end; tags++) {
    const tag = readUint8(buf, offset);
    if (tag === TZSP_TAG_END) {
      return offset + 1 + ETHERNET_HEADER_BYTES <= end
        ? openTunnel(packet, offset + 1, 0, Header.ETHERNET)
        : Header.PAYLOAD;
    }
    if (tag === TZSP_TAG_PADDING) offset += 1;
    else if (offset + 2 > end) return Header.PAYLOAD;
    else offset += 2 + readUint8(buf, offset + 1);
  }
  return Header.PAYLOAD;
}

export function payloadEnd(packet: DecodedPacket): number {
  return packet.payloadOffset + packet.payloadLength;
}
