/**
 * What lies around the calls: a request in two fragments, a response to nothing, applications that connect, a TLS
 * handshake that is refused, a hole in a TCP stream, and at the end a clock that is set back.
 */
import { bytes, pcapFile, type TestPacket, text } from '../../test/helpers/capture-file.ts';
import {
  checksum,
  type Endpoint,
  ethernetLink,
  TcpFlag,
  tcpPacket,
  u16,
  udpPacket,
} from '../../test/helpers/packet-writer.ts';
import { Dialog } from '../../test/helpers/sip-dialog.ts';
import { framesOf, SipTrace } from '../../test/helpers/sip-trace.ts';
import { render, responseTo } from '../../test/helpers/sip-writer.ts';
import { alice, carrierA, server } from './lib/agents.ts';
import { writeFile } from './lib/write.ts';

const APPLICATIONS = 17;
const FRAGMENT_BYTES = 200;
const LOST_BYTES = 120;
const IP_HEADER_BYTES = 20;
const MORE_FRAGMENTS = 0x2000;
const NOTHING = new Uint8Array(0);

const trace = new SipTrace(23);
const frames: TestPacket[] = [];
const link = ethernetLink();

function push(source: Endpoint, packet: Uint8Array): void {
  frames.push({ timestampUs: trace.nowUs, data: link.wrap(packet, source) });
  trace.wait(1);
}

/** A packet in two: RFC 791 3.2. */
function fragments(packet: Uint8Array): readonly Uint8Array[] {
  const content = packet.subarray(IP_HEADER_BYTES);
  const piece = (start: number, end: number, flags: number): Uint8Array => {
    const part = content.subarray(start, end);
    const head = (check: number): Uint8Array =>
      bytes(
        packet.subarray(0, 2),
        u16(IP_HEADER_BYTES + part.length),
        packet.subarray(4, 6),
        u16(flags | (start / 8)),
        packet.subarray(8, 10),
        u16(check),
        packet.subarray(12, IP_HEADER_BYTES),
      );
    return bytes(head(checksum(head(0))), part);
  };
  return [piece(0, FRAGMENT_BYTES, MORE_FRAGMENTS), piece(FRAGMENT_BYTES, content.length, 0)];
}

/** A TCP connection from its handshake on. */
class Connection {
  private readonly ends: readonly [Endpoint, Endpoint];
  private readonly sequence: [number, number] = [0x1000, 0x9000];

  constructor(client: Endpoint, served: Endpoint) {
    this.ends = [client, served];
    this.send(0, TcpFlag.SYN);
    this.send(1, TcpFlag.SYN | TcpFlag.ACK);
    this.send(0, TcpFlag.ACK);
  }

  send(end: 0 | 1, flags: number, payload: Uint8Array = NOTHING): void {
    const [source, destination] = [this.ends[end], this.ends[end === 0 ? 1 : 0]];
    const sequence = this.sequence[end];
    const acknowledgment = (flags & TcpFlag.ACK) === 0 ? 0 : this.sequence[end === 0 ? 1 : 0];
    const segment = { sequence, acknowledgment, flags };
    push(source, tcpPacket(source, destination, segment, payload, frames.length + 1));
    this.sequence[end] += payload.length + ((flags & TcpFlag.SYN) === 0 ? 0 : 1);
  }

  /** Bytes that were sent, and are not in the capture. */
  lose(end: 0 | 1, count: number): void {
    this.sequence[end] += count;
  }
}

function options(from = alice): Dialog {
  return new Dialog(trace, { path: [from, server] });
}

function tcpOptions(): Uint8Array {
  return text(render(options().request(alice, 'OPTIONS')).replace('SIP/2.0/UDP', 'SIP/2.0/TCP'));
}

const whole = options().request(alice, 'OPTIONS');
for (const piece of fragments(udpPacket(alice, server, text(render(whole)), 1))) push(alice, piece);
push(server, udpPacket(server, alice, text(render(responseTo(whole, 200, '0a'))), 1));

trace.wait(100);
const unseen = new Dialog(trace, { path: [server, carrierA] }).request(server, 'OPTIONS');
push(carrierA, udpPacket(carrierA, server, text(render(responseTo(unseen, 200, '0b'))), 1));

trace.wait(100);
for (let i = 0; i < APPLICATIONS; i++) {
  const application = { address: '192.0.2.30', port: 40_000 + i };
  new Connection(application, { address: server.address, port: 9022 });
}

trace.wait(100);
const tls = new Connection({ ...alice, port: 45_061 }, { ...server, port: 5061 });
const clientHello = [22, 3, 3, 0, 6, 1, 0, 0, 2, 3, 3];
const handshakeFailure = [21, 3, 3, 0, 2, 2, 40];
tls.send(0, TcpFlag.PSH | TcpFlag.ACK, bytes(clientHello));
tls.send(1, TcpFlag.PSH | TcpFlag.ACK, bytes(handshakeFailure));
tls.send(1, TcpFlag.RST | TcpFlag.ACK);

trace.wait(100);
const stream = new Connection({ ...alice, port: 45_060 }, server);
stream.send(0, TcpFlag.PSH | TcpFlag.ACK, tcpOptions());
stream.lose(0, LOST_BYTES);
stream.send(0, TcpFlag.PSH | TcpFlag.ACK, tcpOptions());
stream.send(1, TcpFlag.ACK);

trace.wait(100);
const last = new SipTrace(24, trace.nowUs);
const ping = new Dialog(last, { path: [alice, server] }).request(alice, 'OPTIONS');
last.send(alice, server, ping);
last.send(server, alice, responseTo(ping, 200, '0c'));
const [request, response] = framesOf(last.packets, link);
if (request === undefined || response === undefined) throw new Error('a ping has two packets');
frames.push(request, { ...response, timestampUs: response.timestampUs - 5e6 });

writeFile('edges.pcap', pcapFile(frames), frames.length);
