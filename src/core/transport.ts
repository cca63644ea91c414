/** How a message travelled: the closed list behind the label `transport`. */
export const Transport = {
  UDP: 0,
  TCP: 1,
  WS: 2,
  SCTP: 3,
  TLS: 4,
  WSS: 5,
  DTLS: 6,
  OTHER: 7,
} as const;
export type Transport = (typeof Transport)[keyof typeof Transport];

export const TRANSPORT_NAMES: readonly string[] = [
  'udp',
  'tcp',
  'ws',
  'sctp',
  'tls',
  'wss',
  'dtls',
  'other',
];

/** True where the transport retransmits by itself (RFC 3261 17: timers D, I, J, K are then zero). */
export function isReliable(transport: Transport): boolean {
  return (
    transport !== Transport.UDP && transport !== Transport.DTLS && transport !== Transport.OTHER
  );
}
