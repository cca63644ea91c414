/** Which way a message went, seen from the local side (METRICS.md "Direction"). */
export const Direction = { IN: 0, OUT: 1 } as const;
export type Direction = (typeof Direction)[keyof typeof Direction];
export const DIRECTION_NAMES: readonly string[] = ['in', 'out'];

/** What the local side makes of a flow. HAIRPIN is counted once in each direction. */
export const Locality = { FOREIGN: 0, IN: 1, OUT: 2, HAIRPIN: 3 } as const;
export type Locality = (typeof Locality)[keyof typeof Locality];
