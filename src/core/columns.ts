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
