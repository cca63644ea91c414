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
  REQUEST_URI_BAD_PORT: 7,
  VERSION_MISSING: 8,
  VERSION_UNREADABLE: 9,
  STATUS_NOT_A_NUMBER: 10,
  // … and from here on it is.
  REQUEST_URI_BAD_SCHEME: 11,
  VERSION_UNSUPPORTED: 12,

  NUL_IN_HEADERS: 13,

  MISSING_TO: 14,
  MISSING_FROM: 15,
  MISSING_CALL_ID: 16,
  MISSING_CSEQ: 17,
  MISSING_VIA: 18,

  DUPLICATE_TO: 19,
  DUPLICATE_FROM: 20,
  DUPLICATE_CALL_ID: 21,
  DUPLICATE_CSEQ: 22,
  DUPLICATE_CONTENT_LENGTH: 23,

  BAD_TO: 24,
  BAD_FROM: 25,
  BAD_CSEQ: 26,
  BAD_VIA: 27,
  BAD_CONTENT_LENGTH: 28,
  BAD_CONTENT_TYPE: 29,
  BAD_CONTACT: 30,
  BAD_RECORD_ROUTE: 31,
  BAD_EXPIRES: 32,
  BAD_SESSION_EXPIRES: 33,
  BAD_EVENT: 34,
  BAD_RACK: 35,

  VIA_TRANSPORT_MISMATCH: 36,
  CSEQ_METHOD_MISMATCH: 37,
  RESPONSE_TO_ACK: 38,
  BODY_TRUNCATED: 39,
} as const;
export type ParseError = (typeof ParseError)[keyof typeof ParseError];

/** Label values, indexed by ParseError. */
export const PARSE_ERROR_NAMES: readonly string[] = Object.keys(ParseError).map((name) =>
  name.toLowerCase(),
);
