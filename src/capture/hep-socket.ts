/**
 * The sockets on which HEP arrives. Datagrams of strangers are dropped, their connections closed; a
 * connection is read no further while what it brought finds no room.
 */
import { createSocket, type Socket as DatagramSocket, type RemoteInfo } from 'node:dgram';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { OperatorError } from '../core/operator-error.ts';
import type { HepSenders } from './hep-senders.ts';
import { type AcceptPacket, HepStream, HepStreamResult } from './hep-stream.ts';
import { readUdpDrops } from './udp-drops.ts';

/** The kernel's buffer of a datagram socket; it gives less where net.core.rmem_max says so. */
const RECEIVE_BUFFER_BYTES: number = 8 * 1024 * 1024;
const CONNECTIONS_MAX = 256;
/** A connection that sends nothing for so long is closed. */
const CONNECTION_IDLE_MS: number = 3600 * 1000;

const ALL_ADDRESSES = '::';
const ALL_IPV4_ADDRESSES = '0.0.0.0';

export interface HepSocket {
  readonly port: number;
  readonly rejectedSenders: number;
  readonly rejectedConnections: number;
  readonly badStreams: number;
  /** There is room again. */
  resume(): void;
  kernelDrops(): number;
  close(): Promise<void>;
}

interface ListenAddress {
  readonly transport: 'udp' | 'tcp';
  readonly host: string;
  readonly port: number;
}

/** Listens; throws OperatorError. On '' where there is no IPv6: all IPv4 addresses. */
export async function openHepSocket(
  address: ListenAddress,
  senders: HepSenders,
  accept: AcceptPacket,
): Promise<HepSocket> {
  const socket =
    address.transport === 'udp' ? new UdpHep(senders, accept) : new TcpHep(senders, accept);
  try {
    await socket.listen(address.host === '' ? ALL_ADDRESSES : address.host, address.port);
  } catch (error) {
    if (address.host !== '' || codeOf(error) !== 'EAFNOSUPPORT') throw listenError(address, error);
    return openHepSocket({ ...address, host: ALL_IPV4_ADDRESSES }, senders, accept);
  }
  return socket;
}

class UdpHep implements HepSocket {
  port = 0;
  rejectedSenders = 0;
  readonly rejectedConnections = 0;
  readonly badStreams = 0;
  #host = '';
  #socket: DatagramSocket | undefined;
  #lastDrops = 0;
  readonly #senders: HepSenders;
  readonly #accept: AcceptPacket;

  constructor(senders: HepSenders, accept: AcceptPacket) {
    this.#senders = senders;
    this.#accept = accept;
  }

  async listen(host: string, port: number): Promise<void> {
    const socket = createSocket({
      type: isIPv6(host) ? 'udp6' : 'udp4',
      recvBufferSize: RECEIVE_BUFFER_BYTES,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: host, port, exclusive: true }, resolve);
    });
    socket.removeAllListeners('error');
    // An error later concerns one datagram; the socket goes on.
    socket.on('error', () => undefined);
    socket.on('message', (bytes, sender) => this.#receive(bytes, sender));
    this.#host = host;
    this.port = socket.address().port;
    this.#socket = socket;
  }

  #receive(bytes: Uint8Array, sender: RemoteInfo): void {
    if (this.#senders.isAllowed(sender.address)) this.#accept(bytes, 0, bytes.length);
    else this.rejectedSenders += 1;
  }

  resume(): void {
    // Datagrams don't wait for room.
  }

  kernelDrops(): number {
    if (this.#socket !== undefined) this.#lastDrops = readUdpDrops(this.#host, this.port);
    return this.#lastDrops;
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.kernelDrops();
    this.#socket = undefined;
    await new Promise<void>((resolve) => socket.close(resolve));
  }
}

class TcpHep implements HepSocket {
  port = 0;
  rejectedSenders = 0;
  rejectedConnections = 0;
  badStreams = 0;
  #server: Server | undefined;
  readonly #connections: Set<Socket> = new Set();
  readonly #held: Map<Socket, HepStream> = new Map();
  readonly #senders: HepSenders;
  readonly #accept: AcceptPacket;

  constructor(senders: HepSenders, accept: AcceptPacket) {
    this.#senders = senders;
    this.#accept = accept;
  }

  async listen(host: string, port: number): Promise<void> {
    const server = createServer((connection) => this.#connect(connection));
    server.maxConnections = CONNECTIONS_MAX;
    server.on('drop', () => {
      this.rejectedConnections += 1;
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, resolve);
    });
    const address = server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : port;
    this.#server = server;
  }

  #connect(connection: Socket): void {
    // What is wrong with a connection ends it; 'close' follows.
    connection.on('error', () => undefined);
    if (!this.#senders.isAllowed(connection.remoteAddress ?? '')) {
      this.rejectedSenders += 1;
      connection.destroy();
      return;
    }
    const stream = new HepStream(this.#accept);
    this.#connections.add(connection);
    connection.setTimeout(CONNECTION_IDLE_MS, () => connection.destroy());
    connection.on('data', (bytes) => this.#settle(connection, stream, stream.push(bytes)));
    connection.once('close', () => {
      this.#connections.delete(connection);
      this.#held.delete(connection);
    });
  }

  #settle(connection: Socket, stream: HepStream, result: HepStreamResult): void {
    if (result === HepStreamResult.BAD) {
      this.badStreams += 1;
      connection.destroy();
    }
    if (result !== HepStreamResult.HELD) return;
    connection.pause();
    this.#held.set(connection, stream);
  }

  resume(): void {
    for (const [connection, stream] of [...this.#held]) {
      this.#held.delete(connection);
      const result = stream.resume();
      this.#settle(connection, stream, result);
      if (result === HepStreamResult.MORE) connection.resume();
    }
  }

  kernelDrops(): number {
    return 0;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of this.#connections) connection.destroy();
    await closed;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function listenError(address: ListenAddress, error: unknown): OperatorError {
  const host = isIPv6(address.host) ? `[${address.host}]` : address.host;
  const where = `${address.transport}:${host}:${address.port}`;
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new OperatorError(
        'PORT_IN_USE',
        `${where} is in use`,
        'stop who has it, or choose another --listen',
      );
    case 'EACCES':
      return new OperatorError(
        'EACCES_LISTEN',
        `${where}: permission denied`,
        'choose a port above 1023',
      );
    case 'EADDRNOTAVAIL':
      return new OperatorError(
        'NO_SUCH_ADDRESS',
        `${where}: this host has no such address`,
        'see: ip address',
      );
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      return new OperatorError('LISTEN_FAILED', `${where}: ${reason}`, 'check --listen', 1, error);
    }
  }
}
