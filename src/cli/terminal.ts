/**
 * A screen that is drawn again and again: on a terminal in a buffer of its own, cut to its size and put back at the
 * end; anywhere else one text after another.
 */
import type { Output, ProbeIo } from './io.ts';

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const TONES: Readonly<Record<Line['tone'], string>> = {
  plain: '',
  heading: '\u001b[1m',
  soft: '\u001b[2m',
  good: '\u001b[1;32m',
  doubt: '\u001b[1;33m',
  bad: '\u001b[1;31m',
  wait: '\u001b[1;36m',
};
const NO_TONE = '\u001b[0m';

export interface Line {
  readonly text: string;
  readonly tone: 'plain' | 'heading' | 'soft' | 'good' | 'doubt' | 'bad' | 'wait';
}

export class Terminal {
  private readonly stdout: Output;
  private readonly coloured: boolean;
  private readonly ownScreen: boolean;
  private entered = false;

  /** `once`: one screen, which stays on the terminal. */
  constructor({ stdout, environment }: ProbeIo, once: boolean) {
    this.stdout = stdout;
    this.ownScreen = !once && this.isTerminal;
    this.coloured = this.isTerminal && (environment['NO_COLOR'] ?? '') === '';
  }

  get isTerminal(): boolean {
    return this.stdout.isTTY === true;
  }

  /** 0: as long as lines are. */
  get columns(): number {
    return this.isTerminal ? (this.stdout.columns ?? 0) : 0;
  }

  draw(lines: readonly Line[]): void {
    if (!this.ownScreen) {
      this.stdout.write(lines.map((line) => `${this.styled(line)}\n`).join(''));
      return;
    }
    if (!this.entered) this.stdout.write(ENTER);
    this.entered = true;
    const rows = Math.max(1, this.stdout.rows ?? lines.length);
    const shown = lines.length <= rows ? lines : lines.slice(0, rows);
    const text = shown.map((line) => `${this.styled(line)}${CLEAR_LINE}`).join('\r\n');
    this.stdout.write(`${HOME}${text}${CLEAR_BELOW}`);
  }

  /** Gives the terminal back as it was. */
  leave(): void {
    if (this.entered) this.stdout.write(LEAVE);
    this.entered = false;
  }

  private styled({ text, tone }: Line): string {
    const cut = this.columns > 0 ? clipped(text, this.columns) : text;
    if (!this.coloured || TONES[tone] === '') return cut;
    return `${TONES[tone]}${cut}${NO_TONE}`;
  }
}

export function clipped(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
