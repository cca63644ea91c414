/** The slowest calls seen so far, a fixed number of them, slowest first. */

export const SLOWEST_MAX = 20;

export interface SlowCall {
  /** When its delay ended. */
  readonly timestampUs: number;
  readonly durationUs: number;
  readonly direction: 'in' | 'out';
  readonly delay: 'PDD' | 'answer';
  /** As on the wire. Personal data: shown only when asked for. */
  readonly callId: string;
}

export class SlowestCalls {
  private readonly calls: SlowCall[] = [];

  /** `describe` is called only when the call is among the slowest. */
  offer(durationUs: number, describe: () => SlowCall): void {
    const { calls } = this;
    const last = calls.at(-1);
    if (calls.length === SLOWEST_MAX && last !== undefined && durationUs <= last.durationUs) return;
    const at = calls.findIndex((call) => call.durationUs < durationUs);
    calls.splice(at < 0 ? calls.length : at, 0, describe());
    if (calls.length > SLOWEST_MAX) calls.pop();
  }

  list(): readonly SlowCall[] {
    return this.calls;
  }
}
