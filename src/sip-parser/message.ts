import { Transport } from '../core/transport.ts';
import { Method } from './method.ts';
import { ParseError } from './parse-error.ts';
import { SpanHashes } from './span-hashes.ts';

export const MessageKind = { NONE: 0, REQUEST: 1, RESPONSE: 2 } as const;
export type MessageKind = (typeof MessageKind)[keyof typeof MessageKind];

/** Spans: `spans[2 * X]` is an absolute offset into the buffer, `spans[2 * X + 1]` a length; length -1 = absent. */
export const Span = {
  METHOD: 0,
  REQUEST_URI: 1,
  CALL_ID: 2,
  FROM_URI: 3,
  FROM_TAG: 4,
  TO_URI: 5,
  TO_TAG: 6,
  CSEQ_METHOD: 7,
  /** Value of User-Agent, or of Server. */
  USER_AGENT: 8,
  EVENT: 9,
  BODY: 10,
  /** The whole value of the top Via, for the RFC 2543 key. */
  TOP_VIA: 11,
} as const;
export type Span = (typeof Span)[keyof typeof Span];
export const SPANS = 12;
const SPAN_CELLS = 2 * SPANS;

/** The first Vias are kept, top first; further ones are only validated and counted in `viaCount`. */
export const VIAS_MAX = 8;
/** Contacts kept of one message (RFC 3261 sets no limit; further ones are validated only and `contactsOverflow` is set). */
export const CONTACTS_MAX = 32;

export const SubscriptionState = {
  NONE: 0,
  ACTIVE: 1,
  PENDING: 2,
  TERMINATED: 3,
  OTHER: 4,
} as const;
export type SubscriptionState = (typeof SubscriptionState)[keyof typeof SubscriptionState];

export const Refresher = { NONE: 0, UAC: 1, UAS: 2 } as const;
export type Refresher = (typeof Refresher)[keyof typeof Refresher];

/** What the parser found in one message: numbers, and spans into the buffer it came from. Reused. */
export class SipMessage {
  kind: MessageKind = MessageKind.NONE;
  /** What `parseMessage` returned: why the message is bad. */
  error: ParseError = ParseError.NONE;
  /** Request: of the request line. Response: of CSeq. */
  method: Method = Method.OTHER;
  /** 0 in a request; as written in a response (digits, may be outside 100–699). */
  statusCode = 0;
  /** Method, Request-URI or path, and a version of any number parse (METRICS.md "Bad message"). */
  requestLineReadable = false;

  cseqNumber = 0;
  cseqMethod: Method = Method.OTHER;
  /** Bytes; -1 = header absent. */
  contentLength = -1;
  /** Seconds, bounded to 2^32-1; -1 = absent. */
  expires = -1;
  rseq = -1;
  rackRseq = -1;
  rackCseq = -1;
  rackMethod: Method = Method.OTHER;
  sessionExpires = -1;
  refresher: Refresher = Refresher.NONE;
  minSe = -1;
  subscriptionState: SubscriptionState = SubscriptionState.NONE;
  subscriptionExpires = -1;
  hasMaxForwards = false;
  /** What the top Via names; OTHER for a transport that is none of ours. */
  viaTransport: Transport = Transport.OTHER;
  /** The top Via's branch begins with `z9hG4bK` and has something after it (RFC 3261 8.1.1.7). */
  branchHasCookie = false;

  readonly spans: Int32Array = new Int32Array(2 * SPANS).fill(-1);

  /** All Via values of the message, folded lines and comma lists included. */
  viaCount = 0;
  /** Per kept Via: host offset, host length, branch offset, branch length (-1 = absent). */
  readonly vias: Int32Array = new Int32Array(4 * VIAS_MAX);
  /** Per kept Via: the sent-by port, default of its transport filled in (5060, 5061 for TLS/WSS). */
  readonly viaPorts: Int32Array = new Int32Array(VIAS_MAX);

  /** `Contact: *` */
  contactStar = false;
  contactCount = 0;
  contactsOverflow = false;
  /** Per contact: URI offset, URI length, +sip.instance offset, length (-1 = absent), without quotes and <>. */
  readonly contacts: Int32Array = new Int32Array(4 * CONTACTS_MAX);
  /** Per contact: the expires parameter in seconds, -1 = absent. */
  readonly contactExpires: Float64Array = new Float64Array(CONTACTS_MAX);
  /** Per contact: reg-id (RFC 5626), -1 = absent. */
  readonly contactRegId: Int32Array = new Int32Array(CONTACTS_MAX);

  /** Bit n set: Oddity code n was seen (codes stay below 31). */
  oddities = 0;
  /** Where the message ends in the buffer: start line to the end of the body as far as captured. */
  end = 0;
  /** Captured bytes end before the header block does. */
  headersTruncated = false;

  /** Hashes that the scanner leaves on its way, for who keeps tables of messages. */
  readonly spanHashes: SpanHashes = new SpanHashes();

  reset(): void {
    this.kind = MessageKind.NONE;
    this.error = ParseError.NONE;
    this.method = Method.OTHER;
    this.statusCode = 0;
    this.requestLineReadable = false;
    this.cseqNumber = 0;
    this.cseqMethod = Method.OTHER;
    this.contentLength = -1;
    this.expires = -1;
    this.rseq = -1;
    this.rackRseq = -1;
    this.rackCseq = -1;
    this.rackMethod = Method.OTHER;
    this.sessionExpires = -1;
    this.refresher = Refresher.NONE;
    this.minSe = -1;
    this.subscriptionState = SubscriptionState.NONE;
    this.subscriptionExpires = -1;
    this.hasMaxForwards = false;
    this.viaTransport = Transport.OTHER;
    this.branchHasCookie = false;
    // A loop: the built-in `fill` costs more than these few stores.
    const spans = this.spans;
    for (let i = 0; i < SPAN_CELLS; i++) spans[i] = -1;
    this.viaCount = 0;
    this.contactStar = false;
    this.contactCount = 0;
    this.contactsOverflow = false;
    this.oddities = 0;
    this.end = 0;
    this.headersTruncated = false;
    this.spanHashes.known = false;
    this.spanHashes.keyed = false;
  }
}

/** Make `span` the bytes from `start` to `end`. */
export function setSpan(message: SipMessage, span: Span, start: number, end: number): void {
  message.spans[2 * span] = start;
  message.spans[2 * span + 1] = end - start;
}

/** Where `span` begins in the buffer; -1 when the message has none. */
export function spanOffset(message: SipMessage, span: Span): number {
  return message.spans[2 * span] ?? -1;
}

/** Bytes of `span`; -1 when the message has none. */
export function spanLength(message: SipMessage, span: Span): number {
  return message.spans[2 * span + 1] ?? -1;
}

/** True when the message has `span`, be it empty. */
export function hasSpan(message: SipMessage, span: Span): boolean {
  return spanLength(message, span) >= 0;
}
