/** What the server serves besides metrics and health: a body by path. */

export interface PageBody {
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** Headers of this page alone, such as its Content-Security-Policy. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asked anew for every request, with its query; what it throws is our bug and becomes a 500. */
export type Page = (query: URLSearchParams) => PageBody | Promise<PageBody>;
