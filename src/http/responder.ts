/**
 * Answers one request: who may ask, which path, in which form. Every answer ends in bounded time, also when nobody
 * reads it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { acceptsGzip, CONTENT_TYPES, negotiateFormat } from './accept.ts';
import { ExpositionCache, gzipped } from './exposition-cache.ts';
import type { Page, PageBody } from './page.ts';
import type { MetricsServerOptions } from './server-options.ts';
import type { WebConfig } from './web-config.ts';

/** How long a client may take to read an answer. */
const RESPONSE_MS = 30_000;

const TEXT = 'text/plain; charset=utf-8';
const ALLOWED_METHODS = 'GET, HEAD';

type ResponderOptions = Pick<
  MetricsServerOptions,
  'telemetryPath' | 'expose' | 'ready' | 'pages' | 'onNotice'
>;

export class Responder {
  private readonly options: ResponderOptions;
  private readonly webConfig: WebConfig | undefined;
  private readonly exposition: ExpositionCache;

  constructor(options: ResponderOptions, webConfig: WebConfig | undefined) {
    this.options = options;
    this.webConfig = webConfig;
    this.exposition = new ExpositionCache(options.expose);
  }

  /** Never rejects. */
  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const cut = setTimeout(() => response.destroy(), RESPONSE_MS);
    response.once('close', () => clearTimeout(cut));
    response.setHeader('X-Content-Type-Options', 'nosniff');
    try {
      if (await this.refuse(request, response)) return;
      await this.route(request, response);
    } catch (error) {
      this.options.onNotice(`${pathOf(request)} failed: ${String(error)}`);
      if (!response.headersSent) sendText(response, 500, 'internal error\n');
      else response.destroy();
    }
  }

  /** Has the request been refused, by what the web configuration says? */
  private async refuse(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (this.webConfig === undefined) return false;
    const verdict = await this.webConfig.verdict(request.headers.authorization);
    for (const [name, value] of Object.entries(this.webConfig.headers)) {
      response.setHeader(name, value);
    }
    switch (verdict) {
      case 'granted':
        return false;
      case 'denied':
        response.setHeader('WWW-Authenticate', 'Basic realm="sipgauge", charset="UTF-8"');
        sendText(response, 401, 'unauthorized\n');
        return true;
      case 'busy':
        response.setHeader('Retry-After', '1');
        sendText(response, 503, 'too many passwords to check\n');
        return true;
      case 'broken':
        sendText(response, 500, 'the web configuration is broken: see the log\n');
        return true;
    }
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    const { telemetryPath, pages, ready } = this.options;
    const page = pages.get(path);
    const known = [telemetryPath, '/healthz', '/readyz'].includes(path) || page !== undefined;
    if (!known) {
      sendText(response, 404, 'not found\n');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      // The rest of a request that is refused is not read.
      response.setHeader('Connection', 'close');
      response.setHeader('Allow', ALLOWED_METHODS);
      sendText(response, 405, 'method not allowed\n');
    } else if (path === telemetryPath) {
      await this.sendMetrics(request, response);
    } else if (page !== undefined) {
      await this.sendPage(page, request, response);
    } else if (path === '/readyz' && !ready()) {
      sendText(response, 503, 'not capturing\n');
    } else {
      sendText(response, 200, 'ok\n');
    }
  }

  private async sendMetrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const format = negotiateFormat(request.headers.accept);
    const compressed = wantsGzip(request);
    const body = await this.exposition.get(format, compressed);
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    if (compressed) response.setHeader('Content-Encoding', 'gzip');
    send(response, 200, CONTENT_TYPES[format], body);
  }

  private async sendPage(
    page: Page,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { contentType, body, headers }: PageBody = await page(queryOf(request));
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Vary', 'Accept-Encoding');
    for (const [name, value] of Object.entries(headers ?? {})) {
      // What the operator set in the web configuration stays.
      if (!response.hasHeader(name)) response.setHeader(name, value);
    }
    if (!wantsGzip(request)) {
      send(response, 200, contentType, body);
      return;
    }
    response.setHeader('Content-Encoding', 'gzip');
    send(response, 200, contentType, await gzipped(Buffer.from(body)));
  }
}

function queryOf(request: IncomingMessage): URLSearchParams {
  const url = request.url ?? '/';
  const start = url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : url.slice(start));
}

function wantsGzip(request: IncomingMessage): boolean {
  const header = request.headers['accept-encoding'];
  return acceptsGzip(Array.isArray(header) ? header.join(',') : header);
}

/** The path without its query, as it was sent: nothing here is decoded or normalised. */
function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, TEXT, text);
}

/** Node leaves the body out when the request was HEAD. */
function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Uint8Array,
): void {
  response.statusCode = status;
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}
