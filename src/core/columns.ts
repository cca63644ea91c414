/**
 * Reads of table columns. A row handed out by a slab is always inside its columns, which the type of an
 * indexed access can't say; one function per element type keeps every call site monomorphic.
 */
export function int32At(column: Int32Array, row: number): number {
  return column[row] as number;
}

export function float64At(column: Float64Array, row: number): number {
  return column[row] as number;
}

export function uint8At(column: Uint8Array, row: number): number {
  return column[row] as number;
}

export function uint16At(column: Uint16Array, row: number): number {
  return column[row] as number;
}

// Columns lie in shared memory although nobody shares it: an ArrayBuffer counts as pressure on the garbage
// collector, and some hundred of them, never freed, cost 40 ms of collections at start. The system commits
// their pages when they are first written.

/** Columns up to a quarter of this are cut from one piece. */
const CHUNK_BYTES = 16 * 1024 * 1024;
/** A line of the processor's cache, which a row of 32, 64 or 128 bytes should not cross more often than it must. */
const LINE_BYTES = 64;
/** The C library, where buffers come from, puts large ones 16 bytes behind the beginning of a page. */
const FIRST_LINE = LINE_BYTES - 16;

let chunk = new SharedArrayBuffer(0);
let used = 0;
/** Where what `place` made room for begins in the buffer it gave. */
let start = 0;

function place(bytes: number): SharedArrayBuffer {
  start = FIRST_LINE;
  if (bytes > CHUNK_BYTES / 4) return new SharedArrayBuffer(FIRST_LINE + bytes);
  const line = FIRST_LINE + Math.ceil((used - FIRST_LINE) / LINE_BYTES) * LINE_BYTES;
  if (line + bytes <= chunk.byteLength) start = line;
  else chunk = new SharedArrayBuffer(CHUNK_BYTES);
  used = start + bytes;
  return chunk;
}

/** Zeroes, for as long as the program runs: what is given up is not used again. */
export function int32Column(rows: number): Int32Array {
  const buffer = place(rows * 4);
  return new Int32Array(buffer, start, rows);
}

export function float64Column(rows: number): Float64Array {
  const buffer = place(rows * 8);
  return new Float64Array(buffer, start, rows);
}

export function uint8Column(rows: number): Uint8Array {
  const buffer = place(rows);
  return new Uint8Array(buffer, start, rows);
}

export function uint16Column(rows: number): Uint16Array {
  const buffer = place(rows * 2);
  return new Uint16Array(buffer, start, rows);
}

/** For a table that grows: the memory of the smaller one is freed. */
export function int32Table(cells: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(FIRST_LINE + cells * 4), FIRST_LINE, cells);
}
