/** Files read by a thread of their own: the same packets, in the same order, with records that are right. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, mock } from 'node:test';
import { FileSource } from '../../src/capture/file-source.ts';
import type { PacketSource } from '../../src/capture/packet-source.ts';
import { run } from '../../src/cli/run.ts';
import { ExitCode, OperatorError } from '../../src/core/operator-error.ts';
import type { PacketBatch } from '../../src/core/packet-batch.ts';
import { SpanHash } from '../../src/core/span-hash.ts';
import { needsBytes, RECORD_WORDS } from '../../src/packet-records.ts';
import { REPLAY_SEED } from '../../src/plane-options.ts';
import { SlotCounts } from '../../src/read-ahead-counts.ts';
import type { NewsSaid, ReaderSays } from '../../src/read-ahead-messages.ts';
import { createSlotBuffer, SLOTS, Slot } from '../../src/read-ahead-slots.ts';
import { ReadAheadSource } from '../../src/read-ahead-source.ts';
import { ReaderThread } from '../../src/reader-thread.ts';
import { usualPorts } from '../../src/usual-ports.ts';
import { pcapFile } from '../helpers/capture-file.ts';
import type { LoadPacket } from '../helpers/load/load-dialog.ts';
import { writeLoad } from '../helpers/load/load-runs.ts';
import { makeLoad } from '../helpers/load/load-stories.ts';
import { MemoryIo } from '../helpers/memory-io.ts';
import { replayConfig } from '../helpers/pipeline-target.ts';

const ARP = [8, 6];
const PATIENCE_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'sipgauge-read-ahead-'));
after(() => rmSync(folder, { recursive: true }));

/** What is no SIP costs little: a file becomes large by it, and has many batches for its packets. */
function* stuffed(
  groups: Iterable<readonly LoadPacket[]>,
  stuffing: number,
): Generator<readonly LoadPacket[]> {
  let number = 0;
  for (const group of groups) {
    const timeUs = group[0]?.timeUs ?? 0;
    for (let i = 0; i < stuffing; i++) {
      const frame = new Uint8Array(250_000).fill(++number);
      frame.set(ARP, 12);
      yield [{ timeUs, frame }];
    }
    yield group;
  }
}

/** Its batches have half a mebibyte each, and are more than may be under way at a time. */
const load = join(folder, 'load.pcap');
const { packets: loadPackets } = writeLoad(load, stuffed(makeLoad(192, 7, 90_000).groups, 7));

const { seedLo, seedHi } = new SpanHash(REPLAY_SEED);
const seeds = { seedLo, seedHi };
const portSets = usualPorts(await replayConfig());

/** In place of the bytes of a packet that nobody will look at. */
const LEFT_OUT = '-';

/** Everything about a packet but where it lies. */
function packetsOf(batch: PacketBatch): string[] {
  return Array.from({ length: batch.count }, (_, i) => {
    const start = batch.offset[i] ?? 0;
    const { buffer, byteOffset } = batch.block;
    const bytes = Buffer.from(buffer, byteOffset + start, batch.caplen[i] ?? 0);
    const { records } = batch;
    const isWanted = records === undefined || needsBytes(records, i * RECORD_WORDS);
    const data = isWanted ? createHash('sha1').update(bytes).digest('base64') : LEFT_OUT;
    const { timestampUs, len, linktype, interfaceIndex, firstFrame } = batch;
    return `${firstFrame + i} ${timestampUs[i]} ${len[i]} ${linktype[i]} ${interfaceIndex[i]} ${data}`;
  });
}

/** The same packets, apart from bytes that were left out. */
function assertSame(actual: readonly string[], expected: readonly string[], what: string): void {
  const without = (packet: string): string => packet.replace(/\S+$/, LEFT_OUT);
  const isLeftOut = (i: number): boolean => actual[i]?.endsWith(` ${LEFT_OUT}`) ?? false;
  assert.deepEqual(
    actual,
    expected.map((packet, i) => (isLeftOut(i) ? without(packet) : packet)),
    what,
  );
}

