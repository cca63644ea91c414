/**
 * What is strange about a message that is nevertheless counted as a good one: the closed list behind
 * the label `oddity` of `sip_message_oddities_total` (docs/METRICS.md "Not bad"). A message carries a
 * set of them, one bit each, so that no code reaches 31.
 */
export const Oddity = {
  NONE: 0,

  // Notes: rare, or of RFC 2543, but a receiver has to take them (RFC 3261 7.3.1, 7.3.3, 18.3, 19.1.1).
  MISSING_MAX_FORWARDS: 1,
  MISSING_CONTACT: 2,
  MISSING_CONTENT_LENGTH: 3,
  MISSING_FROM_TAG: 4,
  RFC2543_BRANCH: 5,
  UNKNOWN_METHOD: 6,
  UNKNOWN_SCHEME: 7,
  FOLDING: 8,
  COMPACT_NAME: 9,
  SPACE_BEFORE_COLON: 10,
  BYTES_AFTER_BODY: 11,

  // Faults: against the grammar, tolerated because the servers in the field tolerate them.
  BARE_LF: 12,
  HEADERS_UNTERMINATED: 13,
  LINE_WITHOUT_NAME: 14,
  ODD_CALL_ID: 15,
  STATUS_OUT_OF_RANGE: 16,
  BAD_UTF8: 17,
  BAD_DATE: 18,
  BAD_MAX_FORWARDS: 19,
  BAD_ROUTE: 20,
  BAD_REQUIRE: 21,
  BAD_IDENTITY: 22,
  BAD_AUTHORIZATION: 23,
  BAD_REFER_TO: 24,
  START_LINE_WHITE_SPACE: 25,
  REQUEST_URI_HEADERS: 26,
  URI_WHITE_SPACE: 27,
  BAD_IPV6_REFERENCE: 28,
  BAD_PARAMETER: 29,
  /**
   * An address without a scheme, with an empty host, with something other than a port behind it, with a
   * stray backslash or a character that delimits URIs.
   */
  BAD_ADDRESS: 30,
} as const;
export type Oddity = (typeof Oddity)[keyof typeof Oddity];

/** Label values, indexed by Oddity. */
export const ODDITY_NAMES: readonly string[] = Object.keys(Oddity).map((name) =>
  name.toLowerCase(),
);

/** The oddities that break RFC 3261's grammar or rules, as a set; the others are only rare. */
export const FAULTS: number = 0x7fff_ffff & -(1 << Oddity.BARE_LF);
