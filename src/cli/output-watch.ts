/**
 * Whether what a command wrote to stdout got there. Most commands write and go on; a reader that went away or a full
 * disk is known only a turn later, and is the operator's to know.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OperatorError } from '../core/operator-error.ts';
import { systemReason } from '../core/system-reason.ts';

export class OutputWatch {
  private failure: Error | undefined;

  constructor(stdout: NodeJS.WritableStream) {
    stdout.on('error', (error: Error) => {
      this.failure ??= error;
    });
  }

  /** To be called when the command is done. Throws OperatorError OUTPUT_FAILED. */
  async check(): Promise<void> {
    await nextTurn();
    if (this.failure === undefined) return;
    throw new OperatorError(
      'OUTPUT_FAILED',
      `cannot write to stdout: ${systemReason(this.failure)}`,
      'Is the reader still there, and is there room on the disk?',
      undefined,
      this.failure,
    );
  }
}
