/**
 * What is known of usual packets before the pipeline comes to them: a record each, in an array of 32-bit words
 * that WebAssembly fills (wasm/usual-packet.h). It holds what direction and state ask of a message, and no more.
 */
import { int32At } from './core/columns.ts';
import type { Flow } from './core/flow.ts';
import { Transport } from './core/transport.ts';
import { MessageKind, SipMessage, Span } from './sip-parser/message.ts';
import { Method } from './sip-parser/method.ts';
import { HashedSpan } from './sip-parser/span-hashes.ts';

/** Words of a record: two lines of the processor's cache. The first is 1 where the packet is a usual one. */
export const RECORD_WORDS = 32;
const SOURCE = 1;
const DESTINATION = 2;
/** Source in the lower half. */
const PORTS = 3;
/** Bytes, from the lowest: kind (and TO_TAGGED), method, Vias, contacts. */
const KINDS = 4;
const STATUS = 5;
const CSEQ_NUMBER = 6;
const ODDITIES = 7;
/** Where each begins, and from bit LENGTH_SHIFT on how long it is. */
const CALL_ID = 8;
const TO_URI = 9;
/** Seconds, -1 = none. */
const EXPIRES = 10;
const SESSION_EXPIRES = 11;
const SECOND_VIA = 12;
const HASHES = 16;
/** Two words. */
export const TRANSACTION_KEY: number = HASHES | HashedSpan.TRANSACTION;
const SECOND_PORT = 31;

const TO_TAGGED = 0x80;
const LENGTH_SHIFT = 21;
const OFFSET_MASK = (1 << LENGTH_SHIFT) - 1;

const IPV4_MAPPED = 0xffff;
const METHODS: readonly Method[] = Object.values(Method);

/** Whether the packet's own bytes are looked at: where it is no usual one, or one whose AOR or second Via are. */
export function needsBytes(records: Int32Array, at: number): boolean {
  if (records[at] !== 1) return true;
  const kinds = int32At(records, at | KINDS);
  return ((kinds >>> 8) & 0xff) === Method.REGISTER || ((kinds >>> 16) & 0xff) > 1;
}

export class PacketRecords {
  /**
   * What `take` fills, with what direction and state ask of a message: of tags their hashes, and whether there is one of
   * To. The rest keeps what a new one has, also where the packet's has more.
   */
  readonly message: SipMessage = new SipMessage();

  constructor() {
    this.message.viaTransport = Transport.UDP;
    this.message.branchHasCookie = true;
    this.message.spanHashes.known = true;
    this.message.spanHashes.keyed = true;
  }

  /** The record at word `at`, a multiple of RECORD_WORDS, of a usual packet: its message into `message`, and who sent it to whom into `flow`. */
  take(records: Int32Array, at: number, flow: Flow): void {
    const { addresses } = flow;
    addresses[0] = 0;
    addresses[1] = 0;
    addresses[2] = IPV4_MAPPED;
    addresses[3] = int32At(records, at | SOURCE);
    addresses[4] = 0;
    addresses[5] = 0;
    addresses[6] = IPV4_MAPPED;
    addresses[7] = int32At(records, at | DESTINATION);
    const ports = int32At(records, at | PORTS);
    flow.sourcePort = ports & 0xffff;
    flow.destinationPort = ports >>> 16;
    flow.transport = Transport.UDP;

    const { message } = this;
    const kinds = int32At(records, at | KINDS);
    const isRequest = (kinds & 0x7f) === MessageKind.REQUEST;
    message.kind = isRequest ? MessageKind.REQUEST : MessageKind.RESPONSE;
    message.requestLineReadable = isRequest;
    const method = METHODS[(kinds >>> 8) & 0xff] ?? Method.OTHER;
    message.method = method;
    message.cseqMethod = method;
    message.statusCode = int32At(records, at | STATUS);
    message.cseqNumber = int32At(records, at | CSEQ_NUMBER);
    message.oddities = int32At(records, at | ODDITIES);
    message.contactCount = kinds >>> 24;
    message.spanHashes.point(records, at | HASHES);
    const { spans } = message;
    const callId = int32At(records, at | CALL_ID);
    spans[2 * Span.CALL_ID] = callId & OFFSET_MASK;
    spans[2 * Span.CALL_ID + 1] = callId >>> LENGTH_SHIFT;
    const toUri = int32At(records, at | TO_URI);
    spans[2 * Span.TO_URI] = toUri & OFFSET_MASK;
    spans[2 * Span.TO_URI + 1] = toUri >>> LENGTH_SHIFT;
    message.expires = int32At(records, at | EXPIRES);
    message.sessionExpires = int32At(records, at | SESSION_EXPIRES);
    spans[2 * Span.TO_TAG + 1] = (kinds & TO_TAGGED) === 0 ? -1 : 0;
    message.viaCount = (kinds >>> 16) & 0xff;
    if (message.viaCount > 1) this.takeSecondVia(records, at);
  }

  private takeSecondVia(records: Int32Array, at: number): void {
    const { vias, viaPorts } = this.message;
    for (let i = 0; i < 4; i++) vias[4 + i] = int32At(records, (at | SECOND_VIA) + i);
    viaPorts[1] = int32At(records, at | SECOND_PORT);
  }
}
