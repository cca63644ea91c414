import type { PortRange } from './value-grammar.ts';

const PORTS = 65_536;

/** One cell a port, 1 where a range holds it: a lookup costs the same however many ranges there are. */
export function portCells(ranges: readonly PortRange[]): Uint8Array {
  const cells = new Uint8Array(PORTS);
  for (const { first, last } of ranges) cells.fill(1, first, last + 1);
  return cells;
}
