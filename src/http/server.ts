/**
 * The HTTP server: metrics, health, pages. It answers GET and HEAD only, bounds what a client may send, hold open
 * or leave unread, and knows nothing of what it serves but the functions it is given.
 */
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { OperatorError } from '../core/operator-error.ts';
import { Responder } from './responder.ts';
import type { ListenAddress, MetricsServerOptions } from './server-options.ts';
import type { TlsSettings } from './tls-settings.ts';
import { checkClientCertificate } from './tls-settings.ts';
import { WebConfig } from './web-config.ts';

/** What bounds a client. Times in milliseconds. */
export const HttpLimit = {
  /** Sockets open at a time; the next one is closed unanswered. */
  CONNECTIONS: 512,
  HEADER_BYTES: 16_384,
  /** From the connection, or the end of the last request, to the end of the header block. */
  HEADERS_MS: 5_000,
  REQUEST_MS: 10_000,
  TLS_HANDSHAKE_MS: 5_000,
  /** Longer than usual scrape intervals, so that Prometheus keeps its connection. */
  KEEP_ALIVE_MS: 75_000,
  /** How often the three times above are looked at. */
  CHECK_MS: 2_000,
  /** What open requests get at shutdown before they are cut. */
  CLOSE_MS: 400,
} as const;

export class MetricsServer {
  private readonly options: MetricsServerOptions;
  private readonly servers: Server[] = [];
  private webConfig: WebConfig | undefined;

  constructor(options: MetricsServerOptions) {
    this.options = options;
  }

  /** Listens on every address, or on none. Throws OperatorError. */
  async start(): Promise<void> {
    const { webConfigFile, onNotice } = this.options;
    if (webConfigFile !== undefined) {
      this.webConfig = await WebConfig.load(webConfigFile, onNotice);
      this.webConfig.onTlsChange = (tls) => this.renewTls(tls);
    }
    const responder = new Responder(this.options, this.webConfig);
    try {
      for (const address of this.options.listen) {
        const server = this.createServer((request, response) => {
          void responder.respond(request, response);
        });
        this.servers.push(server);
        await listen(server, address);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Where it listens, with the port that a 0 became. */
  get addresses(): readonly AddressInfo[] {
    return this.servers
      .map((server) => server.address())
      .filter((address) => address !== null && typeof address === 'object');
  }

  get scheme(): 'http' | 'https' {
    return this.webConfig?.tls === undefined ? 'http' : 'https';
  }

  /** Stops within half a second: idle connections at once, open requests after a moment. */
  async close(): Promise<void> {
    this.webConfig?.close();
    await Promise.all(this.servers.splice(0).map(closeServer));
  }

  private createServer(listener: RequestListener): Server {
    const limits = {
      maxHeaderSize: HttpLimit.HEADER_BYTES,
      headersTimeout: HttpLimit.HEADERS_MS,
      requestTimeout: HttpLimit.REQUEST_MS,
      keepAliveTimeout: HttpLimit.KEEP_ALIVE_MS,
      connectionsCheckingInterval: HttpLimit.CHECK_MS,
    };
    const tls = this.webConfig?.tls;
    const server =
      tls === undefined
        ? createServer(limits, listener)
        : createTlsServer(
            { ...limits, ...tls.options, handshakeTimeout: HttpLimit.TLS_HANDSHAKE_MS },
            listener,
          );
    server.maxConnections = HttpLimit.CONNECTIONS;
    if (server instanceof TlsServer) {
      server.on('secureConnection', (socket) => {
        const settings = this.webConfig?.tls;
        if (settings === undefined || !checkClientCertificate(socket, settings)) socket.destroy();
      });
    }
    return server;
  }

  private renewTls(tls: TlsSettings): void {
    for (const server of this.servers) {
      if (server instanceof TlsServer) server.setSecureContext(tls.options);
    }
  }
}

function listen(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, address)));
    const { host, port } = address;
    server.listen(host === undefined ? { port } : { host, port }, () => {
      server.removeAllListeners('error');
      // An accept that fails, for want of descriptors, is no reason to end: the next may succeed.
      server.on('error', () => {});
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, address: ListenAddress): OperatorError {
  const host = address.host ?? '';
  const where = `${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  const [reason, hint] = listenReason(error.code ?? '', error.message);
  return new OperatorError(
    error.code ?? 'LISTEN_FAILED',
    `cannot listen on ${where}: ${reason}`,
    hint,
    undefined,
    error,
  );
}

function listenReason(code: string, message: string): [reason: string, hint: string] {
  switch (code) {
    case 'EADDRINUSE':
      return [
        'the port is in use',
        'stop the other program, or choose another port with --web.listen-address',
      ];
    case 'EACCES':
      return ['permission denied', 'ports below 1024 need privileges: choose a higher one'];
    case 'EADDRNOTAVAIL':
      return ['this host has no such address', 'check --web.listen-address'];
    case 'ENOTFOUND':
      return ['no such host', 'check --web.listen-address'];
    default:
      return [message, 'check --web.listen-address'];
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), HttpLimit.CLOSE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
