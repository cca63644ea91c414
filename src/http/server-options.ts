/** What the HTTP server is given: addresses, and functions to call for what it serves. */
import type { Expose } from './exposition-cache.ts';
import type { Page } from './page.ts';

export interface ListenAddress {
  /** Undefined: all addresses, IPv4 and IPv6. */
  readonly host: string | undefined;
  readonly port: number;
}

export interface MetricsServerOptions {
  readonly listen: readonly ListenAddress[];
  readonly telemetryPath: string;
  readonly expose: Expose;
  /** Is the capture running? */
  readonly ready: () => boolean;
  readonly pages: ReadonlyMap<string, Page>;
  /** `--web.config.file`: TLS, passwords, headers. */
  readonly webConfigFile: string | undefined;
  /** Told, one line each, of a web configuration that changed or went bad, and of pages that failed. */
  readonly onNotice: (notice: string) => void;
}
