/** Requests over UDP, each another transaction, as fast as the socket takes them or at a pace. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

const SIP_PORT = 5060;
const BURST = 20;

export class SipSender {
  readonly #socket: Socket;
  readonly #to: string;
  /** Sent so far. */
  sent = 0;

  private constructor(socket: Socket, to: string) {
    this.#socket = socket;
    this.#to = to;
  }

  static async open(from: string, to: string): Promise<SipSender> {
    const socket = createSocket('udp4');
    // An interface that is down may be what a test wants.
    socket.on('error', () => {});
    socket.bind(SIP_PORT, from);
    await once(socket, 'listening');
    return new SipSender(socket, to);
  }

  /** `count` OPTIONS requests; resolves when the kernel has them. */
  async send(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const message = this.#options(this.sent);
      await new Promise((resolve) => this.#socket.send(message, SIP_PORT, this.#to, resolve));
      this.sent++;
    }
  }

  /** In small bursts, about 20 in 10 ms, until the signal is aborted. */
  async sendUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.send(BURST);
      await pause(10);
    }
  }

  close(): void {
    this.#socket.close();
  }

  #options(number: number): string {
    const { address } = this.#socket.address();
    const lines = [
      `OPTIONS sip:${this.#to} SIP/2.0`,
      `Via: SIP/2.0/UDP ${address}:${SIP_PORT};branch=z9hG4bKsender${number}`,
      `From: <sip:a@${address}>;tag=${number}`,
      `To: <sip:b@${this.#to}>`,
      `Call-ID: ${number}@${address}`,
      'CSeq: 1 OPTIONS',
      'Max-Forwards: 70',
      'Content-Length: 0',
    ];
    return `${lines.join('\r\n')}\r\n\r\n`;
  }
}
