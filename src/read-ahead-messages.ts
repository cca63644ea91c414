/** What the counting thread and the reading one tell each other. */
import type { MessagePort } from 'node:worker_threads';
import type { FileProgress } from './capture/file-source.ts';
import type { CaptureStats } from './capture/packet-source.ts';
import type { ExitCode } from './core/operator-error.ts';
import type { PortSets, ScanSeeds } from './packet-scanner.ts';

/** What the reader is started with. */
export interface ReadAheadOrder {
  readonly files: readonly string[];
  readonly portSets: PortSets;
  readonly seeds: ScanSeeds;
  /** One a slot. */
  readonly buffers: readonly SharedArrayBuffer[];
  /** Where they are counted on their way. */
  readonly counts: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** How many packets were counted while the reader started. */
export interface SkipSaid {
  readonly packets: number;
}

/** What there is to know of the next batch besides itself; now and then, and whenever it matters. */
export interface NewsSaid {
  readonly kind: 'news';
  /** The slot's new buffer, where the batch did not fit the old one. */
  readonly buffer: SharedArrayBuffer | undefined;
  readonly interfaces: readonly string[];
  readonly progress: readonly FileProgress[];
  readonly stats: readonly CaptureStats[];
}

export interface FailureSaid {
  readonly kind: 'failed';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly exitCode: ExitCode;
}

export type ReaderSays =
  | { readonly kind: 'ready' }
  | { readonly kind: 'warning'; readonly line: string }
  | NewsSaid
  /** To one that waits. */
  | { readonly kind: 'handed' }
  | { readonly kind: 'end'; readonly stats: readonly CaptureStats[] }
  | FailureSaid;
