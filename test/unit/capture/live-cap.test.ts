/** The source over npm's cap, with a cap that a test drives. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { LiveCapSource } from '../../../src/capture/live-cap.ts';
import { LIVE_BLOCK_BYTES } from '../../../src/capture/live-options.ts';
import { OperatorError } from '../../../src/core/operator-error.ts';
import { makeOptions, packetsOf } from '../../helpers/live-source.ts';

/** What the last one made does when it is opened. */
let behaviour: (filter: string) => string = () => 'ETHERNET';
let made: FakeCap[] = [];

class FakeCap extends EventEmitter {
  filter = '';
  closed = false;
  #packet: Buffer = Buffer.alloc(0);

  constructor() {
    super();
    made.push(this);
  }

  open(_device: string, filter: string, _bufferBytes: number, packet: Buffer): string {
    this.filter = filter;
    this.#packet = packet;
    return behaviour(filter);
  }

  send(): void {}

  close(): boolean {
    this.closed = true;
    return true;
  }

  arrive(data: Uint8Array): void {
    this.#packet.set(data);
    this.emit('packet', data.length, false);
  }
}

interface Fixture {
  readonly source: LiveCapSource;
  readonly cap: FakeCap;
  readonly notices: readonly string[];
}

async function openFake(opened: (filter: string) => string = () => 'ETHERNET'): Promise<Fixture> {
  behaviour = opened;
  made = [];
  const notices: string[] = [];
  const note = (message: string) => notices.push(message);
  const filterFor = (linktype: number) => (linktype === 1 ? 'vlan' : 'plain');
  const options = makeOptions(['lo'], { filterFor });
  const source = new LiveCapSource(FakeCap, options, { info: note, warn: note });
  await source.open();
  const [cap] = made;
  assert.ok(cap !== undefined);
  return { source, cap, notices };
}

async function codeOf(opened: (filter: string) => string, name = 'lo'): Promise<string> {
  behaviour = opened;
  const ignore = () => {};
  const source = new LiveCapSource(FakeCap, makeOptions([name]), { info: ignore, warn: ignore });
  try {
    await source.open();
  } catch (error) {
    if (error instanceof OperatorError) return error.code;
    throw error;
  }
  return 'no error';
}

function failing(message: string): () => string {
  return () => {
    throw new Error(message);
  };
}

describe("the source over npm's cap", () => {
  it('says at start what it cannot do', async () => {
    const { source, notices } = await openFake();
    assert.equal(notices.length, 1);
    assert.match(notices[0] ?? '', /times are of arrival.*not counted/);
    await source.close();
  });

  it('gives packets in batches, at their time of arrival', async () => {
    const { source, cap } = await openFake();
    const beforeUs = Date.now() * 1000;
    cap.arrive(Uint8Array.of(1, 2, 3));
    cap.arrive(Uint8Array.of(4, 5));
    const batch = await source.next();
    assert.ok(batch !== undefined);
    const packets = packetsOf(batch);
    assert.deepEqual(
      packets.map((packet) => [...packet.data]),
      [
        [1, 2, 3],
        [4, 5],
      ],
    );
    assert.ok(packets.every((packet) => packet.linktype === 1));
    assert.ok((packets[0]?.timestampUs ?? 0) >= beforeUs - 2000);
    assert.ok((batch.settledUs ?? 0) >= (packets[1]?.timestampUs ?? 0));
    assert.equal(batch.block[5], 0x0a);
    cap.arrive(Uint8Array.of(6));
    assert.equal((await source.next())?.firstFrame, 3);
    assert.equal(source.stats()[0]?.packets, 3);
    await source.close();
  });

  it('ticks while idle', async () => {
    const { source } = await openFake();
    const batch = await source.next();
    assert.equal(batch?.count, 0);
    assert.equal(batch?.drained, true);
    await source.close();
  });

  it('counts what it has no room for', async () => {
    const { source, cap } = await openFake();
    const packet = new Uint8Array(60_000);
    const room = Math.floor(LIVE_BLOCK_BYTES / packet.length);
    for (let index = 0; index < room + 5; index++) cap.arrive(packet);
    assert.equal((await source.next())?.count, room);
    assert.equal(source.stats()[0]?.droppedByRing, 5);
    await source.close();
  });

  it('ends a pending read when it is closed, twice too', async () => {
    const { source, cap } = await openFake();
    const pending = source.next();
    await source.close();
    await source.close();
    assert.equal(await pending, undefined);
    assert.equal(await source.next(), undefined);
    assert.equal(cap.closed, true);
    assert.equal(source.stats()[0]?.up, false);
  });

  it('takes the filter without tags where the link knows none', async () => {
    const { source, cap } = await openFake((filter) => {
      if (filter === 'vlan') throw new Error('no VLAN support for Raw IP');
      return 'RAW';
    });
    assert.equal(cap.filter, 'plain');
    cap.arrive(Uint8Array.of(0x45));
    const batch = await source.next();
    assert.equal(batch?.linktype[0], 101);
    await source.close();
  });

  it('names what keeps an interface from opening', async () => {
    assert.equal(await codeOf(() => 'ETHERNET', 'nosuch0'), 'NO_SUCH_INTERFACE');
    assert.equal(await codeOf(() => 'ETHERNET', 'any'), 'ANY_NOT_SUPPORTED');
    assert.equal(await codeOf(() => 'Unknown linktype 7'), 'LINKTYPE_NOT_SUPPORTED');
    assert.equal(await codeOf(failing('CAP_NET_RAW may be required')), 'CAPTURE_NOT_PERMITTED');
    assert.equal(
      await codeOf(failing("can't parse filter expression: syntax error")),
      'BAD_FILTER',
    );
    assert.equal(await codeOf(failing('')), 'CAPTURE_FAILED');
  });
});
