/**
 * Why a message is bad: the closed list behind the label `reason` of `sip_bad_messages_total`
 * (docs/METRICS.md "Bad message"). The first fault found in the order of the bytes is the one named;
 * what is merely strange is an `Oddity`.
 */
export const ParseError = {
  NONE: 0,

  // Start line. Up to here the request line is not readable …
  METHOD_NOT_TOKEN: 1,
  REQUEST_URI_MISSING: 2,
  REQUEST_URI_WHITE_SPACE: 3,
  REQUEST_URI_BAD_ESCAPE: 4,
  REQUEST_URI_EMPTY_AFTER_SCHEME: 5,
  REQUEST_URI_BAD_HOST: 6,
  VERSION_MISSING: 7,
  VERSION_UNREADABLE: 8,
  STATUS_NOT_A_NUMBER: 9,
  // … and from here on it is.
  REQUEST_URI_BAD_SCHEME: 10,
  VERSION_UNSUPPORTED: 11,

  NUL_IN_HEADERS: 12,

  MISSING_TO: 13,
  MISSING_FROM: 14,
  MISSING_CALL_ID: 15,
  MISSING_CSEQ: 16,
  MISSING_VIA: 17,

  DUPLICATE_TO: 18,
  DUPLICATE_FROM: 19,
  DUPLICATE_CALL_ID: 20,
  DUPLICATE_CSEQ: 21,
  DUPLICATE_CONTENT_LENGTH: 22,

  BAD_TO: 23,
  BAD_FROM: 24,
  BAD_CSEQ: 25,
  BAD_VIA: 26,
  BAD_CONTENT_LENGTH: 27,
  BAD_CONTENT_TYPE: 28,
  BAD_CONTACT: 29,
  BAD_RECORD_ROUTE: 30,
  BAD_EXPIRES: 31,
  BAD_SESSION_EXPIRES: 32,
  BAD_EVENT: 33,
  BAD_RACK: 34,

  VIA_TRANSPORT_MISMATCH: 35,
  CSEQ_METHOD_MISMATCH: 36,
  RESPONSE_TO_ACK: 37,
  BODY_TRUNCATED: 38,
} as const;
export type ParseError = (typeof ParseError)[keyof typeof ParseError];

/** Label values, indexed by ParseError. */
export const PARSE_ERROR_NAMES: readonly string[] = Object.keys(ParseError).map((name) =>
  name.toLowerCase(),
);
