/** What tests run in a worker: captures until terminated, or opens and closes many times. */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { openSource } from './live-source.ts';

export interface LiveWork {
  readonly interface: string;
  /** 0: capture until terminated, with a message for each batch that has packets. */
  readonly cycles: number;
}

/** Starts this file as a worker. */
export function startLiveWorker(work: LiveWork): Worker {
  return new Worker(new URL(import.meta.url), { workerData: { live: work } });
}

async function openAndClose(work: LiveWork): Promise<void> {
  for (let index = 0; index < work.cycles; index++) {
    const { source } = await openSource([work.interface], { bufferBytes: 1024 * 1024 });
    // Closed with and without a capture thread, and with one that has hardly begun.
    const pending = index % 2 === 0 ? source.next() : undefined;
    await source.close();
    await pending;
  }
}

async function capture(work: LiveWork): Promise<void> {
  const { source } = await openSource([work.interface]);
  parentPort?.postMessage({ opened: true });
  for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
    if (batch.count > 0) parentPort?.postMessage({ count: batch.count });
  }
}

// Only as a worker of its own; imported, this file does nothing.
const given: LiveWork | undefined = workerData?.live;
if (given !== undefined) await (given.cycles > 0 ? openAndClose(given) : capture(given));
