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
  getBoundingClientRect(): { readonly left: number; readonly width: number };
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
}

export interface PageEvent {
  readonly key: string;
  readonly clientX: number;
  preventDefault(): void;
}

interface PageDocument {
  title: string;
  readonly documentElement: PageElement;
  readonly hidden: boolean;
  getElementById(id: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
}

interface PageStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

declare const document: PageDocument;
declare const localStorage: PageStorage;
declare const location: { readonly host: string };
declare function addEventListener(type: 'resize', listener: () => void): void;

export const page: PageDocument = document;

/** Host and port under which the reader knows the probe. */
export const pageHost: string = location.host;

export function whenResized(listener: () => void): void {
  addEventListener('resize', listener);
}

export function byId(id: string): PageElement {
  const element = page.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

export function part(of: PageElement, selector: string): PageElement {
  const found = of.querySelector(selector);
  if (found === null) throw new Error(`a part of the page has no ${selector}`);
  return found;
}

/** Changes the page only where it has to change, so that nothing is said twice. */
export function setText(element: PageElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
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
