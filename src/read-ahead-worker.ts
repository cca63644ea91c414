/**
 * The thread that reads: opens the files anew, leaves out what was counted while it started, reads the usual packets
 * of each batch, and hands it over.
 */
import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { assert } from './core/assert.ts';
import { OperatorError } from './core/operator-error.ts';
import type { PacketBatch } from './core/packet-batch.ts';
import { RECORD_WORDS } from './packet-records.ts';
import { scannedRecords, scanPackets } from './packet-scanner.ts';
import { Credit } from './read-ahead-credit.ts';
import type { ReadAheadOrder, ReaderSays, SkipSaid } from './read-ahead-messages.ts';
import { createSlotBuffer, Slot } from './read-ahead-slots.ts';
import { filesOf, mergedOf } from './sources.ts';

assert(parentPort !== null, 'this is a thread');
const order = await once(parentPort, 'message').then(([first]): ReadAheadOrder => first);
const { port } = order;
const slots = order.buffers.map((buffer) => new Slot(buffer));
const credit = new Credit(order.credit);
const say = (what: ReaderSays): void => port.postMessage(what);

const files = filesOf(order.files, (line) => say({ kind: 'warning', line }));
const source = mergedOf(files);

/** Records for all packets of a batch; none is a usual one where the scanner does not reach. */
function readRecords(batch: PacketBatch, records: Int32Array): void {
  for (let from = 0; from < batch.count; ) {
    const count = scanPackets(batch, from, order.portSets, order.seeds);
    if (count === 0) {
      records.fill(0, from * RECORD_WORDS, batch.count * RECORD_WORDS);
      return;
    }
    records.set(scannedRecords.subarray(0, count * RECORD_WORDS), from * RECORD_WORDS);
    from += count;
  }
}

function hand(batch: PacketBatch, index: number): void {
  const end = Slot.endOf(batch);
  let slot = slots[index];
  assert(slot !== undefined, 'a slot is one of those there are');
  let buffer: SharedArrayBuffer | undefined;
  if (!slot.hasRoomFor(end)) {
    buffer = createSlotBuffer(end);
    slot = new Slot(buffer);
    slots[index] = slot;
  }
  readRecords(batch, slot.records);
  slot.fill(batch, end);
  say({
    kind: 'batch',
    slot: index,
    buffer,
    count: batch.count,
    firstFrame: batch.firstFrame,
    interfaces: source.interfaces,
    progress: files.map((file) => file.progress()),
    stats: source.stats(),
  });
}

/** The batch without its first packets. */
function without(batch: PacketBatch, packets: number): PacketBatch {
  return {
    ...batch,
    block: batch.block,
    count: batch.count - packets,
    timestampUs: batch.timestampUs.subarray(packets),
    offset: batch.offset.subarray(packets),
    caplen: batch.caplen.subarray(packets),
    len: batch.len.subarray(packets),
    linktype: batch.linktype.subarray(packets),
    interfaceIndex: batch.interfaceIndex.subarray(packets),
    firstFrame: batch.firstFrame + packets,
    drained: false,
  };
}

async function read(): Promise<void> {
  await source.open();
  const skip = once(port, 'message').then(([said]): SkipSaid => said);
  say({ kind: 'ready' });
  const { packets } = await skip;
  for (;;) {
    const batch = await source.next();
    if (batch === undefined) break;
    // Frames are counted from 1.
    const counted = Math.max(0, packets + 1 - batch.firstFrame);
    if (counted >= batch.count) continue;
    hand(counted === 0 ? batch : without(batch, counted), credit.take());
  }
  say({ kind: 'end', stats: source.stats() });
}

try {
  await read();
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  const { code, message, hint, exitCode } = error;
  say({ kind: 'failed', code, message, hint, exitCode });
} finally {
  await source.close();
  port.close();
}
