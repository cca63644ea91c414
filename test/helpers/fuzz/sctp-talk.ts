/** One SCTP association of a fuzzer: messages whole and in pieces, bundled, and chunks that lie (RFC 9260, RFC 8260). */
import { text } from '../capture-file.ts';
import type { CapturedPacket } from '../read-pcap.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { CLIENT, dataChunk, SERVER, sctpPacket } from '../tcp-packet.ts';
import type { SipGenerator } from './sip-generator.ts';

const FIRST = 2;
const LAST = 1;
const UNORDERED = 4;
const PIECES_MAX = 5;
const BUNDLE_MAX = 4;

export class SctpTalk {
  private readonly random: SeededRandom;
  private readonly messages: SipGenerator;
  private readonly port: number;
  private readonly tag: number;
  private readonly isInterleaved: boolean;
  private readonly waiting: Uint8Array[] = [];
  private tsn: number;
  private message = 0;

  constructor(random: SeededRandom, messages: SipGenerator, port: number) {
    this.random = random;
    this.messages = messages;
    this.port = port;
    this.tag = random.integer(1, 2 ** 31);
    this.isInterleaved = random.chance(0.3);
    this.tsn = random.chance(0.3)
      ? 2 ** 32 - random.integer(1, 20)
      : random.integer(0, 2 ** 32 - 1);
  }

  next(): CapturedPacket {
    const { random, waiting } = this;
    if (waiting.length === 0) this.write();
    const chunks = waiting.splice(0, random.integer(1, BUNDLE_MAX));
    // A chunk may be lost, come again, or not be what it says.
    if (random.chance(0.05)) chunks.shift();
    if (random.chance(0.05)) waiting.push(...chunks);
    if (random.chance(0.1)) chunks.unshift(this.control());
    if (random.chance(0.08)) this.lie(chunks);
    const toServer = random.chance(0.7);
    return sctpPacket({
      source: toServer ? CLIENT : SERVER,
      sourcePort: toServer ? this.port : 5060,
      destination: toServer ? SERVER : CLIENT,
      destinationPort: toServer ? 5060 : this.port,
      tag: random.chance(0.98) ? this.tag : 0,
      chunks,
      cut: random.chance(0.03) ? random.integer(0, 12) : 0,
    });
  }

  private write(): void {
    const { random } = this;
    const written = random.chance(0.95)
      ? this.messages.next('SCTP', random.chance(0.6))
      : '\r\n\r\n';
    const pieces = random.chance(0.5) ? 1 : random.integer(2, PIECES_MAX);
    const size = Math.ceil(written.length / pieces);
    const unordered = random.chance(0.2) ? UNORDERED : 0;
    const stream = random.integer(0, 3);
    this.message++;
    for (let i = 0; i < pieces; i++) {
      const data = text(written.slice(i * size, (i + 1) * size));
      const flags = unordered | (i === 0 ? FIRST : 0) | (i === pieces - 1 ? LAST : 0);
      const fields = { tsn: this.tsn++, flags, data };
      const interleaved = { stream, message: this.message, fragment: i };
      this.waiting.push(dataChunk(this.isInterleaved ? { ...fields, interleaved } : fields));
    }
    if (random.chance(0.1)) this.waiting.reverse();
  }

  /** INIT, SACK, HEARTBEAT, ABORT, SHUTDOWN and whatever has such a number. */
  private control(): Uint8Array {
    const { random } = this;
    const length = random.integer(1, 10) * 4;
    const chunk = new Uint8Array(length);
    chunk.set([random.pick([1, 2, 3, 4, 6, 7, 14, 192, 255]), random.integer(0, 255), 0, length]);
    return chunk;
  }

  private lie(chunks: readonly Uint8Array[]): void {
    const { random } = this;
    if (chunks.length === 0) return;
    const chunk = random.pick(chunks);
    const at = random.integer(0, Math.min(19, chunk.length - 1));
    chunk[at] = random.integer(0, 255);
  }
}
