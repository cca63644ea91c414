/** A line on the terminal that says how far a replay has come: share of the files, packets, rate, time left. */
import type { FileProgress } from './capture/file-source.ts';
import type { PipelineCounters } from './core/pipeline-counters.ts';

const REDRAW_MS = 200;
/** Short replays draw nothing. */
const QUIET_MS = 500;
const BAR_CELLS = 20;
const CLEAR_LINE = '\r\u001b[K';

type Screen = NodeJS.WritableStream & { readonly columns?: number };

export class Progress {
  private readonly stream: Screen;
  private readonly progress: () => readonly FileProgress[];
  private readonly startedMs: number = performance.now();
  private drawnMs = 0;
  private drawn = false;

  /** `progress`: of each file. */
  constructor(stream: Screen, progress: () => readonly FileProgress[]) {
    this.stream = stream;
    this.progress = progress;
  }

  show(counters: PipelineCounters): void {
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.startedMs;
    if (elapsedMs < QUIET_MS || nowMs - this.drawnMs < REDRAW_MS) return;
    this.drawnMs = nowMs;
    this.drawn = true;
    const rate = Math.round(counters.messages / (elapsedMs / 1000));
    const { packets, messages } = counters;
    const text = `${packets} packets  ${messages} messages  ${rate}/s${this.shareText(elapsedMs)}`;
    // A line that goes on in the next one could not be taken back.
    const { columns = text.length + 1 } = this.stream;
    this.stream.write(`${CLEAR_LINE}${text.slice(0, columns - 1)}`);
  }

  clear(): void {
    if (this.drawn) this.stream.write(CLEAR_LINE);
    this.drawn = false;
  }

  private shareText(elapsedMs: number): string {
    let read = 0;
    let total = 0;
    for (const { bytesRead, bytesTotal } of this.progress()) {
      if (bytesTotal === undefined) return '';
      read += bytesRead;
      total += bytesTotal;
    }
    if (total === 0 || read === 0) return '';
    const share = Math.min(1, read / total);
    const filled = Math.round(share * BAR_CELLS);
    const bar = '#'.repeat(filled).padEnd(BAR_CELLS, '.');
    const left = Math.ceil((elapsedMs / 1000) * (1 / share - 1));
    return `  [${bar}] ${Math.floor(share * 100)} %  ${left} s left`;
  }
}
