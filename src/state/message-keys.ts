/**
 * The hashes by which one message finds its rows: top Via, Call-ID, tags, CSeq. Each is computed at most
 * once per message, straight from the bytes; nothing is ever turned into a string.
 */
import { int32At } from '../core/columns.ts';
import type { Flow } from '../core/flow.ts';
import { CASELESS, SpanHash } from '../core/span-hash.ts';
import { type SipMessage, Span } from '../sip-parser/message.ts';
import { Method } from '../sip-parser/method.ts';
import { HashedSpan, SpanHashes } from '../sip-parser/span-hashes.ts';
import { wordsOf } from '../sip-parser/words.ts';

/** Tells the kinds of key apart within one hash space. */
const Kind = { TRANSACTION: 1, RFC2543: 2, ATTEMPT: 3, DIALOG: 4, HOP: 5 } as const;

/** `z9hG4bK`, in lower case. */
const COOKIE = Uint8Array.of(0x7a, 0x39, 0x68, 0x67, 0x34, 0x62, 0x6b);
const LOWER = 0x20;

const IPV4_MAPPED = 0xffff;
const MULTIPLIER_A = 0x9e3779b1;
const MULTIPLIER_B = 0x85ebca6b;

export class MessageKeys {
  private readonly hash: SpanHash;
  private words: DataView = new DataView(new ArrayBuffer(0));
  private hashes: SpanHashes = new SpanHashes();
  /** The dialog's keys are known. */
  private dialogKnown = false;

  callIdLo = 0;
  callIdHi = 0;
  fromTagLo = 0;
  fromTagHi = 0;
  toTagLo = 0;
  toTagHi = 0;
  /** Result of the last call that makes a key. */
  lo = 0;
  hi = 0;

  constructor(seed: number) {
    this.hash = new SpanHash(seed);
  }

  /** From now on the scanner, where it reads all headers of this record, hashes them with our seed. */
  prepare(message: SipMessage): void {
    message.spanHashes.seedLo = this.hash.seedLo;
    message.spanHashes.seedHi = this.hash.seedHi;
  }

  /** Takes a new message and hashes its Call-ID and tags. */
  load(buf: Uint8Array, message: SipMessage): void {
    const words = wordsOf(buf);
    if (this.words !== words) this.words = words;
    if (message.spanHashes.known) {
      this.take(message);
      return;
    }
    this.dialogKnown = false;
    const { hash } = this;
    this.span(message, Span.CALL_ID);
    this.callIdLo = hash.lo;
    this.callIdHi = hash.hi;
    this.span(message, Span.FROM_TAG);
    this.fromTagLo = hash.lo;
    this.fromTagHi = hash.hi;
    if (int32At(message.spans, 2 * Span.TO_TAG + 1) < 0) {
      this.toTagLo = 0;
      this.toTagHi = 0;
      return;
    }
    this.span(message, Span.TO_TAG);
    this.toTagLo = hash.lo;
    this.toTagHi = hash.hi;
  }

  private take(message: SipMessage): void {
    const { spanHashes } = message;
    this.callIdLo = spanHashes.lo(HashedSpan.CALL_ID);
    this.callIdHi = spanHashes.hi(HashedSpan.CALL_ID);
    this.fromTagLo = spanHashes.lo(HashedSpan.FROM_TAG);
    this.fromTagHi = spanHashes.hi(HashedSpan.FROM_TAG);
    const tagged = int32At(message.spans, 2 * Span.TO_TAG + 1) >= 0;
    if (this.hashes !== spanHashes) this.hashes = spanHashes;
    this.dialogKnown = tagged;
    this.toTagLo = tagged ? spanHashes.lo(HashedSpan.TO_TAG) : 0;
    this.toTagHi = tagged ? spanHashes.hi(HashedSpan.TO_TAG) : 0;
  }

