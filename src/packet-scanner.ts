/**
 * Reads the usual packets of a batch ahead of the pipeline, by WebAssembly (wasm/usual-packet.h): a good message
 * without anything rare in it, whole in one UDP datagram over IPv4 and Ethernet. A hundred at a time, so that
 * its code and the pipeline's do not push each other out of the processor's caches. All other packets, and
 * all that lie out of its reach, the pipeline reads itself; what both can read they read alike
 * (test/property/packet-scanner.test.ts).
 */
import { blockMemory } from './core/block-memory.ts';
import { int32At } from './core/columns.ts';
import type { Flow } from './core/flow.ts';
import { Linktype } from './core/linktype.ts';
import type { PacketBatch } from './core/packet-batch.ts';
import { Transport } from './core/transport.ts';
import { MessageKind, SipMessage, Span } from './sip-parser/message.ts';
import { Method } from './sip-parser/method.ts';
import { isScannable, scanner } from './sip-parser/scanner.ts';
import { HASH_CELLS } from './sip-parser/span-hashes.ts';

const FRAMES_MAX = 128;
const PORT_WORDS = 2048;

// Words of a record, as wasm/usual-packet.h has them.
const RECORD_WORDS = 32;
const SOURCE = 1;
const DESTINATION = 2;
/** Source in the lower half. */
const PORTS = 3;
/** Bytes, from the lowest: kind, method, Vias, contacts. */
const KINDS = 4;
const STATUS = 5;
const CSEQ_NUMBER = 6;
const ODDITIES = 7;
const HASHES = 8;
const CALL_ID = 18;
const FROM_TAG = 20;
const TO_TAG = 22;
const TO_URI = 24;
const SECOND_VIA = 26;
const SECOND_PORT = 30;

const IPV4_MAPPED = 0xffff;
const METHODS: readonly Method[] = Object.values(Method);

const memory = blockMemory?.buffer ?? new ArrayBuffer(0);
const view = (at: number, words: number): Int32Array =>
  scanner === undefined ? new Int32Array(words) : new Int32Array(memory, at, words);
const ports = view(scanner?.ports() ?? 0, 2 * PORT_WORDS);
const frames = view(scanner?.frames() ?? 0, 2 * FRAMES_MAX);
const records = view(scanner?.records() ?? 0, FRAMES_MAX * RECORD_WORDS);
/** Whose ports the scanner knows: there is one scanner for all data planes of a process. */
let owner: PacketScanner | undefined;

export class PacketScanner {
  /**
   * What `take` fills, with what direction and state ask of a message. The rest keeps what a new record has, also
   * where the message has more.
   */
  readonly message: SipMessage = new SipMessage();
  private readonly ownPorts: Int32Array = new Int32Array(2 * PORT_WORDS);

  /** One cell a port, 1 = SIP is expected there; and those where something else is looked for first. */
  constructor(sipPorts: Uint8Array, otherPorts: Uint8Array) {
    this.mark(sipPorts, 0);
    this.mark(otherPorts, PORT_WORDS);
    this.message.viaTransport = Transport.UDP;
    this.message.branchHasCookie = true;
    this.message.spanHashes.known = true;
    this.message.spanHashes.keyed = true;
  }

  /** Reads packets of the batch from index `from` on; returns of how many it now knows, 0 when out of reach. */
  scan(batch: PacketBatch, from: number): number {
    const { block, offset, caplen, linktype } = batch;
    if (scanner === undefined || !isScannable(block)) return 0;
    if (owner !== this) {
      ports.set(this.ownPorts);
      owner = this;
    }
    const count = Math.min(FRAMES_MAX, batch.count - from);
    const origin = block.byteOffset;
    for (let i = 0; i < count; i++) {
      const start = origin + (offset[from + i] ?? 0);
      const length = linktype[from + i] === Linktype.ETHERNET ? (caplen[from + i] ?? 0) : 0;
      frames[2 * i] = start;
      frames[2 * i + 1] = start + length;
    }
    const { seedLo, seedHi } = this.message.spanHashes;
    scanner.scanPackets(count, origin, seedLo, seedHi);
    return count;
  }

  /** Whether the packet `index` behind the first scanned one is a usual one. */
  isUsual(index: number): boolean {
    return records[index * RECORD_WORDS] === 1;
  }

  /** The usual packet's message into `message`, and who sent it to whom into `flow`. */
  take(index: number, flow: Flow): void {
    const at = index * RECORD_WORDS;
    const { addresses } = flow;
    addresses[0] = 0;
    addresses[1] = 0;
    addresses[2] = IPV4_MAPPED;
    addresses[3] = int32At(records, at + SOURCE);
    addresses[4] = 0;
    addresses[5] = 0;
    addresses[6] = IPV4_MAPPED;
    addresses[7] = int32At(records, at + DESTINATION);
    const bothPorts = int32At(records, at + PORTS);
    flow.sourcePort = bothPorts & 0xffff;
    flow.destinationPort = bothPorts >>> 16;
    flow.transport = Transport.UDP;
    this.takeMessage(at);
  }

  private takeMessage(at: number): void {
    const { message } = this;
    const kinds = int32At(records, at + KINDS);
    const isRequest = (kinds & 0xff) === MessageKind.REQUEST;
    message.kind = isRequest ? MessageKind.REQUEST : MessageKind.RESPONSE;
    message.requestLineReadable = isRequest;
    const method = METHODS[(kinds >>> 8) & 0xff] ?? Method.OTHER;
    message.method = method;
    message.cseqMethod = method;
    message.statusCode = int32At(records, at + STATUS);
    message.cseqNumber = int32At(records, at + CSEQ_NUMBER);
    message.oddities = int32At(records, at + ODDITIES);
    message.contactCount = kinds >>> 24;
    const { cells } = message.spanHashes;
    for (let i = 0; i < HASH_CELLS; i++) cells[i] = int32At(records, at + HASHES + i);
    this.takeSpan(Span.CALL_ID, at + CALL_ID);
    this.takeSpan(Span.FROM_TAG, at + FROM_TAG);
    this.takeSpan(Span.TO_TAG, at + TO_TAG);
    this.takeSpan(Span.TO_URI, at + TO_URI);
    message.viaCount = (kinds >>> 16) & 0xff;
    if (message.viaCount > 1) this.takeSecondVia(at);
  }

  private takeSpan(span: Span, at: number): void {
    const { spans } = this.message;
    spans[2 * span] = int32At(records, at);
    spans[2 * span + 1] = int32At(records, at + 1);
  }

  private takeSecondVia(at: number): void {
    const { vias, viaPorts } = this.message;
    for (let i = 0; i < 4; i++) vias[4 + i] = int32At(records, at + SECOND_VIA + i);
    viaPorts[1] = int32At(records, at + SECOND_PORT);
  }

  private mark(cells: Uint8Array, set: number): void {
    for (let port = cells.indexOf(1); port >= 0; port = cells.indexOf(1, port + 1)) {
      const word = set + (port >> 5);
      this.ownPorts[word] = int32At(this.ownPorts, word) | (1 << (port & 31));
    }
  }
}
