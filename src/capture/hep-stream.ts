/**
 * HEP over TCP: version 3 packets one after the other, each with its length in front. Versions 1
 * and 2 have no length, and can't be told apart in a stream.
 */

/** "HEP3", and the length of all in 16 bits. */
const HEADER_BYTES = 6;
const MAGIC = 0x48455033;

export const HepStreamResult = {
  /** All whole packets were accepted; the rest is kept. */
  MORE: 0,
  /** A packet was not accepted; it and all behind it is kept: call `resume`. */
  HELD: 1,
  /** This is not a stream of HEP packets. */
  BAD: 2,
} as const;
export type HepStreamResult = (typeof HepStreamResult)[keyof typeof HepStreamResult];

/** Takes `bytes[start, end)`, or returns false. */
export type AcceptPacket = (bytes: Uint8Array, start: number, end: number) => boolean;

export class HepStream {
  readonly #accept: AcceptPacket;
  /** Received and not yet accepted: a packet (65,535 bytes at most) and a read of the socket. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(accept: AcceptPacket) {
    this.#accept = accept;
  }

  /** Adds bytes from the socket. `bytes` may be kept until the next call. */
  push(bytes: Uint8Array): HepStreamResult {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    return this.resume();
  }

  /** Goes on with what was kept. */
  resume(): HepStreamResult {
    const bytes = this.#rest;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let offset = 0;
    let result: HepStreamResult = HepStreamResult.MORE;
    while (result === HepStreamResult.MORE && offset + HEADER_BYTES <= bytes.length) {
      const length = view.getUint16(offset + 4);
      const end = offset + length;
      if (view.getUint32(offset) !== MAGIC || length < HEADER_BYTES) return HepStreamResult.BAD;
      if (end > bytes.length) break;
      if (this.#accept(bytes, offset, end)) offset = end;
      else result = HepStreamResult.HELD;
    }
    this.#rest = bytes.subarray(offset);
    return result;
  }
}
