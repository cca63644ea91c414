/** The words of `Framing`: what it finds in a stream, and how a stream is taken up. */

/** What `next` and `gap` found. */
export const Frame = {
  /** Nothing whole: the bytes from `consumed` on are wanted again, with more behind them. */
  MORE: 0,
  /** A message in [start, end); `wireEnd` lies beyond `end` when its body is cut. */
  MESSAGE: 1,
  /** A blank line of the side that answers pings. */
  CRLF: 2,
  /** Two blank lines of the side that pings. */
  DOUBLE_CRLF: 3,
  /** The beginning of a message was given up: a hole in its headers, or headers beyond the limit. */
  DROPPED: 4,
  /** An HTTP request or status line stands at `consumed`. */
  HTTP: 5,
  /** No SIP was seen yet, and the byte at `consumed` could open a WebSocket frame. */
  BINARY: 6,
  /** This is no SIP stream; the answer stays the same. */
  NOT_SIP: 7,
} as const;
export type Frame = (typeof Frame)[keyof typeof Frame];

/** How a direction is taken up. */
export const Opening = {
  /** At its first byte, where anything may come: the first line decides. */
  UNKNOWN: 0,
  /** At its first byte, where SIP is expected. */
  SIP: 1,
  /** Somewhere in it: the next start line is searched for, not for long. */
  MIDSTREAM: 2,
  /** The same where SIP is expected. */
  SIP_MIDSTREAM: 3,
} as const;
export type Opening = (typeof Opening)[keyof typeof Opening];
