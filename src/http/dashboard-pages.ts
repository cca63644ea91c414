/**
 * The pages of the dashboard: the document at `/`, its style sheet, its scripts as they were compiled, and the history
 * that they poll. What is measured comes from the functions given; nothing is loaded from anywhere else.
 */
import { readFile } from 'node:fs/promises';
import { documentMarkup } from './dashboard/document.ts';
import { STYLE } from './dashboard/style.ts';
import type { Page, PageBody } from './page.ts';

export interface DashboardOptions {
  readonly version: string;
  readonly telemetryPath: string;
  /** What the probe says of itself. */
  readonly about: () => DashboardAbout;
  /** Samples after this epoch time in seconds, as an object for JSON. */
  readonly history: (sinceSeconds: number) => object;
}

export interface DashboardAbout {
  readonly version: string;
  /** The local side in words; empty while it is not known. */
  readonly local: string;
  readonly source: 'live' | 'hep' | 'replay';
  /** Epoch seconds. Another value tells the page that the counters began anew. */
  readonly startedSeconds: number;
  readonly interfaces: readonly {
    readonly name: string;
    readonly up: boolean;
    readonly packets: number;
    readonly dropped: number;
  }[];
}

export const HISTORY_PATH = '/api/v1/history.json';

const SCRIPTS = [
  'main',
  'about',
  'chart',
  'chart-drawing',
  'chart-text',
  'charts',
  'dom',
  'figures',
  'health',
  'history-store',
  'numbers',
  'peers',
  'stacks',
  'tiles',
] as const;

const SECURITY_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
};

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b62a8"/>' +
  '<path d="M5 20h6l3-10 5 14 3-8h5" fill="none" stroke="#fff" stroke-width="3" stroke-linejoin="round"/></svg>';

export function dashboardPages(options: DashboardOptions): Map<string, Page> {
  const pages = new Map<string, Page>();
  const markup = documentMarkup(options);
  pages.set('/', () => ({
    contentType: 'text/html; charset=utf-8',
    body: markup,
    headers: SECURITY_HEADERS,
  }));
  pages.set('/assets/dashboard.css', () => ({
    contentType: 'text/css; charset=utf-8',
    body: STYLE,
  }));
  pages.set('/assets/icon.svg', () => ({ contentType: 'image/svg+xml', body: ICON }));
  for (const name of SCRIPTS) pages.set(`/assets/${name}.js`, scriptPage(name));
  pages.set(HISTORY_PATH, (query) => historyPage(options, query));
  return pages;
}

/** Read once, when it is first asked for. */
function scriptPage(name: string): Page {
  let body: string | undefined;
  return async () => {
    body ??= await readScript(name);
    return { contentType: 'text/javascript; charset=utf-8', body };
  };
}

async function readScript(name: string): Promise<string> {
  const text = await readFile(new URL(`./dashboard/client/${name}.js`, import.meta.url), 'utf8');
  // The map is not served, and a browser that looks for it would only report that.
  return text.replace(/^\/\/# sourceMappingURL=.*$/m, '');
}

function historyPage(options: DashboardOptions, query: URLSearchParams): PageBody {
  const since = Number(query.get('since') ?? Number.NaN);
  const history = options.history(Number.isFinite(since) ? since : Number.NEGATIVE_INFINITY);
  return {
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify({ about: options.about(), history }),
  };
}
