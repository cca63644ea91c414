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
/** Bytes of packets in one batch. */
export const LIVE_BLOCK_BYTES: number = 1024 * 1024;
/** Packets in one batch. */
export const LIVE_BLOCK_ROWS = 8192;
