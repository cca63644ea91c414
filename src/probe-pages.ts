/** The pages beside the metrics. */
import type { Config } from './config/config.ts';
import type { DataPlane } from './data-plane.ts';
import type { Page } from './http/page.ts';

export function probePages(
  config: Config,
  plane: DataPlane,
  localText: string,
): ReadonlyMap<string, Page> {
  const landing: Page = () => ({
    contentType: 'text/html; charset=utf-8',
    body: `<!doctype html><title>sipgauge</title><h1>sipgauge</h1><p>Local side: ${localText}</p>
<p>${plane.counters.messages} messages</p><p><a href="${config.web.telemetryPath}">Metrics</a></p>`,
  });
  return new Map([['/', landing]]);
}
