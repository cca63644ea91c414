/** The counting thread's end of the reading one: what it said, in order, and what it is told. */
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type Worker,
} from 'node:worker_threads';
import { assert } from './core/assert.ts';
import { takeReader } from './early-reader.ts';
import type { ReadAheadOrder, ReaderSays, SkipSaid } from './read-ahead-messages.ts';

export class ReaderThread {
  private readonly worker: Worker;
  private readonly port: MessagePort;
  private readonly said: ReaderSays[] = [];
  private wake: (() => void) | undefined;
  private failure: unknown;
  private exited = false;
  private closed = false;

  constructor(order: Omit<ReadAheadOrder, 'port'>) {
    const { port1, port2 } = new MessageChannel();
    const whole: ReadAheadOrder = { ...order, port: port2 };
    this.port = port1;
    this.worker = takeReader();
    this.worker.postMessage(whole, [port2]);
    const wake = (): void => this.wake?.();
    this.port.on('message', (said: ReaderSays) => {
      this.said.push(said);
      wake();
    });
    this.worker.on('error', (error) => {
      this.failure = error;
      wake();
    });
    this.worker.on('exit', () => {
      this.exited = true;
      wake();
    });
  }

  tell(what: SkipSaid): void {
    this.port.postMessage(what);
  }

  /** What was said and not heard yet, without a turn of the event loop; undefined when that is nothing. */
  heard(): ReaderSays | undefined {
    if (this.failure !== undefined) throw this.failure;
    const said: ReaderSays | undefined =
      this.said.shift() ?? receiveMessageOnPort(this.port)?.message;
    return said;
  }

  /** What is said next; undefined after `close`. Throws what the thread died of. */
  async next(): Promise<ReaderSays | undefined> {
    while (!this.closed) {
      const said = this.heard();
      if (said !== undefined) return said;
      assert(!this.exited, 'a reader says how it ends');
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return undefined;
  }

  /** The thread ends by itself; nobody waits for it, since what it has read is all that was wanted. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.wake?.();
    this.port.close();
    this.worker.unref();
    void this.worker.terminate();
  }
}
