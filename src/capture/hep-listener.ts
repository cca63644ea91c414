/**
 * Packets that SIP servers mirror to us in HEP, over UDP and TCP: each becomes one packet of
 * Linktype.HEP, with the time of its arrival: that is one clock, whatever those of the senders show. Senders can be
 * limited to a list. What the packets say, and whether they carry the right key, is for the data plane to find and to count.
 */
import type { PacketBatch } from '../core/packet-batch.ts';
import { BatchBuilder } from './batch-builder.ts';
import { HepQueue } from './hep-queue.ts';
import { HepSenders } from './hep-senders.ts';
import { type HepSocket, openHepSocket } from './hep-socket.ts';
import type { CaptureStats, PacketSource } from './packet-source.ts';

const IDLE_MS = 250;
const QUEUE_BYTES: number = 8 * 1024 * 1024;

export interface HepAddress {
  readonly transport: 'udp' | 'tcp';
  /** '' for all addresses of both families. */
  readonly host: string;
  readonly port: number;
}

export interface HepListenerOptions {
  readonly listen: readonly HepAddress[];
  /** Addresses or networks that may send; none: everyone. */
  readonly allow: readonly string[];
  /** Bytes of packets that wait for the data plane; two blocks of 1 MiB at least. */
  readonly queueBytesMax?: number;
}

/** What was turned away, and is not among the packets read. */
export interface HepRejections {
  /** Datagrams and connections of senders that are not on the list. */
  readonly sender: number;
  /** Connections beyond the limit. */
  readonly connection: number;
  /** Connections closed because what came was not HEP version 3. */
  readonly stream: number;
}

export class HepListenerSource implements PacketSource {
  readonly interfaces: readonly string[];
  readonly #options: HepListenerOptions;
  readonly #senders: HepSenders;
  readonly #queue: HepQueue;
  readonly #empty: BatchBuilder = new BatchBuilder();
  readonly #sockets: HepSocket[] = [];
  readonly #packets: number[];
  readonly #overflows: number[];
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(options: HepListenerOptions) {
    this.#options = options;
    this.interfaces = options.listen.map(nameOf);
    this.#senders = new HepSenders(options.allow);
    this.#queue = new HepQueue(options.queueBytesMax ?? QUEUE_BYTES);
    this.#packets = options.listen.map(() => 0);
    this.#overflows = options.listen.map(() => 0);
  }

  async open(): Promise<void> {
    try {
      for (const [i, address] of this.#options.listen.entries()) {
        const socket = await openHepSocket(address, this.#senders, (bytes, start, end) =>
          this.#receive(bytes, start, end, i),
        );
        this.#sockets.push(socket);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Replaces the list of those who may send; connections that are open stay. */
  allow(networks: readonly string[]): void {
    this.#senders.allow(networks);
  }

  /** False when there is no room: TCP holds the packet back, UDP has to drop it. */
  #receive(bytes: Uint8Array, start: number, end: number, index: number): boolean {
    if (!this.#queue.push(bytes, start, end, Date.now() * 1000, index)) {
      const dropped = this.#options.listen[index]?.transport === 'udp' ? 1 : 0;
      this.#overflows[index] = (this.#overflows[index] ?? 0) + dropped;
      return false;
    }
    this.#packets[index] = (this.#packets[index] ?? 0) + 1;
    this.#wake?.();
    return true;
  }

  async next(): Promise<PacketBatch | undefined> {
    if (this.#closed) return undefined;
    let batch = this.#take();
    if (batch === undefined) {
      await this.#wait();
      if (this.#closed) return undefined;
      batch = this.#take();
    }
    if (batch !== undefined) return batch;
    // Packets are stamped when they are read, and the sockets have just been looked at.
    return { ...this.#empty, firstFrame: 1, drained: true, settledUs: Date.now() * 1000 };
  }

  #take(): BatchBuilder | undefined {
    const batch = this.#queue.take();
    if (batch !== undefined) for (const socket of this.#sockets) socket.resume();
    return batch;
  }

  /**
   * Until something comes, and all that came with it is here; at most until it is time to say so.
   */
  #wait(): Promise<void> {
    return new Promise((resolve) => {
      // After a look at the sockets: what came while the program stood still comes first.
      const timer = setTimeout(() => setImmediate(resolve), IDLE_MS);
      this.#wake = () => {
        this.#wake = undefined;
        clearTimeout(timer);
        setImmediate(resolve);
      };
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    await Promise.all(this.#sockets.map((socket) => socket.close()));
  }

  rejections(): HepRejections {
    const sum = (count: (socket: HepSocket) => number): number =>
      this.#sockets.reduce((total, socket) => total + count(socket), 0);
    return {
      sender: sum((socket) => socket.rejectedSenders),
      connection: sum((socket) => socket.rejectedConnections),
      stream: sum((socket) => socket.badStreams),
    };
  }

  stats(): readonly CaptureStats[] {
    return this.interfaces.map((name, i) => ({
      interface: name,
      up: !this.#closed && i < this.#sockets.length,
      packets: this.#packets[i] ?? 0,
      droppedByKernel: this.#sockets[i]?.kernelDrops() ?? 0,
      droppedByInterface: 0,
      droppedByRing: this.#overflows[i] ?? 0,
    }));
  }
}

function nameOf(address: HepAddress): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${address.transport}:${host}:${address.port}`;
}
