/**
 * Link-layer header types, by their registered LINKTYPE_ values (tcpdump.org/linktypes.html).
 * HEP is ours: a batch of HEP datagrams from a listener, without any header of a network below.
 */
export const Linktype = {
  NULL: 0,
  ETHERNET: 1,
  PPP: 9,
  RAW_OLD_12: 12,
  RAW_OLD_14: 14,
  PPP_HDLC: 50,
  PPP_ETHER: 51,
  RAW: 101,
  /** Cisco HDLC. */
  C_HDLC: 104,
  LOOP: 108,
  LINUX_SLL: 113,
  /** PPP behind a byte that says which way it went. */
  PPP_PPPD: 166,
  PPP_WITH_DIR: 204,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
  HEP: 0xfff0,
} as const;
export type Linktype = (typeof Linktype)[keyof typeof Linktype];
