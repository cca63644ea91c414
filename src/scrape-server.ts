/** The HTTP side of a probe: metrics, health, and the page that shows what is measured. */

import type { Config } from './config/config.ts';
import type { Log } from './core/log.ts';
import type { DataPlane } from './data-plane.ts';
import type { MetricsFormat } from './http/accept.ts';
import { MetricsServer } from './http/server.ts';
import { ExpositionFormat } from './metrics/exposition.ts';
import { probePages } from './probe-pages.ts';

export class ScrapeServer {
  private readonly server: MetricsServer;
  private readonly plane: DataPlane;

  constructor(config: Config, plane: DataPlane, localText: string, log: Log) {
    this.plane = plane;
    this.server = new MetricsServer({
      listen: config.web.listen.map(({ host, port }) => ({
        host: host === '' ? undefined : host,
        port,
      })),
      telemetryPath: config.web.telemetryPath,
      expose: (format) => this.expose(format),
      ready: () => plane.captureStats().every((stats) => stats.up),
      pages: probePages(config, plane, localText),
      webConfigFile: config.web.configFile,
      onNotice: (notice) => log.warn(notice),
    });
  }

  start(): Promise<void> {
    return this.server.start();
  }

  close(): Promise<void> {
    return this.server.close();
  }

  /** For the log: where it listens. */
  where(): { readonly listening: string } {
    const { scheme, addresses } = this.server;
    const texts = addresses.map(({ address, port, family }) => {
      return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    });
    return { listening: texts.join(' ') };
  }

  private expose(format: MetricsFormat): string {
    const { registry } = this.plane;
    registry.refresh(this.plane);
    return registry.render(
      format === 'openmetrics' ? ExpositionFormat.OPENMETRICS : ExpositionFormat.CLASSIC,
    );
  }
}
