/**
 * The usual forms of start line and header lines, read by WebAssembly (wasm/scanner.c) where the bytes
 * lie in its memory: it looks at sixteen at a time, which takes a third of the time. usual-*.ts read the same,
 * and everything else: they are its oracle (test/property/scanner.test.ts), and what runs without it.
 */
import { blockMemory } from '../core/block-memory.ts';
import { int32At } from '../core/columns.ts';
import { Transport } from '../core/transport.ts';
import { MessageKind, Refresher, type SipMessage } from './message.ts';
import { Method } from './method.ts';
import { SCANNER_CODE } from './scanner-code.ts';
import { HASH_CELLS, type SpanHashes } from './span-hashes.ts';

interface Scanner {
  readonly cells: () => number;
  /** For packet-scanner.ts: where ports and frames are written and records read, and the scan of a batch. */
  readonly ports: () => number;
  readonly frames: () => number;
  readonly records: () => number;
  readonly scanPackets: (count: number, origin: number, seedLo: number, seedHi: number) => void;
  readonly scan: (
    from: number,
    to: number,
    origin: number,
    seedLo: number,
    seedHi: number,
  ) => number;
}

declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Scanner };
};

/** The cells of wasm/cells.h, in its order. */
const Cell = {
  KIND: 0,
  METHOD: 1,
  STATUS: 2,
  CSEQ_NUMBER: 3,
  CSEQ_METHOD: 4,
  CONTENT_LENGTH: 5,
  HAS_MAX_FORWARDS: 6,
  VIA_TRANSPORT: 7,
  BRANCH_HAS_COOKIE: 8,
  VIA_COUNT: 9,
  CONTACT_COUNT: 10,
  /** The empty line was reached: nothing but the scanner has to read the headers. */
  WHOLE: 11,
  EXPIRES: 12,
  SESSION_EXPIRES: 13,
  REFRESHER: 14,
  MIN_SE: 15,
} as const;
const CELLS = 16;
const SPAN_CELLS = 24;
const VIAS = CELLS + SPAN_CELLS;
const VIA_PORTS = VIAS + 32;
const CONTACTS = VIA_PORTS + 8;
const HASHES = CONTACTS + 32;
const CELLS_IN_ALL = HASHES + HASH_CELLS;

const REQUEST = MessageKind.REQUEST;
/** By code: the scanner's numbers are the same. */
const METHODS: readonly Method[] = Object.values(Method);
const TRANSPORTS: readonly Transport[] = Object.values(Transport);
const REFRESHERS: readonly Refresher[] = Object.values(Refresher);
const UNKNOWN_METHOD = Method.OTHER;
const NO_REFRESHER = Refresher.NONE;
const UNKNOWN_TRANSPORT = Transport.OTHER;

function createScanner(): Scanner | undefined {
  if (blockMemory === undefined) return undefined;
  try {
    const module = new WebAssembly.Module(new Uint8Array(SCANNER_CODE));
    return new WebAssembly.Instance(module, { env: { memory: blockMemory } }).exports;
  } catch {
    return undefined; // No SIMD on this processor: TypeScript reads all.
  }
}

/** Undefined where there is no WebAssembly with SIMD. */
export const scanner: Scanner | undefined = createScanner();
const scan = scanner?.scan ?? ((): number => -1);
const cells =
  scanner === undefined || blockMemory === undefined
    ? new Int32Array(CELLS_IN_ALL)
    : new Int32Array(blockMemory.buffer, scanner.cells(), CELLS_IN_ALL);

let knownBuf: Uint8Array = new Uint8Array(0);
/** Where `knownBuf` begins in the scanner's memory; -1 when it lies elsewhere. */
let origin = -1;

/** True when messages in `buf` are read by the scanner. */
export function isScannable(buf: Uint8Array): boolean {
  return scanner !== undefined && buf.buffer === blockMemory?.buffer;
}

/**
 * Reads usual lines from the start line at `start` on into a message that was reset. Returns where the first
 * line begins that is not usual, which may be the empty one; or -1 when that is the start line, or when `buf`
 * is not in reach: then nothing was kept.
 */
export function scanUsualLines(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): number {
  if (buf !== knownBuf) {
    knownBuf = buf;
    origin = isScannable(buf) ? buf.byteOffset : -1;
  }
  if (origin < 0) return -1;
  const next = scan(
    origin + start,
    origin + end,
    origin,
    message.spanHashes.seedLo,
    message.spanHashes.seedHi,
  );
  if (next >= 0) takeCells(message);
  return next;
}

function takeCells(message: SipMessage): void {
  const isRequest = cells[Cell.KIND] === REQUEST;
  message.kind = isRequest ? REQUEST : MessageKind.RESPONSE;
  message.requestLineReadable = isRequest;
  message.method = METHODS[int32At(cells, Cell.METHOD)] ?? UNKNOWN_METHOD;
  message.statusCode = int32At(cells, Cell.STATUS);
  message.cseqNumber = int32At(cells, Cell.CSEQ_NUMBER);
  message.cseqMethod = METHODS[int32At(cells, Cell.CSEQ_METHOD)] ?? UNKNOWN_METHOD;
  message.contentLength = int32At(cells, Cell.CONTENT_LENGTH);
  message.hasMaxForwards = cells[Cell.HAS_MAX_FORWARDS] === 1;
  message.expires = int32At(cells, Cell.EXPIRES);
  message.sessionExpires = int32At(cells, Cell.SESSION_EXPIRES);
  message.refresher = REFRESHERS[int32At(cells, Cell.REFRESHER)] ?? NO_REFRESHER;
  message.minSe = int32At(cells, Cell.MIN_SE);
  message.viaTransport = TRANSPORTS[int32At(cells, Cell.VIA_TRANSPORT)] ?? UNKNOWN_TRANSPORT;
  message.branchHasCookie = cells[Cell.BRANCH_HAS_COOKIE] === 1;
  const { spans, vias, viaPorts } = message;
  for (let i = 0; i < SPAN_CELLS; i++) spans[i] = int32At(cells, CELLS + i);
  const viaCount = int32At(cells, Cell.VIA_COUNT);
  message.viaCount = viaCount;
  for (let i = 0; i < viaCount; i++) {
    viaPorts[i] = int32At(cells, VIA_PORTS + i);
    const column = 4 * i;
    vias[column] = int32At(cells, VIAS + column);
    vias[column + 1] = int32At(cells, VIAS + column + 1);
    vias[column + 2] = int32At(cells, VIAS + column + 2);
    vias[column + 3] = int32At(cells, VIAS + column + 3);
  }
  if (int32At(cells, Cell.CONTACT_COUNT) > 0) takeContacts(message);
  if (cells[Cell.WHOLE] === 1) takeHashes(message.spanHashes, message.branchHasCookie);
}

function takeContacts(message: SipMessage): void {
  const { contacts, contactExpires, contactRegId } = message;
  const contactCount = int32At(cells, Cell.CONTACT_COUNT);
  message.contactCount = contactCount;
  for (let i = 0; i < contactCount; i++) {
    const column = 4 * i;
    contacts[column] = int32At(cells, CONTACTS + 2 * i);
    contacts[column + 1] = int32At(cells, CONTACTS + 2 * i + 1);
    contacts[column + 2] = -1;
    contacts[column + 3] = -1;
    contactExpires[i] = -1;
    contactRegId[i] = -1;
  }
}

function takeHashes(hashes: SpanHashes, cookie: boolean): void {
  hashes.known = true;
  hashes.keyed = cookie;
  hashes.point(cells, HASHES);
}
