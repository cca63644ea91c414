/**
 * The hashes by which one message finds its rows: top Via, Call-ID, tags, CSeq. Each is computed at most
 * once per message, straight from the bytes; nothing is ever turned into a string.
 */
import { int32At } from '../core/columns.ts';
import type { Flow } from '../core/flow.ts';
import { Hasher } from '../core/hash.ts';
import { type SipMessage, Span } from '../sip-parser/message.ts';
import { Method } from '../sip-parser/method.ts';

/** Tells the kinds of key apart within one hash space. */
const Kind = {
  TRANSACTION: 1,
  RFC2543: 2,
  ATTEMPT: 3,
  DIALOG: 4,
  FLOW: 5,
  SIGNATURE: 6,
  HOP: 7,
} as const;

/** `z9hG4bK` */
const COOKIE = Uint8Array.of(0x7a, 0x39, 0x68, 0x47, 0x34, 0x62, 0x4b);

export class MessageKeys {
  private readonly hasher: Hasher;
  private buf: Uint8Array = new Uint8Array(0);

  callIdLo = 0;
  callIdHi = 0;
  fromTagLo = 0;
  fromTagHi = 0;
  toTagLo = 0;
  toTagHi = 0;
  /** Result of the last call that makes a key. */
  lo = 0;
  hi = 0;
  private viaLo = 0;
  private viaHi = 0;

  constructor(seed: number) {
    this.hasher = new Hasher(seed);
  }

  /** Takes a new message and hashes its Call-ID and tags. */
  load(buf: Uint8Array, message: SipMessage): void {
    this.buf = buf;
    const { hasher } = this;
    this.span(message, Span.CALL_ID);
    this.callIdLo = hasher.lo;
    this.callIdHi = hasher.hi;
    this.span(message, Span.FROM_TAG);
    this.fromTagLo = hasher.lo;
    this.fromTagHi = hasher.hi;
    if (int32At(message.spans, 2 * Span.TO_TAG + 1) < 0) {
      this.toTagLo = 0;
      this.toTagHi = 0;
      return;
    }
    this.span(message, Span.TO_TAG);
    this.toTagLo = hasher.lo;
    this.toTagHi = hasher.hi;
  }

  /**
   * The key of RFC 3261 17.1.3 and 17.2.3 from the Via at `index` (0 = top): sent-by without case and with
   * its default port, branch, Call-ID, CSeq number, method. Where the branch lacks the magic cookie the
   * From tag stands in for it (RFC 2543).
   */
  transaction(message: SipMessage, index: number, method: Method): void {
    const { hasher } = this;
    this.via(message, index);
    const cookie = index > 0 ? this.hasCookie(message, index) : message.branchHasCookie;
    hasher.reset();
    hasher.word(cookie ? Kind.TRANSACTION : Kind.RFC2543);
    hasher.word(this.viaLo);
    hasher.word(this.viaHi);
    hasher.word(this.callIdLo);
    hasher.word(this.callIdHi);
    hasher.word(message.cseqNumber | 0);
    hasher.word(method);
    if (method === Method.OTHER) {
      const start = int32At(message.spans, 2 * Span.CSEQ_METHOD);
      hasher.bytes(this.buf, start, start + int32At(message.spans, 2 * Span.CSEQ_METHOD + 1));
    }
    if (!cookie) {
      hasher.word(this.fromTagLo);
      hasher.word(this.fromTagHi);
    }
    this.finish();
  }

  /** (Call-ID, From tag, CSeq number, method): a request on both sides of a proxy. */
  hop(message: SipMessage): void {
    const { hasher } = this;
    hasher.reset();
    hasher.word(Kind.HOP);
    hasher.word(this.callIdLo);
    hasher.word(this.callIdHi);
    hasher.word(this.fromTagLo);
    hasher.word(this.fromTagHi);
    hasher.word(message.cseqNumber | 0);
    hasher.word(message.method);
    this.finish();
  }

  /** (Call-ID, From tag, direction, peer): an attempt. */
  attempt(direction: number, peer: number): void {
    const { hasher } = this;
    hasher.reset();
    hasher.word(Kind.ATTEMPT);
    hasher.word(this.callIdLo);
    hasher.word(this.callIdHi);
    hasher.word(this.fromTagLo);
    hasher.word(this.fromTagHi);
    hasher.word(direction);
    hasher.word(peer);
    this.finish();
  }

  /** (Call-ID, AOR, direction, peer): a registration attempt. The AOR's hash is given. */
  registrationAttempt(aorLo: number, aorHi: number, direction: number, peer: number): void {
    const { hasher } = this;
    hasher.reset();
    hasher.word(Kind.ATTEMPT);
    hasher.word(this.callIdLo);
    hasher.word(this.callIdHi);
    hasher.word(aorLo);
    hasher.word(aorHi);
    hasher.word(direction);
    hasher.word(peer);
    this.finish();
  }

