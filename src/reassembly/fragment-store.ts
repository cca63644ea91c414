/**
 * The bytes of datagrams that are being put together: pages of one block of memory, taken as a row needs them, so
 * that a datagram of 3 kB holds two and one of 60 kB thirty. Each page knows which of its units of eight bytes are
 * filled (RFC 791 3.2: fragments begin and end on units); what was filled first stays.
 *
 * The block is allocated up front; the operating system commits its memory when it is first written.
 */
import { readUint8 } from '../core/bytes.ts';
import { int32At, int32Column } from '../core/columns.ts';
import { Slab } from '../core/slab.ts';
import type { DecodedPacket } from '../decode/decoded-packet.ts';
import { copyBytes } from './copy-bytes.ts';

/** The largest payload of a datagram (RFC 791 3.1, RFC 8200 3). */
export const DATAGRAM_BYTES_MAX = 65_535;

const PAGE_BYTES = 2048;
const UNIT_BYTES = 8;
const UNITS_OF_PAGE: number = PAGE_BYTES / UNIT_BYTES;
const MAP_WORDS_OF_PAGE: number = UNITS_OF_PAGE / 32;
const PAGES_OF_DATAGRAM: number = (DATAGRAM_BYTES_MAX + 1) / PAGE_BYTES;
const WHOLE_BYTES: number = PAGES_OF_DATAGRAM * PAGE_BYTES;

export class FragmentStore {
  /** Begins with room for one whole datagram, the last that `gather` put together; the pages follow. */
  readonly memory: Uint8Array;
  /** Of the last `put`: it met units that were filled, and did not merely repeat them. */
  overlapped = false;
  /** Of the current `put`: units that were filled, and whether one of them held other bytes. */
  private met = 0;
  private differs = false;

  private readonly pages: Slab;
  /** Per row and page of its datagram: the page in memory + 1, or 0. */
  private readonly pageOf: Int32Array;
  /** A bit per unit. */
  private readonly filled: Int32Array;

  /** `bytesMax`: of the pages together, at least one datagram's. */
  constructor(rowsMax: number, bytesMax: number) {
    const pagesMax = Math.max(PAGES_OF_DATAGRAM, Math.floor(bytesMax / PAGE_BYTES));
    this.memory = new Uint8Array(WHOLE_BYTES + pagesMax * PAGE_BYTES);
    this.pages = new Slab(pagesMax);
    this.pageOf = int32Column(rowsMax * PAGES_OF_DATAGRAM);
    this.filled = int32Column(pagesMax * MAP_WORDS_OF_PAGE);
  }

  /** Whether the pages that bytes [from, to) of a datagram may need are free. */
  hasRoom(from: number, to: number): boolean {
    const first = Math.floor(from / PAGE_BYTES);
    const last = Math.floor((to - 1) / PAGE_BYTES);
    return this.pages.rowsMax - this.pages.size > last - first;
  }

  /**
   * Fills the units of the row's datagram that the fragment covers and nothing has filled: also those that the
   * capture cut off, whose bytes are then undefined. Returns how many; the caller has made room.
   */
  put(row: number, buf: Uint8Array, packet: DecodedPacket): number {
    const start = packet.transportOffset;
    const captured = packet.networkEnd - start;
    const length = packet.networkWireEnd - start;
    this.met = 0;
    this.differs = false;
    let added = 0;
    let done = 0;
    while (done < length) {
      const offset = packet.fragmentOffset + done;
      const room = PAGE_BYTES - (offset % PAGE_BYTES);
      const units = Math.ceil(Math.min(room, length - done) / UNIT_BYTES);
      const at = this.placeOf(row, offset);
      const bytes = Math.max(0, Math.min(units * UNIT_BYTES, captured - done));
      added += this.isEmpty(at, units)
        ? this.fillRun(at, units, buf, start + done, bytes)
        : this.fillGaps(at, units, buf, start + done, bytes);
      done += units * UNIT_BYTES;
    }
    this.overlapped = this.met > 0 && (added > 0 || this.differs);
    return added;
  }

  /** Copies the row's datagram of `length` bytes to the beginning of `memory`. */
  gather(row: number, length: number): void {
    for (let index = 0; index * PAGE_BYTES < length; index++) {
      const page = int32At(this.pageOf, row * PAGES_OF_DATAGRAM + index) - 1;
      const from = WHOLE_BYTES + page * PAGE_BYTES;
      this.memory.copyWithin(index * PAGE_BYTES, from, from + PAGE_BYTES);
    }
  }

  /** Gives the row's pages back. */
  release(row: number): void {
    const first = row * PAGES_OF_DATAGRAM;
    for (let i = first; i < first + PAGES_OF_DATAGRAM; i++) {
      const page = int32At(this.pageOf, i) - 1;
      if (page >= 0) this.pages.free(page);
    }
    this.pageOf.fill(0, first, first + PAGES_OF_DATAGRAM);
  }

  /** Where in memory a unit of the row's datagram lies; takes a page for it when there is none. */
  private placeOf(row: number, offset: number): number {
    const slot = row * PAGES_OF_DATAGRAM + Math.floor(offset / PAGE_BYTES);
    let page = int32At(this.pageOf, slot) - 1;
    if (page < 0) {
      page = this.pages.allocate();
      this.pageOf[slot] = page + 1;
      this.filled.fill(0, page * MAP_WORDS_OF_PAGE, (page + 1) * MAP_WORDS_OF_PAGE);
    }
    return WHOLE_BYTES + page * PAGE_BYTES + (offset % PAGE_BYTES);
  }

  /** Whether none of the units from `at` on is filled. They lie in one page. */
  private isEmpty(at: number, units: number): boolean {
    const first = (at - WHOLE_BYTES) / UNIT_BYTES;
    for (let unit = first; unit < first + units; unit++) {
      if ((int32At(this.filled, unit >> 5) & (1 << (unit & 31))) !== 0) return false;
    }
    return true;
  }

  private fillRun(
    at: number,
    units: number,
    buf: Uint8Array,
    start: number,
    bytes: number,
  ): number {
    const first = (at - WHOLE_BYTES) / UNIT_BYTES;
    for (let unit = first; unit < first + units; unit++) {
      this.filled[unit >> 5] = int32At(this.filled, unit >> 5) | (1 << (unit & 31));
    }
    copyBytes(this.memory, at, buf, start, start + bytes);
    return units;
  }

  /** Unit by unit, comparing what is there with what comes. */
  private fillGaps(
    at: number,
    units: number,
    buf: Uint8Array,
    start: number,
    bytes: number,
  ): number {
    let added = 0;
    for (let i = 0; i < units; i++) {
      const from = i * UNIT_BYTES;
      const count = Math.min(UNIT_BYTES, bytes - from);
      if (this.isEmpty(at + from, 1)) {
        added += this.fillRun(at + from, 1, buf, start + from, Math.max(0, count));
      } else {
        this.met++;
        for (let j = from; j < from + count; j++) {
          if (this.memory[at + j] !== readUint8(buf, start + j)) this.differs = true;
        }
      }
    }
    return added;
  }
}
