/** Between Prometheus and a probe: passes scrapes on, notes the form of the answers, and can hide what Prometheus accepts. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { ask } from './http-fixture.ts';

export class ExpositionRelay {
  /** Of the answers so far. */
  readonly contentTypes: Set<string> = new Set();
  private readonly server: Server;

  private constructor(port: number, accept: 'as asked' | 'anything') {
    this.server = createServer((request, response) => {
      const asked = request.headers.accept;
      const headers = accept === 'as asked' && asked !== undefined ? { accept: asked } : {};
      void ask(port, request.url ?? '/', { headers })
        .then((answer) => {
          const type = answer.headers['content-type'] ?? '';
          this.contentTypes.add(type);
          response.writeHead(answer.status, { 'content-type': type }).end(answer.body);
        })
        .catch(() => response.destroy());
    });
  }

  static async start(port: number, accept: 'as asked' | 'anything'): Promise<ExpositionRelay> {
    const relay = new ExpositionRelay(port, accept);
    relay.server.listen(0, '127.0.0.1');
    await once(relay.server, 'listening');
    return relay;
  }

  get target(): string {
    const address = this.server.address();
    return `127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
