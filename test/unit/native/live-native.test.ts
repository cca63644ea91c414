/** The live source on a veth pair: nothing lost, in order, closed in every state, back after faults. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { LiveNativeSource } from '../../../src/capture/live-native.ts';
import { OperatorError } from '../../../src/core/operator-error.ts';
import {
  addonMissing,
  numbersFrom,
  numbersOf,
  type OpenedSource,
  openSource,
  sendNumbered,
  takeAtLeast,
  takeUntil,
} from '../../helpers/live-source.ts';
import { namespacesMissing, VethPair } from '../../helpers/namespaces.ts';
import { OwnTime } from '../../helpers/own-time.ts';
import { eventually } from '../../helpers/probe-process.ts';

const skip = addonMissing || namespacesMissing();
const pair = new VethPair(0);
const second = new VethPair(1);
const opened: LiveNativeSource[] = [];

async function open(...given: Parameters<typeof openSource>): Promise<OpenedSource> {
  const result = await openSource(...given);
  opened.push(result.source);
  return result;
}

async function codeOfOpening(...given: Parameters<typeof openSource>): Promise<string> {
  try {
    await open(...given);
  } catch (error) {
    if (error instanceof OperatorError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('the native live source', { skip }, () => {
  before(() => {
    pair.create();
    second.create();
  });
  after(() => {
    pair.destroy();
    second.destroy();
  });
  afterEach(async () => {
    for (const source of opened.splice(0)) await source.close();
  });

  it('gives what is sent, with its times, lengths and link type', async () => {
    const { source } = await open([pair.near]);
    const beforeUs = Date.now() * 1000;
    await sendNumbered(pair.farAddress, 2000);
    const packets = await takeAtLeast(source, 2000);
    assert.deepEqual(numbersOf(packets), numbersFrom(0, 2000));
    assert.ok(packets.every((packet) => packet.timestampUs >= beforeUs - 1000));
    assert.ok(packets.every((packet) => packet.timestampUs <= Date.now() * 1000 + 1000));
    assert.ok(
      packets.some((packet) => packet.timestampUs % 1 !== 0),
      'nanoseconds',
    );
    assert.ok(packets.every((packet) => packet.len === 142 && packet.data.length === 142));
    assert.ok(packets.every((packet) => packet.linktype === 1));
    assert.deepEqual(source.stats(), [
      {
        interface: pair.near,
        up: true,
        packets: 2000,
        droppedByKernel: 0,
        droppedByInterface: 0,
        droppedByRing: 0,
      },
    ]);
  });

  it('counts frames across batches and ends each block in line ends', async () => {
    const { source } = await open([pair.near]);
    await sendNumbered(pair.farAddress, 100);
    let frames = 1;
    await takeUntil(source, (taken, batch) => {
      assert.equal(batch.firstFrame, frames);
      frames += batch.count;
      const end = (batch.offset[batch.count - 1] ?? 0) + (batch.caplen[batch.count - 1] ?? 0);
      if (batch.count > 0)
        assert.deepEqual(batch.block.slice(end, end + 8), new Uint8Array(8).fill(10));
      return taken.length >= 100;
    });
  });

  it('cuts packets at snaplen and keeps their length', async () => {
    const { source } = await open([pair.near], { snaplen: 96 });
    await sendNumbered(pair.farAddress, 3, 0, 1000);
    const packets = await takeAtLeast(source, 3);
    assert.deepEqual(
      packets.map((packet) => [packet.data.length, packet.len]),
      [
        [96, 1042],
        [96, 1042],
        [96, 1042],
      ],
    );
  });

  it('loses nothing while the caller keeps a batch', async () => {
    const { source } = await open([pair.near]);
    await sendNumbered(pair.farAddress, 1);
    const first = await takeUntil(source, (taken) => taken.length > 0);
    await sendNumbered(pair.farAddress, 5000, 1, 1000);
    await pause(300);
    const rest = await takeAtLeast(source, 5000);
    assert.deepEqual(numbersOf([...first, ...rest]), numbersFrom(0, 5001));
    assert.equal(source.stats()[0]?.droppedByKernel, 0);
  });

  it('says how many the kernel lost: captured and lost make what was sent', async () => {
    const { source } = await open([pair.near], { bufferBytes: 1024 * 1024 });
    // The capture thread starts with the first `next`: until then only the ring collects.
    await sendNumbered(pair.farAddress, 3000, 0, 1000);
    const packets = await takeAtLeast(source, 1);
    const lost = (): number => source.stats()[0]?.droppedByKernel ?? 0;
    await eventually('the losses are counted', () => lost() > 0);
    assert.equal(packets.length + lost(), 3000);
  });

  it('ticks while idle, up to a time that has settled', async () => {
    const { source } = await open([pair.near]);
    const startUs = Date.now() * 1000;
    const time = new OwnTime();
    const settled: number[] = [];
    await takeUntil(source, (_, batch) => {
      assert.equal(batch.count, 0);
      assert.equal(batch.drained, true);
      settled.push(batch.settledUs ?? 0);
      return settled.length === 5;
    });
    const spentUs = Date.now() * 1000 - startUs;
    assert.ok(spentUs >= 390_000, `five ticks in ${spentUs} us`);
    assert.ok(time.passedMs < 2_000, `five ticks in ${time.passedMs} ms`);
    assert.deepEqual(
      settled,
      settled.toSorted((left, right) => left - right),
    );
    const behindMs = Date.now() - (settled.at(-1) ?? 0) / 1000;
    assert.ok(behindMs >= 199, `${behindMs} ms behind`);
    assert.ok(behindMs - time.contendedMs < 1000, `${behindMs} ms behind`);
  });

  it('brings two interfaces into one order of time', async () => {
    const { source } = await open([pair.near, second.near]);
    for (let round = 0; round < 20; round++) {
      await sendNumbered(pair.farAddress, 5, round * 10);
      await sendNumbered(second.farAddress, 5, round * 10 + 5);
    }
    const packets = await takeAtLeast(source, 200);
    assert.deepEqual(numbersOf(packets), numbersFrom(0, 200));
    assert.deepEqual(
      packets.slice(0, 10).map((packet) => packet.interfaceIndex),
      [0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
    );
    assert.deepEqual(
      source.stats().map((stats) => stats.packets),
      [100, 100],
    );
  });

  it('captures on any, as cooked packets', async () => {
    const { source } = await open(['any'], { filterFor: () => `host ${pair.farAddress} and udp` });
    await sendNumbered(pair.farAddress, 10);
    const packets = await takeAtLeast(source, 10);
    assert.equal(packets.length, 10);
    assert.ok(packets.every((packet) => packet.linktype === 276));
  });

  it('closes in every state, twice too', async () => {
    const closedAtOnce = await open([pair.near]);
    await closedAtOnce.source.close();
    assert.equal(await closedAtOnce.source.next(), undefined);

    const waiting = await open([pair.near]);
    await takeUntil(waiting.source, (_, batch) => batch.drained);
    const pending = waiting.source.next();
    await waiting.source.close();
    await waiting.source.close();
    assert.equal(await pending, undefined);

    const holding = await open([pair.near]);
    await sendNumbered(pair.farAddress, 10);
    const held = await takeUntil(holding.source, (taken) => taken.length > 0);
    await holding.source.close();
    assert.ok(held.length > 0);
    assert.equal(holding.source.stats()[0]?.up, false);
    assert.equal(await holding.source.next(), undefined);
  });

  it('goes on after its interface was down', async () => {
    const { source, notices } = await open([pair.near]);
    await sendNumbered(pair.farAddress, 10);
    await takeAtLeast(source, 10);
    pair.setNear('down');
    await takeUntil(source, () => source.stats()[0]?.up === false);
    pair.setNear('up');
    await takeUntil(source, () => source.stats()[0]?.up === true);
    await sendNumbered(pair.farAddress, 10, 10);
    assert.deepEqual(numbersOf(await takeAtLeast(source, 10)), numbersFrom(10, 10));
    assert.deepEqual(notices, [
      `interface ${pair.near} is down; trying again`,
      `interface ${pair.near} is up again`,
    ]);
    assert.equal(source.stats()[0]?.packets, 20);
  });

  it('opens an interface that was made anew, and keeps its counts', async () => {
    const { source, notices } = await open([second.near]);
    await sendNumbered(second.farAddress, 10);
    await takeAtLeast(source, 10);
    second.deleteLink();
    await takeUntil(source, () => source.stats()[0]?.up === false);
    second.createLink();
    await takeUntil(source, () => source.stats()[0]?.up === true);
    await sendNumbered(second.farAddress, 10, 10);
    assert.deepEqual(numbersOf(await takeAtLeast(source, 10)), numbersFrom(10, 10));
    assert.equal(source.stats()[0]?.packets, 20);
    assert.equal(notices.at(-1), `interface ${second.near} is opened again`);
  });

  it('names what keeps an interface from opening', async () => {
    assert.equal(await codeOfOpening(['nosuch0']), 'NO_SUCH_INTERFACE');
    assert.equal(await codeOfOpening([pair.near, 'nosuch0']), 'NO_SUCH_INTERFACE');
    const filterFor = () => 'udp prt 5060';
    assert.equal(await codeOfOpening([pair.near], { filterFor }), 'BAD_FILTER');
    pair.setNear('down');
    assert.equal(await codeOfOpening([pair.near]), 'INTERFACE_DOWN');
    pair.setNear('up');
  });
});
