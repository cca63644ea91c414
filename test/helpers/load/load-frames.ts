/** Ethernet, IPv4, UDP and TCP around messages, as fast as a generator of millions needs it. */
export interface LoadEnd {
  /** IPv4 as a number. */
  readonly address: number;
  readonly port: number;
}

const ETHERNET_BYTES = 14;
const IP_BYTES = 20;
const UDP_BYTES = 8;
const TCP_BYTES = 20;
const UDP = 17;
const TCP = 6;

function ipFrame(from: LoadEnd, to: LoadEnd, protocol: number, bytes: number): Buffer {
  const frame = Buffer.alloc(ETHERNET_BYTES + IP_BYTES + bytes);
  frame.writeUInt16BE(0x0800, 12);
  frame[14] = 0x45;
  frame.writeUInt16BE(IP_BYTES + bytes, 16);
  frame[22] = 64;
  frame[23] = protocol;
  frame.writeUInt32BE(from.address, 26);
  frame.writeUInt32BE(to.address, 30);
  frame.writeUInt16BE(from.port, 34);
  frame.writeUInt16BE(to.port, 36);
  return frame;
}

export function udpFrame(from: LoadEnd, to: LoadEnd, text: string): Buffer {
  const frame = ipFrame(from, to, UDP, UDP_BYTES + text.length);
  frame.writeUInt16BE(UDP_BYTES + text.length, 38);
  frame.write(text, ETHERNET_BYTES + IP_BYTES + UDP_BYTES, 'latin1');
  return frame;
}

/** `flags` as in RFC 9293 3.1. */
export function tcpFrame(
  from: LoadEnd,
  to: LoadEnd,
  segment: { readonly sequence: number; readonly flags: number; readonly text: string },
): Buffer {
  const frame = ipFrame(from, to, TCP, TCP_BYTES + segment.text.length);
  frame.writeUInt32BE(segment.sequence >>> 0, 38);
  frame[46] = 0x50;
  frame[47] = segment.flags;
  frame.write(segment.text, ETHERNET_BYTES + IP_BYTES + TCP_BYTES, 'latin1');
  return frame;
}
