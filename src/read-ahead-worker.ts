/**
 * The thread that reads: opens the files anew, leaves out what was counted while it started, reads the usual packets
 * of each batch, and hands it over.
 */
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { assert } from './core/assert.ts';
import { OperatorError } from './core/operator-error.ts';
import type { PacketBatch } from './core/packet-batch.ts';
import { RECORD_WORDS } from './packet-records.ts';
import { scannedRecords, scanPackets } from './packet-scanner.ts';
import type { CounterSays, ReadAheadOrder, ReaderSays } from './read-ahead-messages.ts';
import { createSlotBuffer, Slot } from './read-ahead-slots.ts';
import { filesOf, mergedOf } from './sources.ts';

const order: ReadAheadOrder = workerData;
const { port } = order;
const slots = order.buffers.map((buffer) => new Slot(buffer));
const free: number[] = slots.map((_, i) => i);
/** Packets to leave out; undefined until it is known. */
let skipped: number | undefined;
let wake: (() => void) | undefined;
const say = (what: ReaderSays): void => port.postMessage(what);

const files = filesOf(order.files, (line) => say({ kind: 'warning', line }));
const source = mergedOf(files);

function hear(said: CounterSays): void {
  if (said.kind === 'skip') skipped = said.packets;
  else free.push(said.slot);
}

/** Until something is said. */
function silence(): Promise<void> {
  return new Promise((resolve) => {
    wake = resolve;
  });
}

/** The number of a slot that came back; waits for one. */
async function freeSlot(): Promise<number> {
  for (;;) {
    const said: CounterSays | undefined = receiveMessageOnPort(port)?.message;
    if (said !== undefined) hear(said);
    const slot = free.pop();
    if (slot !== undefined) return slot;
    await silence();
  }
}

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
  slot.fill(batch, end);
  readRecords(batch, slot.records);
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
  say({ kind: 'ready' });
  while (skipped === undefined) await silence();
  for (;;) {
    const batch = await source.next();
    if (batch === undefined) break;
    // Frames are counted from 1.
    const counted = Math.max(0, skipped + 1 - batch.firstFrame);
    if (counted >= batch.count) continue;
    hand(counted === 0 ? batch : without(batch, counted), await freeSlot());
  }
  say({ kind: 'end', stats: source.stats() });
}

port.on('message', (said: CounterSays) => {
  hear(said);
  wake?.();
});
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
