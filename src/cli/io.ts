import type { Config } from '../config/config.ts';

/** A stream, with its size where it is a terminal. */
export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** What a command may touch of the process that runs it, so that tests run commands inside their own. */
export interface ProbeIo {
  readonly stdout: Output;
  readonly stderr: NodeJS.WritableStream;
  /** stderr is a terminal: progress may be drawn. */
  readonly isTerminal: boolean;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Calls back at every key, one by one and not shown, when a person sits there; Ctrl-C is a key then. Returns what
   * gives the keys back; undefined when nobody sits there.
   */
  onKey?(callback: (key: string) => void): (() => void) | undefined;
  /** Calls back at every SIGHUP. */
  onReload(callback: () => void): void;
  /** The configuration as the same command line, environment and file give it now. Throws OperatorError. */
  readonly reread?: () => Promise<Config>;
}
