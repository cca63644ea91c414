/**
 * The usual packets of the batch that the pipeline is at: read by whoever made the batch, or here, some at a time,
 * when the pipeline comes to them.
 */
import type { Flow } from './core/flow.ts';
import type { PacketBatch } from './core/packet-batch.ts';
import { PacketRecords, RECORD_WORDS, TRANSACTION_KEY } from './packet-records.ts';
import { type PortSets, scannedRecords, scanPackets } from './packet-scanner.ts';
import type { SipMessage } from './sip-parser/message.ts';
import { LOOKAHEAD_MAX, type Lookahead } from './state/lookahead.ts';

export class UsualPackets {
  private readonly reader: PacketRecords = new PacketRecords();
  private readonly lookahead: Lookahead | undefined;
  private readonly portSets: PortSets;
  private batch: PacketBatch | undefined;
  private records: Int32Array = scannedRecords;
  /** Packets [first, end) of the batch have records, the first of them at word 0. */
  private first = 0;
  private end = 0;
  /** Up to here the tables were touched. */
  private ahead = 0;

  constructor(portSets: PortSets, lookahead?: Lookahead) {
    this.lookahead = lookahead;
    this.portSets = portSets;
  }

  /** What `take` fills; its hashes begin with the seeds that are set here. */
  get message(): SipMessage {
    return this.reader.message;
  }

  /** From here on it is about this batch. */
  begin(batch: PacketBatch): void {
    this.batch = batch;
    this.records = batch.records ?? scannedRecords;
    this.first = 0;
    this.end = batch.records === undefined ? 0 : batch.count;
    this.ahead = 0;
  }

  /** Whether the batch's packet `index` is a usual one. Asked of packets in their order. */
  isUsual(index: number): boolean {
    if (index >= this.end) this.scan(index);
    if (index >= this.ahead) this.lookAhead(index);
    return this.records[(index - this.first) * RECORD_WORDS] === 1 && index < this.end;
  }

  /** Its message into `message`, and who sent it to whom into `flow`. */
  take(index: number, flow: Flow): void {
    this.reader.take(this.records, (index - this.first) * RECORD_WORDS, flow);
  }

  private lookAhead(index: number): void {
    this.ahead = Math.min(index + LOOKAHEAD_MAX, this.end);
    const at = (index - this.first) * RECORD_WORDS + TRANSACTION_KEY;
    this.lookahead?.transactions(this.records, at, RECORD_WORDS, this.ahead - index);
  }

  private scan(index: number): void {
    const { batch } = this;
    if (batch === undefined) return;
    const count = scanPackets(batch, index, this.portSets, this.message.spanHashes);
    this.first = index;
    this.end = index + count;
    // Out of reach, and not asked again.
    if (count === 0) this.batch = undefined;
  }
}