  /** (Call-ID, local tag, remote tag) with the From tag as the local one. */
  dialogFromLocal(): void {
    this.dialog(this.fromTagLo, this.fromTagHi, this.toTagLo, this.toTagHi);
  }

  /** (Call-ID, local tag, remote tag) with the To tag as the local one. */
  dialogToLocal(): void {
    this.dialog(this.toTagLo, this.toTagHi, this.fromTagLo, this.fromTagHi);
  }

  /** Both addresses and ports, in this order. */
  flow(flow: Flow): void {
    const { hasher } = this;
    const { addresses } = flow;
    hasher.reset();
    hasher.word(Kind.FLOW);
    for (let i = 0; i < 8; i++) hasher.word(int32At(addresses, i));
    hasher.word((flow.sourcePort << 16) | flow.destinationPort);
    this.finish();
  }

  /** The flow of a message that goes the other way. */
  flowReversed(flow: Flow): void {
    const { hasher } = this;
    const { addresses } = flow;
    hasher.reset();
    hasher.word(Kind.FLOW);
    for (let i = 4; i < 8; i++) hasher.word(int32At(addresses, i));
    for (let i = 0; i < 4; i++) hasher.word(int32At(addresses, i));
    hasher.word((flow.destinationPort << 16) | flow.sourcePort);
    this.finish();
  }

  /** What tells a response from others of its transaction: status, To tag, RSeq. 32 bits, never 0. */
  responseSignature(message: SipMessage): number {
    const { hasher } = this;
    hasher.reset();
    hasher.word(Kind.SIGNATURE);
    hasher.word(message.statusCode);
    hasher.word(this.toTagLo);
    hasher.word(this.toTagHi);
    hasher.word(message.rseq | 0);
    hasher.finish();
    return hasher.lo === 0 ? 1 : hasher.lo;
  }

  /** To tag and Request-URI: what an ACK, or an RFC 2543 request, must also repeat to be a retransmission. */
  requestSignature(message: SipMessage): number {
    const isAck = message.method === Method.ACK;
    if (!isAck && message.branchHasCookie) return 0;
    const { hasher } = this;
    hasher.reset();
    hasher.word(Kind.SIGNATURE);
    hasher.word(this.toTagLo);
    hasher.word(this.toTagHi);
    if (!message.branchHasCookie) {
      const start = int32At(message.spans, 2 * Span.REQUEST_URI);
      hasher.bytes(this.buf, start, start + int32At(message.spans, 2 * Span.REQUEST_URI + 1));
    }
    hasher.finish();
    return hasher.lo;
  }

  private dialog(localLo: number, localHi: number, remoteLo: number, remoteHi: number): void {
    const { hasher } = this;
    hasher.reset();
    hasher.word(Kind.DIALOG);
    hasher.word(this.callIdLo);
    hasher.word(this.callIdHi);
    hasher.word(localLo);
    hasher.word(localHi);
    hasher.word(remoteLo);
    hasher.word(remoteHi);
    this.finish();
  }

  /** RFC 3261 8.1.1.7; a branch of the bare cookie identifies nothing. */
  private hasCookie(message: SipMessage, index: number): boolean {
    const start = int32At(message.vias, 4 * index + 2);
    const length = int32At(message.vias, 4 * index + 3);
    if (length <= COOKIE.length) return false;
    for (let i = 0; i < COOKIE.length; i++) {
      if (this.buf[start + i] !== COOKIE[i]) return false;
    }
    return true;
  }

  private via(message: SipMessage, index: number): void {
    const { hasher } = this;
    const { vias } = message;
    const hostStart = int32At(vias, 4 * index);
    const branchStart = int32At(vias, 4 * index + 2);
    const branchLength = int32At(vias, 4 * index + 3);
    hasher.reset();
    hasher.bytesLower(this.buf, hostStart, hostStart + int32At(vias, 4 * index + 1));
    hasher.word(int32At(message.viaPorts, index));
    if (branchLength > 0) hasher.bytes(this.buf, branchStart, branchStart + branchLength);
    hasher.finish();
    this.viaLo = hasher.lo;
    this.viaHi = hasher.hi;
  }

  private span(message: SipMessage, span: Span): void {
    const start = int32At(message.spans, 2 * span);
    const length = int32At(message.spans, 2 * span + 1);
    const { hasher } = this;
    hasher.reset();
    if (length > 0) hasher.bytes(this.buf, start, start + length);
    hasher.finish();
  }

  private finish(): void {
    this.hasher.finish();
    this.lo = this.hasher.lo;
    this.hi = this.hasher.hi;
  }
}