interface Read {
  readonly packets: string[];
  /** Packets of each batch. */
  readonly counts: number[];
  /** Batches whose packets were read ahead. */
  readonly ahead: number;
}

async function readAll(source: PacketSource): Promise<Read> {
  await source.open();
  const packets: string[] = [];
  const counts: number[] = [];
  let ahead = 0;
  for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
    packets.push(...packetsOf(batch));
    counts.push(batch.count);
    if (batch.records !== undefined) ahead++;
  }
  await source.close();
  return { packets, counts, ahead };
}

/** The thread takes over when so many batches were read without it, however fast it has started. */
function takesOverBehind(batches: number): void {
  const { heard } = ReaderThread.prototype;
  const cell = new Int32Array(new SharedArrayBuffer(4));
  let asked = 0;
  const { mock: takeover } = mock.method(
    ReaderThread.prototype,
    'heard',
    function (this: ReaderThread): ReaderSays | undefined {
      if (asked++ < batches) return undefined;
      takeover.restore();
      for (let waited = 0; waited < PATIENCE_MS; waited++) {
        const said = heard.call(this);
        if (said !== undefined) return said;
        Atomics.wait(cell, 0, 0, 1);
      }
      throw new Error('the thread has not started');
    },
  );
}

function fileSource(path: string, warn: (line: string) => void = () => undefined): FileSource {
  return new FileSource({ path, warn });
}

/** What the thread hands over when told to leave out so many packets, and all it says besides. */
async function readByThread(
  path: string,
  skip: number,
): Promise<{ packets: string[]; usual: number; said: ReaderSays[] }> {
  const slots = Array.from({ length: SLOTS }, () => new Slot(createSlotBuffer(0)));
  const buffers = slots.map(({ buffer }) => buffer);
  const counts = new SlotCounts();
  const order = { files: [path], portSets, seeds, buffers, counts: counts.buffer };
  const thread = new ReaderThread(order);
  const packets: string[] = [];
  const said: ReaderSays[] = [];
  const news: NewsSaid[] = [];
  let usual = 0;
  /** Slots that are there, each with the news that were said before it. */
  const takeAll = (): void => {
    for (let index = counts.receive(); index >= 0; index = counts.receive()) {
      const buffer = counts.hasNews(index) ? news.shift()?.buffer : undefined;
      if (buffer !== undefined) slots[index] = new Slot(buffer);
      const slot = slots[index];
      assert.ok(slot !== undefined);
      packets.push(...packetsOf(slot));
      for (let i = 0; i < slot.count; i++) usual += slot.records[i * RECORD_WORDS] ?? 0;
      counts.give();
    }
  };
  for (;;) {
    while (!counts.awaits()) takeAll();
    const next = await thread.next();
    assert.ok(next !== undefined);
    if (next.kind === 'ready') thread.tell({ packets: skip });
    if (next.kind === 'news') news.push(next);
    else if (next.kind !== 'handed') said.push(next);
    if (next.kind === 'end' || next.kind === 'failed') break;
  }
  takeAll();
  thread.close();
  return { packets, usual, said };
}

const whole = await readAll(fileSource(load));

