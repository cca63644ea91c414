/**
 * Where packets and messages went, with the frames of the first few of each kind: what `replay --explain`
 * prints. Kept only when asked for.
 */
const FRAMES_KEPT = 5;
const CODES_MAX = 64;

export class Explain {
  private readonly counts: Float64Array = new Float64Array(CODES_MAX);
  private readonly frames: Float64Array = new Float64Array(CODES_MAX * FRAMES_KEPT);

  note(code: number, frame: number): void {
    const count = this.counts[code] ?? 0;
    if (count < FRAMES_KEPT) this.frames[code * FRAMES_KEPT + count] = frame;
    this.counts[code] = count + 1;
  }

  count(code: number): number {
    return this.counts[code] ?? 0;
  }

  /** Frame numbers of the first few, from 1. */
  firstFrames(code: number): number[] {
    const kept = Math.min(this.count(code), FRAMES_KEPT);
    return Array.from(this.frames.subarray(code * FRAMES_KEPT, code * FRAMES_KEPT + kept));
  }
}
