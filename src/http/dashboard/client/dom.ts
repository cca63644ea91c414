/**
 * The few things of a browser that the page uses, declared here: the types of the whole DOM would let every file of
 * the project mention `window`.
 */

export interface PageElement {
  innerHTML: string;
  textContent: string | null;
  hidden: boolean;
  readonly dataset: Record<string, string | undefined>;
  readonly classList: { toggle(name: string, force: boolean): void };
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  getBoundingClientRect(): { readonly left: number; readonly width: number };
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
  closest(selector: string): PageElement | null;
}

export interface PageEvent {
  readonly target: PageElement;
  readonly key: string;
  readonly clientX: number;
  preventDefault(): void;
}

interface PageDocument {
  readonly documentElement: PageElement;
  readonly hidden: boolean;
  getElementById(id: string): PageElement | null;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
}

interface PageStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

declare const document: PageDocument;
declare const localStorage: PageStorage;

export const page: PageDocument = document;

export function byId(id: string): PageElement {
  const element = page.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

/** What the reader chose before; a browser may forbid to remember it. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // Storage is switched off.
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}
