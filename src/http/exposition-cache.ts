/**
 * One rendering for all scrapes that wait for one: a thousand clients at once cost the event loop what a few do.
 * A rendering starts after every request that gets it has arrived, so that nobody is given an old one.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { MetricsFormat } from './accept.ts';

/** Renders the exposition in a format. */
export type Expose = (format: MetricsFormat) => string | Promise<string>;

/** From the start of a rendering to that of the next in the same form, at least. Milliseconds. */
const RENDERING_MS_MIN = 10;

const gzipAsync = promisify(gzip);

export class ExpositionCache {
  private readonly expose: Expose;
  private readonly waiting: Map<string, Promise<Uint8Array>> = new Map();
  private readonly startedMs: Map<string, number> = new Map();

  constructor(expose: Expose) {
    this.expose = expose;
  }

  /** The bytes to send. Shared with other requests: not to be changed. */
  get(format: MetricsFormat, compressed: boolean): Promise<Uint8Array> {
    const key = `${format} ${compressed}`;
    const shared = this.waiting.get(key);
    if (shared !== undefined) return shared;
    const fresh = this.render(key, format, compressed);
    this.waiting.set(key, fresh);
    return fresh;
  }

  private async render(
    key: string,
    format: MetricsFormat,
    compressed: boolean,
  ): Promise<Uint8Array> {
    const pauseMs = (this.startedMs.get(key) ?? 0) + RENDERING_MS_MIN - performance.now();
    await (pauseMs > 0 ? setTimeout(pauseMs) : setImmediate());
    this.startedMs.set(key, performance.now());
    this.waiting.delete(key);
    const text = Buffer.from(await this.expose(format));
    return compressed ? gzipped(text) : text;
  }
}

/** Off the thread that handles packets. */
export function gzipped(bytes: Uint8Array): Promise<Uint8Array> {
  return gzipAsync(bytes, { level: constants.Z_BEST_SPEED });
}
