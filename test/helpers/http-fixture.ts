/** A metrics server on a free loopback port, and requests to it. */
import type { IncomingHttpHeaders, RequestOptions } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { MetricsServer } from '../../src/http/server.ts';
import type { MetricsServerOptions } from '../../src/http/server-options.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface RunningServer {
  readonly server: MetricsServer;
  readonly port: number;
  readonly notices: string[];
}

/** Where to leave what has to be done when the test is over: `t.after` of node:test, or any list. */
export type CleanUps = (cleanUp: () => Promise<void>) => void;

export async function startServer(
  after: CleanUps | { readonly after: CleanUps },
  options: Partial<MetricsServerOptions> = {},
): Promise<RunningServer> {
  const notices: string[] = [];
  const server = new MetricsServer({
    listen: [{ host: '127.0.0.1', port: 0 }],
    telemetryPath: '/metrics',
    expose: (format) => `exposed as ${format}\n`,
    ready: () => true,
    pages: new Map(),
    webConfigFile: undefined,
    onNotice: (notice) => notices.push(notice),
    ...options,
  });
  await server.start();
  const leave: CleanUps = typeof after === 'function' ? after : (cleanUp) => after.after(cleanUp);
  leave(() => server.close());
  return { server, port: server.addresses[0]?.port ?? 0, notices };
}

/** One request on a connection of its own, unless an agent is given. */
export function ask(
  port: number,
  path: string,
  options: RequestOptions & { ca?: string; cert?: string; key?: string; tls?: boolean } = {},
): Promise<Answer> {
  const { tls, ...rest } = options;
  const all = { host: '127.0.0.1', port, path, agent: false, servername: 'localhost', ...rest };
  return new Promise((resolve, reject) => {
    const request = (tls ? httpsRequest : httpRequest)(all, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode, headers } = response;
        resolve({ status: statusCode ?? 0, headers, body: Buffer.concat(chunks) });
      });
    });
    request.on('error', reject);
    request.end();
  });
}