  /**
   * The key of RFC 3261 17.1.3 and 17.2.3 from the Via at `index` (0 = top): sent-by without case and with
   * its default port, branch, Call-ID, CSeq number, method. Where the branch lacks the magic cookie the
   * From tag stands in for it (RFC 2543). With neither branch nor From tag nothing but a Call-ID is left:
   * such a request meets its repetitions, but no response is known to be its own.
   */
  transaction(message: SipMessage, index: number, method: Method): void {
    const { hash } = this;
    const { spanHashes } = message;
    if (index === 0 && spanHashes.keyed && method === message.cseqMethod) {
      this.lo = spanHashes.lo(HashedSpan.TRANSACTION);
      this.hi = spanHashes.hi(HashedSpan.TRANSACTION);
      return;
    }
    this.via(message, index);
    const cookie = index > 0 ? this.hasCookie(message, index) : message.branchHasCookie;
    hash.word(this.callIdLo);
    hash.word(this.callIdHi ^ (cookie ? Kind.TRANSACTION : Kind.RFC2543));
    hash.word(message.cseqNumber);
    hash.word(method);
    if (method === Method.OTHER) this.feed(message, Span.CSEQ_METHOD);
    if (!cookie) {
      hash.word(this.fromTagLo);
      hash.word(this.fromTagHi);
      const tagged = int32At(message.spans, 2 * Span.FROM_TAG + 1) > 0;
      if (!tagged && int32At(message.vias, 4 * index + 3) <= 0) hash.word(message.kind);
    }
    this.finish();
  }

  /** (Call-ID, From tag, CSeq number, method): a request on both sides of a proxy. */
  hop(message: SipMessage): void {
    const { hash } = this;
    hash.reset();
    hash.word(Kind.HOP);
    hash.word(this.callIdLo);
    hash.word(this.callIdHi);
    hash.word(this.fromTagLo);
    hash.word(this.fromTagHi);
    hash.word(message.cseqNumber | 0);
    hash.word(message.method);
    this.finish();
  }

  /** (Call-ID, From tag, direction, peer): an attempt. */
  attempt(direction: number, peer: number): void {
    const { hash } = this;
    hash.reset();
    hash.word(Kind.ATTEMPT);
    hash.word(this.callIdLo);
    hash.word(this.callIdHi);
    hash.word(this.fromTagLo);
    hash.word(this.fromTagHi);
    hash.word(direction);
    hash.word(peer);
    this.finish();
  }

  /** (Call-ID, AOR, direction, peer): a registration attempt. The AOR's hash is given. */
  registrationAttempt(aorLo: number, aorHi: number, direction: number, peer: number): void {
    const { hash } = this;
    hash.reset();
    hash.word(Kind.ATTEMPT);
    hash.word(this.callIdLo);
    hash.word(this.callIdHi);
    hash.word(aorLo);
    hash.word(aorHi);
    hash.word(direction);
    hash.word(peer);
    this.finish();
  }

  /** (Call-ID, local tag, remote tag) with the From tag as the local one. */
  dialogFromLocal(): void {
    if (this.dialogKnown) this.known(HashedSpan.DIALOG_FROM_LOCAL);
    else this.dialog(this.fromTagLo, this.fromTagHi, this.toTagLo, this.toTagHi);
  }

  /** (Call-ID, local tag, remote tag) with the To tag as the local one. */
  dialogToLocal(): void {
    if (this.dialogKnown) this.known(HashedSpan.DIALOG_TO_LOCAL);
    else this.dialog(this.toTagLo, this.toTagHi, this.fromTagLo, this.fromTagHi);
  }

  /** Both addresses and ports, in this order: 32 bits, which only tell rows of one key apart. */
  flow(flow: Flow): number {
    return flowHash(flow.addresses, 0, (flow.sourcePort << 16) | flow.destinationPort);
  }

  /** The flow of a message that goes the other way. */
  flowReversed(flow: Flow): number {
    return flowHash(flow.addresses, 4, (flow.destinationPort << 16) | flow.sourcePort);
  }

  /** What tells a response from others of its transaction: status, To tag, RSeq. 32 bits, never 0. */
  responseSignature(message: SipMessage): number {
    const { spanHashes } = message;
    if (spanHashes.keyed) return spanHashes.lo(HashedSpan.SIGNATURE);
    const { hash } = this;
    hash.reset();
    hash.word(message.statusCode);
    hash.word(this.toTagLo);
    hash.word(this.toTagHi ^ (message.rseq | 0));
    hash.finish();
    return hash.lo === 0 ? 1 : hash.lo;
  }

