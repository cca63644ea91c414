/**
 * Times that hold on a busy machine too. A bound on time is one on what the code does: it is measured as processor time,
 * or without the time in which something, perhaps this very test, waited for a processor.
 */
import { readFileSync } from 'node:fs';

const TICK_MS = 10;

/** Processor time of this process so far, in milliseconds. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Of its main thread alone, in steps of ten milliseconds. */
export function mainThreadMs(): number {
  const fields = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8').split(') ')[1] ?? '';
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number);
  return (user + system) * TICK_MS;
}

/** Milliseconds so far in which anything on this machine waited for a processor; 0 where the kernel does not say. */
function contendedMs(): number {
  try {
    const text = readFileSync('/proc/pressure/cpu', 'utf8');
    return Number(/^some .*total=(\d+)$/m.exec(text)?.[1] ?? 0) / 1000;
  } catch {
    return 0; // Without pressure stall information all time is taken for the program's own.
  }
}

/** What has passed since it was made, but for the time in which something waited for a processor. */
export class OwnTime {
  readonly #startMs: number = performance.now();
  readonly #contendedMs: number = contendedMs();

  get passedMs(): number {
    return performance.now() - this.#startMs - this.contendedMs;
  }

  /** That time. */
  get contendedMs(): number {
    return contendedMs() - this.#contendedMs;
  }
}