describe('a thread that reads ahead', () => {
  it('hands over all packets, and knows most messages for usual ones', async () => {
    const { packets, usual } = await readByThread(load, 0);
    assertSame(packets, whole.packets, 'all');
    assert.ok(usual > loadPackets / 2, `${usual} of ${loadPackets}`);
  });

  it('leaves out what was counted, be it a part of a batch, some batches or all', async () => {
    const [first = 0] = whole.counts;
    const all = whole.packets.length;
    assert.ok(first > 1 && whole.counts.length > SLOTS, whole.counts.join());
    for (const skip of [1, first, all - 1, all]) {
      const { packets } = await readByThread(load, skip);
      assertSame(packets, whole.packets.slice(skip), `behind ${skip}`);
    }
  });

  it('finds another buffer for packets that are larger than usual ones', async () => {
    const path = join(folder, 'large.pcap');
    const large = [10, 6_000_000, 20].map((bytes, i) => {
      return { timestampUs: 1e15 + i, data: new Uint8Array(bytes).fill(i + 1) };
    });
    writeFileSync(path, pcapFile(large, { snaplen: 8_000_000 }));
    const { packets } = await readByThread(path, 0);
    assert.equal(packets.length, 3);
    assertSame(packets, (await readAll(fileSource(path))).packets, 'large ones');
  });

  it('says what it warns of, and what it cannot read', async () => {
    const cut = join(folder, 'cut.pcap');
    const file = pcapFile([{ timestampUs: 1e15, data: new Uint8Array(100) }]);
    writeFileSync(cut, file.subarray(0, file.length - 10));
    const { said } = await readByThread(cut, 0);
    const warned: string[] = [];
    await readAll(fileSource(cut, (line) => warned.push(line)));
    assert.equal(warned.length, 1);
    assert.deepEqual(
      said.flatMap((one) => (one.kind === 'warning' ? [one.line] : [])),
      warned,
    );
    const missing = await readByThread(join(folder, 'missing.pcap'), 0);
    assert.deepEqual(
      missing.said.map(({ kind }) => kind),
      ['failed'],
    );
  });
});

describe('a source that reads ahead', () => {
  const ownBatches = Number.POSITIVE_INFINITY;
  const ahead = (path: string): ReadAheadSource =>
    new ReadAheadSource({ files: [path], portSets, seeds, ownBatches, warn: () => undefined });

  it('gives the same packets as one that does not, whenever the thread takes over', async () => {
    for (const batches of [0, 2, whole.counts.length]) {
      takesOverBehind(batches);
      const { packets, ahead: read } = await readAll(ahead(load));
      assertSame(packets, whole.packets, 'all');
      assert.equal(read, whole.counts.length - batches);
    }
  });

  it('fails as a file fails, and can be closed at any time', async () => {
    const missing = ahead(join(folder, 'missing.pcap'));
    await assert.rejects(missing.open(), OperatorError);
    await missing.close();
    const source = ahead(load);
    await source.open();
    await source.next();
    await source.close();
    assert.equal(await source.next(), undefined);
    await source.close();
  });

  it('counts a large file as one thread does', async (t) => {
    const path = join(folder, 'large-load.pcap');
    const { bytes } = writeLoad(path, stuffed(makeLoad(320, 8, 90_000).groups, 27));
    assert.ok(bytes > 32 * 1024 * 1024);
    const printed = async (...flags: string[]): Promise<string> => {
      const io = new MemoryIo();
      assert.equal(await run(['replay', path, '--local', '10.0.0.2', ...flags], io), ExitCode.OK);
      return io.stdout.text;
    };
    // Where copies of packets are looked for, all is done by one thread.
    const alone = await printed('--dedup-window', '1ms');
    takesOverBehind(1);
    const read = t.mock.method(ReadAheadSource.prototype, 'next');
    assert.equal(withoutCopies(await printed()), withoutCopies(alone));
    // On one processor nothing is read ahead.
    assert.equal(read.mock.callCount() > 32, availableParallelism() > 1);
    // An end within the file says how far it was read by then.
    const times = whole.packets.map((packet) => Number(packet.split(' ')[1]) / 1e6);
    const until = ['--until', String(times[Math.floor(times.length / 2)])];
    const cut = withoutCopies(await printed(...until));
    assert.equal(cut, withoutCopies(await printed('--dedup-window', '1ms', ...until)));
    assert.notEqual(cut, withoutCopies(alone));
  });
});

function withoutCopies(text: string): string {
  return text.replace(/^.*duplicates.*\n/gm, '');
}
