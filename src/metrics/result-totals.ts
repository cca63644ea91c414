/** The results of attempts summed over directions: by code for the whole probe, answered and ended for each peer. */
import { float64At } from '../core/columns.ts';
import { codeIndex, RESULT_NAMES } from './catalogue-labels.ts';
import type { CounterFamily } from './counter-family.ts';

const LABEL_PEER = 1;
const LABEL_CODE = 2;
const ANSWERED_FROM = codeIndex(200);
const ANSWERED_TO = codeIndex(299);

export class ResultTotals {
  /** Indexed as RESULT_NAMES. */
  readonly byCode: Float64Array = new Float64Array(RESULT_NAMES.length);
  private readonly results: CounterFamily;
  private readonly answeredBySlot: Float64Array;
  private readonly endedBySlot: Float64Array;

  constructor(results: CounterFamily, peerCapacity: number) {
    this.results = results;
    this.answeredBySlot = new Float64Array(peerCapacity);
    this.endedBySlot = new Float64Array(peerCapacity);
  }

  refresh(): void {
    this.byCode.fill(0);
    this.answeredBySlot.fill(0);
    this.endedBySlot.fill(0);
    const { space } = this.results;
    for (const set of this.results.sets) {
      const count = this.results.value(set);
      const code = space.valueAt(set, LABEL_CODE);
      const slot = space.valueAt(set, LABEL_PEER);
      this.byCode[code] = float64At(this.byCode, code) + count;
      this.endedBySlot[slot] = this.ended(slot) + count;
      if (ANSWERED_FROM <= code && code <= ANSWERED_TO) {
        this.answeredBySlot[slot] = this.answered(slot) + count;
      }
    }
  }

  answered(slot: number): number {
    return float64At(this.answeredBySlot, slot);
  }

  ended(slot: number): number {
    return float64At(this.endedBySlot, slot);
  }
}
