/**
 * The HTTP side of a probe: metrics, health, and the page that shows the last quarter of an hour. It reads
 * the data plane when it is asked, and every few seconds for the page's history.
 */
import type { Config } from './config/config.ts';
import { programVersion } from './config/version.ts';
import type { Log } from './core/log.ts';
import type { DataPlane } from './data-plane.ts';
import type { MetricsFormat } from './http/accept.ts';
import { type DashboardAbout, dashboardPages } from './http/dashboard-pages.ts';
import { MetricsServer } from './http/server.ts';
import { ExpositionFormat, OPENMETRICS_END } from './metrics/exposition.ts';
import { HISTORY_INTERVAL_SECONDS, History } from './metrics/history.ts';
import { ProcessMetrics } from './metrics/process-metrics.ts';

export class ScrapeServer {
  private readonly config: Config;
  private readonly plane: DataPlane;
  private readonly localText: () => string;
  private readonly server: MetricsServer;
  private readonly history: History;
  /** Live only: they would make a replay's exposition differ from run to run. */
  private readonly process: ProcessMetrics | undefined;
  private sampler: NodeJS.Timeout | undefined;

  constructor(config: Config, plane: DataPlane, localText: () => string, log: Log) {
    this.config = config;
    this.plane = plane;
    this.localText = localText;
    this.history = new History(plane.registry);
    this.process = config.command === 'replay' ? undefined : new ProcessMetrics();
    const { telemetryPath } = config.web;
    this.server = new MetricsServer({
      listen: config.web.listen.map(({ host, port }) => ({
        host: host === '' ? undefined : host,
        port,
      })),
      telemetryPath,
      expose: (format) => this.expose(format),
      ready: () => plane.captureStats().every((stats) => stats.up),
      pages: dashboardPages({
        version: programVersion(),
        telemetryPath,
        about: () => this.about(),
        history: (sinceSeconds) => this.history.since(sinceSeconds),
      }),
      webConfigFile: config.web.configFile,
      onNotice: (notice) => log.warn(notice),
    });
  }

  /** Listens. Throws OperatorError. */
  async start(): Promise<void> {
    await this.process?.start();
    await this.server.start();
    this.sample();
    this.sampler = setInterval(() => this.sample(), HISTORY_INTERVAL_SECONDS * 1000);
    this.sampler.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.sampler);
    await this.server.close();
  }

  /** For the log: where it listens. */
  where(): { readonly listening: string } {
    const { scheme, addresses } = this.server;
    const texts = addresses.map(({ address, port, family }) => {
      return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    });
    return { listening: texts.join(' ') };
  }

  private async expose(format: MetricsFormat): Promise<string> {
    const { registry } = this.plane;
    registry.refresh(this.plane);
    const open = format === 'openmetrics';
    const wanted = open ? ExpositionFormat.OPENMETRICS : ExpositionFormat.CLASSIC;
    const own = registry.renderOpen(wanted);
    const process = (await this.process?.render(wanted)) ?? '';
    return own + process + (open ? OPENMETRICS_END : '');
  }

  private sample(): void {
    this.plane.registry.refresh(this.plane);
    this.history.sample(Date.now() / 1000);
  }

  private about(): DashboardAbout {
    const { plane } = this;
    const { command } = this.config;
    return {
      version: programVersion(),
      local: this.localText(),
      source: command === 'live' || command === 'hep' ? command : 'replay',
      startedSeconds: plane.startedSeconds(),
      interfaces: plane.captureStats().map((stats) => ({
        name: stats.interface,
        up: stats.up,
        packets: stats.packets,
        dropped: stats.droppedByKernel + stats.droppedByInterface + stats.droppedByRing,
      })),
    };
  }
}
