/** What the process says to its supervisor. */
export const ExitCode = { OK: 0, OPERATOR: 1, USAGE: 2, BUG: 70, RESTART: 75 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/**
 * A problem that the operator can solve. Printed as one line: what happened, what to do.
 * Anything else that is thrown is our bug.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  /** Stable, upper case: EACCES_CAPTURE, NO_SUCH_INTERFACE … */
  readonly code: string;
  /** What to do about it, a sentence. */
  readonly hint: string;
  readonly exitCode: ExitCode;

  constructor(
    code: string,
    message: string,
    hint: string,
    exitCode: ExitCode = ExitCode.OPERATOR,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
    this.exitCode = exitCode;
  }
}
