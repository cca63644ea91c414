/**
 * One interface of a pcapng section: the Interface Description Block
 * (draft-ietf-opsawg-pcapng 4.2), of which the link type, the snapshot length and the clock's
 * resolution and offset matter here. Names, addresses, filters and comments are skipped.
 */

const FIXED_BYTES = 8;
const OPTION_HEADER_BYTES = 4;
const OPTION_END = 0;
const OPTION_TSRESOL = 9;
const OPTION_TSOFFSET = 14;
/** Options beyond this many are not looked at. */
const OPTIONS_MAX = 64;

const TWO_TO_32 = 4_294_967_296;
const POWER_OF_TWO = 0x80;

export class PcapngInterface {
  linktype = 0;
  /** 0: no limit. */
  snaplen = 0;
  #offsetUs = 0;
  /** A tick of the high word, and of the low word, is `multiplier / divisor` microseconds. */
  #multiplier = 1;
  #divisor = 1;
  /** 2^32 divided by the divisor: quotient and remainder, so that no bit of a product is lost. */
  #quotient = TWO_TO_32;
  #remainder = 0;

  /** The 64-bit time of a packet block, in microseconds since the epoch. */
  timestampUs(high: number, low: number): number {
    const whole = high * this.#quotient;
    const part = (high * this.#remainder + low) / this.#divisor;
    return whole * this.#multiplier + part * this.#multiplier + this.#offsetUs;
  }

  /** Resolution as the option if_tsresol has it: 10^-n seconds, or 2^-n with the top bit set. */
  setResolution(code: number): void {
    const exponent = code & ~POWER_OF_TWO;
    if ((code & POWER_OF_TWO) !== 0) {
      this.#setScale(1e6, 2 ** exponent);
      return;
    }
    if (exponent >= 6) this.#setScale(1, 10 ** (exponent - 6));
    else this.#setScale(10 ** (6 - exponent), 1);
  }

  #setScale(multiplier: number, divisor: number): void {
    this.#multiplier = multiplier;
    this.#divisor = divisor;
    this.#quotient = Math.floor(TWO_TO_32 / divisor);
    this.#remainder = TWO_TO_32 % divisor;
  }

  setOffset(seconds: number): void {
    this.#offsetUs = seconds * 1e6;
  }
}

/** Reads the body of an Interface Description Block; undefined when it is too short. */
export function readPcapngInterface(
  view: DataView,
  start: number,
  end: number,
  littleEndian: boolean,
): PcapngInterface | undefined {
  if (start + FIXED_BYTES > end) return undefined;
  const description = new PcapngInterface();
  description.linktype = view.getUint16(start, littleEndian);
  description.snaplen = view.getUint32(start + 4, littleEndian);
  readOptions(view, start + FIXED_BYTES, end, littleEndian, description);
  return description;
}

function readOptions(
  view: DataView,
  start: number,
  end: number,
  littleEndian: boolean,
  description: PcapngInterface,
): void {
  let offset = start;
  for (let i = 0; i < OPTIONS_MAX && offset + OPTION_HEADER_BYTES <= end; i += 1) {
    const code = view.getUint16(offset, littleEndian);
    const length = view.getUint16(offset + 2, littleEndian);
    const value = offset + OPTION_HEADER_BYTES;
    if (code === OPTION_END || value + length > end) return;
    if (code === OPTION_TSRESOL && length === 1) description.setResolution(view.getUint8(value));
    if (code === OPTION_TSOFFSET && length === 8) {
      description.setOffset(readInt64(view, value, littleEndian));
    }
    offset = value + ((length + 3) & ~3);
  }
}

function readInt64(view: DataView, offset: number, littleEndian: boolean): number {
  const high = view.getInt32(littleEndian ? offset + 4 : offset, littleEndian);
  const low = view.getUint32(littleEndian ? offset : offset + 4, littleEndian);
  return high * TWO_TO_32 + low;
}