  /** To tag and Request-URI: what an ACK, or an RFC 2543 request, must also repeat to be a retransmission. */
  requestSignature(message: SipMessage): number {
    const { spanHashes } = message;
    if (spanHashes.keyed) return spanHashes.lo(HashedSpan.SIGNATURE);
    const isAck = message.method === Method.ACK;
    if (!isAck && message.branchHasCookie) return 0;
    const { hash } = this;
    hash.reset();
    hash.word(this.toTagLo);
    hash.word(this.toTagHi);
    if (!message.branchHasCookie) this.feed(message, Span.REQUEST_URI);
    hash.finish();
    return hash.lo;
  }

  private known(key: HashedSpan): void {
    this.lo = this.hashes.lo(key);
    this.hi = this.hashes.hi(key);
  }

  private dialog(localLo: number, localHi: number, remoteLo: number, remoteHi: number): void {
    const { hash } = this;
    hash.reset();
    hash.word(Kind.DIALOG ^ this.callIdHi);
    hash.word(this.callIdLo);
    hash.word(localLo);
    hash.word(localHi);
    hash.word(remoteLo);
    hash.word(remoteHi);
    this.finish();
  }

  /** RFC 3261 8.1.1.7, in any case; a branch of the bare cookie identifies nothing. */
  private hasCookie(message: SipMessage, index: number): boolean {
    const start = int32At(message.vias, 4 * index + 2);
    const length = int32At(message.vias, 4 * index + 3);
    if (length <= COOKIE.length) return false;
    for (let i = 0; i < COOKIE.length; i++) {
      if ((this.words.getUint8(start + i) | LOWER) !== COOKIE[i]) return false;
    }
    return true;
  }

  /** Begins a key with the Via at `index`. */
  private via(message: SipMessage, index: number): void {
    const { hash, words } = this;
    const { vias } = message;
    if (index === 0 && message.spanHashes.known) {
      const { spanHashes } = message;
      hash.resume(spanHashes.lo(HashedSpan.TOP_VIA), spanHashes.hi(HashedSpan.TOP_VIA));
      return;
    }
    const branchLength = int32At(vias, 4 * index + 3);
    hash.reset();
    hash.span(words, int32At(vias, 4 * index), int32At(vias, 4 * index + 1), CASELESS);
    hash.word(int32At(message.viaPorts, index));
    if (branchLength > 0) hash.span(words, int32At(vias, 4 * index + 2), branchLength, 0);
  }

  /** The hash of one span, not spread yet: it goes into keys that are. */
  private span(message: SipMessage, span: Span): void {
    this.hash.reset();
    this.feed(message, span);
  }

  private feed(message: SipMessage, span: Span): void {
    const length = int32At(message.spans, 2 * span + 1);
    if (length > 0) this.hash.span(this.words, int32At(message.spans, 2 * span), length, 0);
  }

  private finish(): void {
    this.hash.finish();
    this.lo = this.hash.lo;
    this.hi = this.hash.hi;
  }
}

/** `end` 0: source before destination; 4: the other way round. IPv4 differs in its last words only. */
function flowHash(addresses: Int32Array, end: number, ports: number): number {
  let h = Math.imul(ports ^ int32At(addresses, end + 3), MULTIPLIER_A);
  h = Math.imul(h ^ (h >>> 15) ^ int32At(addresses, 7 - end), MULTIPLIER_B);
  if (addresses[2] !== IPV4_MAPPED) {
    for (let i = 0; i < 3; i++) {
      h = Math.imul(h ^ (h >>> 15) ^ int32At(addresses, end + i), MULTIPLIER_A);
      h = Math.imul(h ^ (h >>> 13) ^ int32At(addresses, 4 - end + i), MULTIPLIER_B);
    }
  }
  return h ^ (h >>> 16);
}
