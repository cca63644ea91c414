/**
 * Memory for the blocks that packets lie in, where the scanner of sip-parser can read it too: one
 * WebAssembly memory of a fixed size, whose pages the system commits when they are first written. A block
 * that finds no room there lies in memory of its own, and its messages are read by TypeScript.
 */

/** As much of WebAssembly as this project uses; its standard library is declared nowhere else. */
interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
}

declare const WebAssembly: {
  readonly Memory: new (pages: {
    readonly initial: number;
    readonly maximum: number;
  }) => WebAssemblyMemory;
};

const PAGE_BYTES = 65_536;
/** For the scanner's stack and cells. */
const SCANNER_PAGES = 1;
/** One MiB, a packet of the greatest length in front of or behind it, and slack. */
const SLOT_PAGES = 21;
const SLOT_BYTES = SLOT_PAGES * PAGE_BYTES;
const SLOTS = 8;
/** Behind the last slot: the scanner reads a few bytes beyond what it looks at. */
const SLACK_PAGES = 1;
const PAGES = SCANNER_PAGES + SLOTS * SLOT_PAGES + SLACK_PAGES;

/** Undefined where there is no WebAssembly (`--jitless`), or no address space for it. */
export const blockMemory: WebAssemblyMemory | undefined = createMemory();

const taken = new Uint8Array(SLOTS);

function createMemory(): WebAssemblyMemory | undefined {
  try {
    return new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  } catch {
    return undefined; // Everything works without.
  }
}

/** A block of `bytes` bytes, zeroed or used before. */
export function takeBlock(bytes: number): Uint8Array {
  const slot = taken.indexOf(0);
  if (blockMemory === undefined || bytes > SLOT_BYTES || slot < 0) return new Uint8Array(bytes);
  taken[slot] = 1;
  const start = SCANNER_PAGES * PAGE_BYTES + slot * SLOT_BYTES;
  return new Uint8Array(blockMemory.buffer, start, bytes);
}

/** Takes back what `takeBlock` gave; nobody reads or writes it any more. */
export function giveBackBlock(block: Uint8Array): void {
  if (block.buffer !== blockMemory?.buffer) return;
  taken[Math.floor((block.byteOffset - SCANNER_PAGES * PAGE_BYTES) / SLOT_BYTES)] = 0;
}
