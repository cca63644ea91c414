/** What a live source is told. */
export interface LiveOptions {
  /** Each name once, at least one. */
  readonly interfaces: readonly string[];
  /** Bytes captured of a packet. The kernel packs packets, so a large one costs nothing. */
  readonly snaplen: number;
  /** The kernel's ring of each interface. */
  readonly bufferBytes: number;
  readonly promiscuous: boolean;
  /** The capture filter for an interface of this link type. */
  filterFor(linktype: number): string;
}

/** An idle source resolves `next` this often. */
export const LIVE_IDLE_MS = 100;
/**
 * Bytes of packets in one batch: room for one of the largest snaplen, and little enough that a scrape, which waits for
 * several batches at full load, does not wait long (bench live-load: p99 23 ms against 54 with 1 MiB).
 */
export const LIVE_BLOCK_BYTES: number = 320 * 1024;
/** Packets in one batch. */
export const LIVE_BLOCK_ROWS = 8192;
