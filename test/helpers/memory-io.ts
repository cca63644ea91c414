/** A ProbeIo whose streams end in strings. */
import { Writable } from 'node:stream';
import type { ProbeIo } from '../../src/cli/io.ts';

class TextSink extends Writable {
  text = '';

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

export class MemoryIo implements ProbeIo {
  readonly stdout: TextSink = new TextSink();
  readonly stderr: TextSink = new TextSink();
  readonly isTerminal = false;
  readonly abort: AbortController = new AbortController();
  readonly signal: AbortSignal = this.abort.signal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly reloads: (() => void)[] = [];

  constructor(environment: Readonly<Record<string, string | undefined>> = {}) {
    this.environment = environment;
  }

  /** A property, so that a copy of the object has it too. */
  readonly onReload = (callback: () => void): void => {
    this.reloads.push(callback);
  };
}
