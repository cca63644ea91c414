/**
 * What was decided about one end of a flow (addresses, ports, transport), bounded: the oldest decision is
 * forgotten first, and is then made anew by the next request.
 */
import { int32At, int32Column, uint8At, uint8Column } from '../core/columns.ts';
import { EvictionLists } from '../core/eviction-lists.ts';
import type { Flow } from '../core/flow.ts';
import { Hasher } from '../core/hash.ts';
import { KeyTable } from '../core/key-table.ts';
import { Slab } from '../core/slab.ts';

export const Verdict = { UNKNOWN: 0, LOCAL: 1, FOREIGN: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

const SLOTS_INITIAL = 64;

export class FlowMemory {
  readonly slab: Slab;
  evictions = 0;
  private readonly keys: KeyTable;
  private readonly lists: EvictionLists;
  private readonly hasher: Hasher;
  private readonly keyLo: Int32Array;
  private readonly keyHi: Int32Array;
  private readonly verdicts: Uint8Array;

  constructor(rowsMax: number, seed: number) {
    this.slab = new Slab(rowsMax);
    this.keys = new KeyTable(rowsMax, SLOTS_INITIAL);
    this.lists = EvictionLists.apart(rowsMax, 1);
    this.hasher = new Hasher(seed);
    this.keyLo = int32Column(rowsMax);
    this.keyHi = int32Column(rowsMax);
    this.verdicts = uint8Column(rowsMax);
  }

  verdictOfSource(flow: Flow): Verdict {
    this.load(flow, 0);
    return this.find();
  }

  verdictOfDestination(flow: Flow): Verdict {
    this.load(flow, 4);
    return this.find();
  }

  /** Notes what the source of the flow is. */
  remember(flow: Flow, verdict: Verdict): void {
    this.load(flow, 0);
    const { lo, hi } = this.hasher;
    if (this.slab.size === this.slab.rowsMax) this.evict();
    const row = this.slab.allocate();
    this.keys.insert(lo, hi, row);
    this.keyLo[row] = lo;
    this.keyHi[row] = hi;
    this.verdicts[row] = verdict;
    this.lists.add(row, 0);
  }

  private find(): Verdict {
    const row = this.keys.find(this.hasher.lo, this.hasher.hi);
    if (row < 0) return Verdict.UNKNOWN;
    return uint8At(this.verdicts, row) === Verdict.LOCAL ? Verdict.LOCAL : Verdict.FOREIGN;
  }

  private evict(): void {
    const row = this.lists.oldest();
    this.keys.remove(int32At(this.keyLo, row), int32At(this.keyHi, row));
    this.lists.remove(row);
    this.slab.free(row);
    this.evictions++;
  }

  /** The flow seen from one end: that end's words first, so that both directions give the same key. */
  private load(flow: Flow, end: number): void {
    const { hasher } = this;
    const { addresses } = flow;
    hasher.reset();
    for (let i = 0; i < 4; i++) hasher.word(int32At(addresses, end + i));
    for (let i = 0; i < 4; i++) hasher.word(int32At(addresses, 4 - end + i));
    const near = end === 0 ? flow.sourcePort : flow.destinationPort;
    const far = end === 0 ? flow.destinationPort : flow.sourcePort;
    hasher.word((near << 16) | far);
    hasher.word(flow.transport);
    hasher.finish();
  }
}
