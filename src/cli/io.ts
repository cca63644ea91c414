import type { Config } from '../config/config.ts';

/** What a command may touch of the process that runs it, so that tests run commands inside their own. */
export interface ProbeIo {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** stderr is a terminal: progress may be drawn. */
  readonly isTerminal: boolean;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Calls back at every SIGHUP. */
  onReload(callback: () => void): void;
  /** The configuration as the same command line, environment and file give it now. Throws OperatorError. */
  readonly reread?: () => Promise<Config>;
}
