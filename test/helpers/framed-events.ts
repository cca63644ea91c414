/** Runs a byte stream through Framing in given pieces and writes its events as lines of text. */
import { Frame, type Opening } from '../../src/sip-parser/frame.ts';
import { Framing } from '../../src/sip-parser/framing.ts';

export interface FramingRun {
  readonly opening: Opening;
  /** 1 for the side that pings. */
  readonly pings: number;
  readonly messageMax: number;
}

const names: readonly string[] = Object.keys(Frame);

function text(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

/** Events of the stream cut into `pieces`; the bytes between pieces are moved like a buffer would. */
export function framedEvents(run: FramingRun, pieces: readonly Uint8Array[]): string[] {
  const framing = new Framing(1, run.messageMax);
  framing.open(0, run.opening, run.pings);
  const events: string[] = [];
  let unread: Uint8Array = new Uint8Array(0);
  for (const piece of pieces) {
    // A byte before and LFs behind the window: neither may be looked at.
    const window = new Uint8Array(1 + unread.length + piece.length + 4).fill(10);
    window.set(unread, 1);
    window.set(piece, 1 + unread.length);
    const end = 1 + unread.length + piece.length;
    let start = 1;
    framing.forgetWindow();
    for (;;) {
      const frame = framing.next(0, window, start, end);
      start = framing.consumed;
      if (frame === Frame.MORE) break;
      const name = names[frame] ?? '?';
      if (frame !== Frame.MESSAGE) events.push(name);
      else {
        const message = text(window.subarray(framing.start, framing.end));
        events.push(`${name} +${framing.wireEnd - framing.end} ${message}`);
      }
      if (frame === Frame.HTTP || frame === Frame.NOT_SIP) return events;
    }
    unread = window.slice(start, end);
  }
  return events;
}

/** The bytes cut at the given offsets, sorted or not, repeated or not. */
export function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const sorted = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const cut of [...sorted, bytes.length]) {
    if (cut > from) pieces.push(bytes.subarray(from, cut));
    from = Math.max(from, cut);
  }
  return pieces;
}
