/**
 * A SIP message (RFC 3261 7) out of a datagram, or framed out of a stream: one pass, spans instead of
 * strings, no allocation, nothing thrown. The parser's parent: start line, header block, then what must hold
 * of the whole (RFC 3261 8.1.1, 8.2.2, 18.3). It reads no body and matches nothing.
 */
import { readUint8 } from '../core/bytes.ts';
import { Transport } from '../core/transport.ts';
import { CR, LF } from './char-class.ts';
import { parseHeaderBlock } from './header-block.ts';
import {
  hasSpan,
  MessageKind,
  type SipMessage,
  Span,
  setSpan,
  spanLength,
  spanOffset,
} from './message.ts';
import { Method } from './method.ts';
import { Oddity } from './oddity.ts';
import { ParseError } from './parse-error.ts';
import { scanUsualLines } from './scanner.ts';
import { parseStartLine } from './start-line.ts';
import { readUsualStartLine } from './usual-start-line.ts';

// What a user of the package's second export needs beside the function; inside the project everyone imports
// these from where they are.
export { Transport } from '../core/transport.ts';
export {
  MessageKind,
  Refresher,
  SipMessage,
  Span,
  SubscriptionState,
  spanLength,
  spanOffset,
} from './message.ts';
export { METHOD_NAMES, Method } from './method.ts';
export { FAULTS, ODDITY_NAMES, Oddity } from './oddity.ts';
export { PARSE_ERROR_NAMES, ParseError } from './parse-error.ts';

/** The bytes of one message. `Payload` of reassembly is one. */
export interface MessageBytes {
  readonly buf: Uint8Array;
  readonly start: number;
  /** End of the captured bytes, exclusive. */
  readonly end: number;
  /** Where the message ends on the wire; beyond `end` when the capture cut it. */
  readonly wireEnd: number;
  readonly transport: Transport;
}

/**
 * Parse one message into `message`, which is overwritten; its spans point into `bytes.buf`.
 *
 * NONE: a good message, whose oddities are in `message.oddities`; or, when `message.headersTruncated` is
 * set, no message at all: the capture ended within the headers, and nothing was guessed. Otherwise why it is
 * bad; `message.requestLineReadable` holds then too, the other fields only as far as parsing came.
 */
export function parseMessage(bytes: MessageBytes, message: SipMessage): ParseError {
  message.reset();
  message.error = parseWhole(bytes, message);
  const isCut = bytes.end < bytes.wireEnd;
  if (message.headersTruncated) {
    if (isCut) return notAMessage(bytes, message);
    message.headersTruncated = false;
  }
  if (message.error !== ParseError.NONE) {
    if (isCut && !hasHeaderEnd(bytes.buf, bytes.start, bytes.end)) {
      return notAMessage(bytes, message);
    }
    message.end = bytes.end;
  }
  return message.error;
}

function notAMessage(bytes: MessageBytes, message: SipMessage): ParseError {
  message.reset();
  message.headersTruncated = true;
  message.end = bytes.end;
  return ParseError.NONE;
}

function parseWhole(bytes: MessageBytes, message: SipMessage): ParseError {
  const buf = bytes.buf;
  const start = skipLineBreaks(buf, bytes.start, bytes.end);
  let headers = scanUsualLines(buf, start, bytes.end, message);
  if (headers < 0) headers = readUsualStartLine(buf, start, bytes.end, message);
  if (headers < 0) headers = parseStartLine(buf, start, bytes.end, message);
  if (headers < 0) return message.error;
  const body = parseHeaderBlock(buf, headers, bytes.end, message);
  if (body < 0) return message.error;
  if (message.headersTruncated) message.oddities |= 1 << Oddity.HEADERS_UNTERMINATED;
  const error = checkWhole(buf, bytes.transport, message);
  return error === ParseError.NONE ? takeBody(bytes, body, message) : error;
}

/** Empty lines before a start line are ignored (RFC 3261 7.5). */
function skipLineBreaks(buf: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && (readUint8(buf, i) === CR || readUint8(buf, i) === LF)) i++;
  return i;
}

/** True when the header block ends within the bytes: an empty line was captured. */
function hasHeaderEnd(buf: Uint8Array, start: number, end: number): boolean {
  let lineStart = skipLineBreaks(buf, start, end);
  for (let i = lineStart; i < end; i++) {
    if (readUint8(buf, i) !== LF) continue;
    const length = i - lineStart;
    if (length === 0 || (length === 1 && readUint8(buf, lineStart) === CR)) return true;
    lineStart = i + 1;
  }
  return false;
}

