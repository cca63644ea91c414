/** New bytes of one TCP direction. Reused; `buf` is the packet's. */
export class Segment {
  buf: Uint8Array = new Uint8Array(0);
  /** What was captured of it. */
  start = 0;
  end = 0;
  /** Bytes behind `end` that were on the wire and not captured. */
  cut = 0;
  /** Of the byte at `start`. */
  sequence = 0;
  timeUs = 0;
}
