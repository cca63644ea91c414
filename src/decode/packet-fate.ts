/**
 * What became of a packet: the closed list behind the label `fate`. From TRUNCATED on these are the
 * reasons for a discard, which the decoder returns.
 */
export const PacketFate = {
  DELIVERED: 0, FRAGMENT_HELD: 1, SEGMENT_HELD: 2, NO_PAYLOAD: 3, DUPLICATE: 4, APP: 5, NOT_SIP: 6,
} as const;
