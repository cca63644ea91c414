/**
 * The seam between the reader of a capture file and the parsers of its formats: a block of the
 * file's bytes goes in, rows of a batch come out that point into that same block. Parsers are pure
 * and hold no bytes between calls.
 */
import { giveBackBlock, takeBlock } from '../core/block-memory.ts';
import type { BatchBuilder } from './batch-builder.ts';

/** Bytes behind a block's data that may be read and mean nothing; the first is a line feed. */
export const SLACK_BYTES = 16;

/** No capture program writes packets beyond this; a file's own snaplen may raise it to the cap. */
export const CAPLEN_MAX = 262_144;
/** A longer packet or block is damage, whatever the file's header says. */
export const RECORD_BYTES_MAX: number = 16 * 1024 * 1024;

const LINE_FEED = 0x0a;

/** A part of a capture file: what is still to be parsed is `bytes[offset, end)`. */
export class InputBlock {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  offset = 0;
  end = 0;
  /** Nothing follows `end` in the file. */
  final = false;

  /** `capacity` excludes the slack. */
  constructor(capacity: number) {
    this.bytes = takeBlock(capacity + SLACK_BYTES);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
  }

  /** Nobody uses the block any more. */
  giveBack(): void {
    giveBackBlock(this.bytes);
  }

  /** Sets what is to be parsed, and the line feed that stops a search for one behind it. */
  limit(offset: number, end: number): void {
    this.offset = offset;
    this.end = end;
    this.bytes[end] = LINE_FEED;
    this.bytes[this.bytes.length - 1] = LINE_FEED;
  }
}

export const ScanResult = {
  /** The record at `offset` ends behind the block: call again with `CaptureFormat.needed` bytes. */
  MORE: 0,
  /** The header was read, or the batch is full: call again. */
  READY: 1,
  /** What follows can't be read; `CaptureFormat.problem` says why. */
  DAMAGED: 2,
  /** The file has an end of its own, and this is it. */
  END: 3,
} as const;
export type ScanResult = (typeof ScanResult)[keyof typeof ScanResult];

export interface CaptureFormat {
  /** Why a header or record was refused; for people, without the file's name. */
  readonly problem: string;
  /**
   * After MORE: bytes that the record at the input's `offset` has in all, as far as can be told.
   */
  readonly needed: number;
  /** Interfaces seen so far in the file. */
  readonly interfaceCount: number;
  /** Reads the file's header. DAMAGED means that the file can't be read at all. */
  readHeader(input: InputBlock): ScanResult;
  /** Appends the packets that are whole in `input`, and moves its `offset` behind them. */
  scan(input: InputBlock, batch: BatchBuilder): ScanResult;
}