/** What no single line can tell: fields that are missing or contradict each other. */
function checkWhole(buf: Uint8Array, transport: Transport, message: SipMessage): ParseError {
  if (!hasSpan(message, Span.TO_URI)) return ParseError.MISSING_TO;
  if (!hasSpan(message, Span.FROM_URI)) return ParseError.MISSING_FROM;
  if (!hasSpan(message, Span.CALL_ID)) return ParseError.MISSING_CALL_ID;
  if (!hasSpan(message, Span.CSEQ_METHOD)) return ParseError.MISSING_CSEQ;
  if (message.viaCount === 0) return ParseError.MISSING_VIA;
  if (message.kind === MessageKind.REQUEST) {
    if (!isCseqMethodEqual(buf, message)) return ParseError.CSEQ_METHOD_MISMATCH;
    if (!isViaTransport(transport, message)) return ParseError.VIA_TRANSPORT_MISMATCH;
  } else {
    message.method = message.cseqMethod;
    if (message.method === Method.ACK) return ParseError.RESPONSE_TO_ACK;
  }
  noteMissing(message);
  return ParseError.NONE;
}

/** Methods are compared with case (RFC 3261 7.1), those without a code of ours byte by byte. */
function isCseqMethodEqual(buf: Uint8Array, message: SipMessage): boolean {
  if (message.method !== Method.OTHER || message.cseqMethod !== Method.OTHER) {
    return message.method === message.cseqMethod;
  }
  const length = spanLength(message, Span.METHOD);
  if (length !== spanLength(message, Span.CSEQ_METHOD)) return false;
  const method = spanOffset(message, Span.METHOD);
  const cseqMethod = spanOffset(message, Span.CSEQ_METHOD);
  for (let i = 0; i < length; i++) {
    if (readUint8(buf, method + i) !== readUint8(buf, cseqMethod + i)) return false;
  }
  return true;
}

/**
 * A datagram whose Via names a stream is not meant for us (RFC 3261 18.2.1). What came by a stream may name
 * UDP: phones write it from habit, and servers answer on the connection all the same.
 */
function isViaTransport(transport: Transport, message: SipMessage): boolean {
  if (transport === Transport.OTHER || transport === Transport.DTLS) return true;
  if (message.viaTransport === transport) return true;
  return transport !== Transport.UDP && message.viaTransport === Transport.UDP;
}

function noteMissing(message: SipMessage): void {
  let oddities = message.oddities;
  if (message.kind === MessageKind.REQUEST && !message.hasMaxForwards) {
    oddities |= 1 << Oddity.MISSING_MAX_FORWARDS;
  }
  if (message.contactCount === 0 && !message.contactStar && wantsContact(message)) {
    oddities |= 1 << Oddity.MISSING_CONTACT;
  }
  if (message.contactStar && message.contactCount > 0) oddities |= 1 << Oddity.BAD_PARAMETER;
  if (message.contentLength < 0) oddities |= 1 << Oddity.MISSING_CONTENT_LENGTH;
  if (!hasSpan(message, Span.FROM_TAG)) oddities |= 1 << Oddity.MISSING_FROM_TAG;
  if (!message.branchHasCookie) oddities |= 1 << Oddity.RFC2543_BRANCH;
  if (message.method === Method.OTHER) oddities |= 1 << Oddity.UNKNOWN_METHOD;
  message.oddities = oddities;
}

/** Where RFC 3261 20 (table 2) and its like make Contact mandatory: what creates or moves a target. */
function wantsContact(message: SipMessage): boolean {
  switch (message.method) {
    case Method.INVITE:
    case Method.SUBSCRIBE:
      return message.statusCode === 0 || (message.statusCode >= 200 && message.statusCode < 300);
    case Method.NOTIFY:
    case Method.REFER:
    case Method.UPDATE:
      return message.statusCode === 0;
    default:
      return false;
  }
}

/** RFC 3261 18.3: the body is what Content-Length says; without one, all that is left. */
function takeBody(bytes: MessageBytes, body: number, message: SipMessage): ParseError {
  let end = bytes.end;
  if (message.contentLength >= 0) {
    const bodyEnd = body + message.contentLength;
    if (bodyEnd > bytes.wireEnd && !isShortOfReturns(bytes, body, message)) {
      return ParseError.BODY_TRUNCATED;
    }
    if (bodyEnd < bytes.wireEnd) message.oddities |= 1 << Oddity.BYTES_AFTER_BODY;
    if (bodyEnd < end) end = bodyEnd;
  }
  setSpan(message, Span.BODY, body, end);
  message.end = end;
  return ParseError.NONE;
}

/**
 * The body lacks no more than the CRs of its line ends: something on the way wrote LF for CRLF and left
 * Content-Length as it was.
 */
function isShortOfReturns(bytes: MessageBytes, body: number, message: SipMessage): boolean {
  if (((message.oddities >>> Oddity.BARE_LF) & 1) === 0) return false;
  let missing = body + message.contentLength - bytes.wireEnd;
  for (let i = body; i < bytes.end && missing > 0; i++) {
    if (readUint8(bytes.buf, i) === LF && readUint8(bytes.buf, i - 1) !== CR) missing--;
  }
  return missing <= 0;
}
