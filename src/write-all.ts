import { OperatorError } from './core/operator-error.ts';
import { systemReason } from './core/system-reason.ts';

/** Writes a text to the end; a reader that went away, or a full disk, is the operator's to know. */
export function writeAll(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      const hint = 'Is the reader still there, and is there room on the disk?';
      const message = `cannot write the metrics: ${systemReason(error)}`;
      reject(new OperatorError('OUTPUT_FAILED', message, hint, undefined, error));
    };
    stream.once('error', fail);
    stream.write(text, (error) => {
      stream.removeListener('error', fail);
      if (error === null || error === undefined) resolve();
      else fail(error);
    });
  });
}
