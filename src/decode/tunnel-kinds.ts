/** Which tunnels are looked into: a set of kinds, one bit each, by the names of the option `--tunnel`. */
export const TunnelKind = {
  IPIP: 1,
  GRE: 2,
  ERSPAN: 4,
  VXLAN: 8,
  GENEVE: 16,
  GTPU: 32,
  TZSP: 64,
  PPPOE: 128,
  MPLS: 256,
} as const;
export type TunnelKind = (typeof TunnelKind)[keyof typeof TunnelKind];

/** Bits of TunnelKind. */
export type TunnelKinds = number;

export const ALL_TUNNELS: TunnelKinds = 511;

/** The set of the kinds so named; other names are ignored. */
export function tunnelKindsOf(names: readonly string[]): TunnelKinds {
  return Object.entries(TunnelKind).reduce(
    (kinds, [name, bit]) => (names.includes(name.toLowerCase()) ? kinds | bit : kinds),
    0,
  );
}
