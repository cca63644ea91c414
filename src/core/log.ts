/**
 * Log lines for operators: logfmt or JSON, one line each, warnings of one kind at most once a minute. Where
 * a line goes, and what time it is, is given: this folder knows no process.
 */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, string | number | boolean>>;

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'logfmt' | 'json';
  /** Gets a line without its end. */
  readonly write: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const REPEAT_MS = 60_000;
/** Kinds of warnings whose last time is kept; beyond it the oldest kind may repeat early. */
const KINDS_MAX = 256;

export class Log {
  private readonly options: LogOptions;
  private readonly last: Map<string, { atMs: number; suppressed: number }> = new Map();
  private threshold: number;

  constructor(options: LogOptions) {
    this.options = options;
    this.threshold = LEVELS.indexOf(options.level);
  }

  set level(level: LogLevel) {
    this.threshold = LEVELS.indexOf(level);
  }

  debug(message: string, fields: LogFields = {}): void {
    this.write('debug', message, fields);
  }

  info(message: string, fields: LogFields = {}): void {
    this.write('info', message, fields);
  }

  /** The same message again within a minute is only counted; the next line says how often. */
  warn(message: string, fields: LogFields = {}): void {
    const nowMs = this.options.nowMs();
    const kind = message.replaceAll(/\d+/g, '#');
    const known = this.last.get(kind);
    if (known !== undefined && nowMs - known.atMs < REPEAT_MS) {
      known.suppressed += 1;
      return;
    }
    const suppressed = known?.suppressed ?? 0;
    this.last.delete(kind);
    if (this.last.size >= KINDS_MAX) this.last.delete(this.last.keys().next().value ?? '');
    this.last.set(kind, { atMs: nowMs, suppressed: 0 });
    this.write('warn', message, suppressed > 0 ? { ...fields, suppressed } : fields);
  }

  error(message: string, fields: LogFields = {}): void {
    this.write('error', message, fields);
  }

  private write(level: LogLevel, message: string, fields: LogFields): void {
    if (LEVELS.indexOf(level) < this.threshold) return;
    // biome-ignore lint/style/noRestrictedGlobals: it writes the given time, and reads no clock.
    const ts = new Date(this.options.nowMs()).toISOString();
    const record = { ts, level, msg: message, ...fields };
    if (this.options.format === 'json') this.options.write(JSON.stringify(record));
    else this.options.write(Object.entries(record).map(pair).join(' '));
  }
}

function pair([key, value]: [string, string | number | boolean]): string {
  const text = String(value);
  return /^[^\s"=\p{Cc}]+$/u.test(text) ? `${key}=${text}` : `${key}=${JSON.stringify(text)}`;
}
