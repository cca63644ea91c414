/** A SIP client over WebSocket (RFC 7118), as small as a test can do with: it sends frames and waits for answers. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from './probe-process.ts';
import { type FrameFields, webSocketFrame } from './websocket-frame.ts';

const KEY_BYTES = 4;

export class WebSocketClient {
  readonly #socket: Socket;
  #received = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#received += text;
    });
  }

  /** Connected and upgraded. */
  static async connect(host: string, port: number): Promise<WebSocketClient> {
    const socket = connect(port, host);
    socket.setNoDelay(true);
    await once(socket, 'connect');
    const client = new WebSocketClient(socket);
    const headers = [
      'GET / HTTP/1.1',
      `Host: ${host}:${port}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Origin: http://${host}`,
      'Sec-WebSocket-Protocol: sip',
      'Sec-WebSocket-Version: 13',
    ];
    socket.write(`${headers.join('\r\n')}\r\n\r\n`);
    await eventually('the upgrade', () => /^HTTP\/1.1 101 /.test(client.#received));
    return client;
  }

  /** One frame, masked as a client's are, in as many segments as there are `cuts` (offsets) and one. */
  async send(fields: Omit<FrameFields, 'key'>, cuts: readonly number[] = []): Promise<void> {
    const frame = webSocketFrame({ ...fields, key: [...randomBytes(KEY_BYTES)] });
    let start = 0;
    for (const cut of cuts) {
      this.#socket.write(frame.subarray(start, cut));
      start = cut;
      await pause(2); // Its own segment.
    }
    this.#socket.write(frame.subarray(start));
  }

  /** How often a text stands in what came. */
  count(text: string): number {
    return this.#received.split(text).length - 1;
  }

  close(): void {
    this.#socket.destroy();
  }
}
